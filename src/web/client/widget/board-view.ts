/**
 * A whole board in a shadow root: puts its parts together and lets them know of each other. What each looks like and does is its
 * own file's matter; what the board does without being seen is `session.ts`'s. The panel and the inline element each hold one.
 */
import { boardApi } from "../api.ts";
import { addCreated } from "../board-state.ts";
import { openStore } from "./board-store.ts";
import { openBrowse } from "./browse.ts";
import { openComposer } from "./composer.ts";
import { make } from "./element.ts";
import { openFoot, openHead } from "./frame.ts";
import { currentWho } from "./identity.ts";
import { openSession } from "./session.ts";
import { openSimilar } from "./similar.ts";
import { openTools } from "./tools.ts";

export type BoardPlace = {
  readonly origin: string;
  readonly workspace: string;
  readonly board: string;
};
export type BoardView = {
  readonly element: HTMLElement;
  readonly wake: () => void;
  readonly sleep: () => void;
};

export function openBoardView(place: BoardPlace, heading: string, onClose?: () => void): BoardView {
  const api = boardApi(place.origin, place.workspace, place.board, currentWho);
  const store = openStore(draw, () => browse.list.inUse());
  const head = openHead(heading, stopWriting, onClose);
  const foot = openFoot();
  const query = (): string => tools.field.value;
  const { reading, vote, wake, sleep } = openSession({ api, store, query, say: foot.say, onStatus: foot.draw });
  const tools = openTools(store, reading.load, () => compose(true));
  const browse = openBrowse({
    label: heading,
    onVote: vote,
    onMore: () => reading.load(true),
    onAct: () => (reading.progress().failure ? reading.load() : compose(true, query())),
  });
  const similar = openSimilar(api, store, vote);
  const composer = openComposer({ send: post, similar, onCancel: stopWriting });
  const scroll = make("div", "scroll", browse.element, composer.element);

  function draw(): void {
    browse.draw(store.get(), reading.progress(), query());
    tools.draw();
    similar.draw();
  }

  function compose(on: boolean, text = ""): void {
    tools.element.hidden = browse.element.hidden = on;
    composer.element.hidden = !on;
    head.draw(on);
    if (on) composer.open(text);
    else tools.write.focus();
  }

  function stopWriting(): void {
    compose(false);
  }

  async function post(title: string, description: string): Promise<void> {
    const { item, seq } = await api.create({ title, description });
    tools.field.value = "";
    // The board may only now exist, or a search was on: read first, so that the new item stands on top of the whole list.
    if (store.get().seq === null || store.get().filtered) await reading.load();
    store.set(addCreated(store.get(), item, seq));
    compose(false);
    draw();
    browse.list.point(item.id);
    foot.say("Posted. Thank you!");
  }

  return {
    element: make(
      "section",
      { class: "view", "aria-labelledby": "heading" },
      head.element,
      tools.element,
      scroll,
      foot.element,
    ),
    wake,
    sleep,
  };
}
