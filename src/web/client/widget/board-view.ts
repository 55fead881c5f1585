/**
 * A whole board in a shadow root: puts its parts together and lets them know of each other. What each looks like and does is its
 * own file's matter; what the board does without being seen is `session.ts`'s. The panel and the inline element each hold one. The
 * form for new ideas comes with a script of its own.
 */
import { boardApi } from "../api.ts";
import { addCreated } from "../board-state.ts";
import { openStore } from "./board-store.ts";
import { openBrowse } from "./browse.ts";
import { make } from "./element.ts";
import type { FormSide, Idea } from "./form-port.ts";
import { openFoot, openHead } from "./frame.ts";
import { currentWho } from "./identity.ts";
import { lazyForm } from "./load-form.ts";
import { openMatches } from "./matches.ts";
import { openSession } from "./session.ts";
import { openTools } from "./tools.ts";

export type BoardPlace = {
  /** Where the board is read and written. */
  readonly origin: string;
  /** Where the widget's scripts come from: code of no other origin is run. */
  readonly scripts: string;
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
  const head = openHead(heading, leave, onClose);
  const foot = openFoot();
  const query = (): string => tools.field.value;
  const { reading, vote, wake, sleep } = openSession({ api, store, query, say: foot.say, onStatus: foot.draw });
  const tools = openTools(store, reading.load, () => compose());
  const browse = openBrowse({
    label: heading,
    onVote: vote,
    onMore: () => reading.load(true),
    onAct: () => (reading.progress().failure ? reading.load() : compose(query())),
  });
  const matches = openMatches(api, store, vote);
  const scroll = make("div", "scroll", browse.element);
  const form = lazyForm(place.scripts, (openForm) => {
    const isSigned = (): boolean => currentWho().bearer !== undefined;
    const { search, show: showMatches, element } = matches;
    const side = openForm({ ...place, isSigned, search, showMatches, matches: element, post, leave });
    side.form.hidden = true;
    scroll.append(side.form);
    return side;
  });

  function draw(): void {
    browse.draw(store.get(), reading.progress(), query());
    tools.draw();
    matches.draw();
  }

  /** Shows the form, or the list again. */
  function turn(side: FormSide, on: boolean): void {
    tools.element.hidden = browse.element.hidden = on;
    side.form.hidden = !on;
    head.draw(on);
  }

  async function compose(text = ""): Promise<void> {
    const side = await form.get();
    if (!side) return foot.say("The form could not be loaded. Try again.");
    foot.say("");
    turn(side, true);
    side.begin(text);
  }

  async function leave(): Promise<void> {
    const side = await form.get();
    if (!side) return;
    turn(side, false);
    side.end();
    tools.write.focus();
  }

  async function post(idea: Idea): Promise<void> {
    const { item, seq, held } = await api.create(idea);
    tools.field.value = "";
    if (held) {
      await leave();
      return foot.say("Thank you! It waits for a moderator.");
    }
    // The board may only now exist, or a search was on: read first, so that the new item stands on top of the whole list.
    if (store.get().seq === null || store.get().filtered) await reading.load();
    store.set(addCreated(store.get(), item, seq));
    await leave();
    draw();
    browse.list.point(item.id);
    foot.say("Posted. Thank you!");
  }

  return {
    element: make(
      "section",
      { class: "view", "aria-labelledby": "heading", onfocusin: form.approach, onpointerenter: form.approach },
      head.element,
      tools.element,
      scroll,
      foot.element,
    ),
    wake,
    sleep,
  };
}
