/**
 * A whole board in a shadow root: tools, list, form, state of the connection. Joins the calls, the state and the socket; what an
 * item or the form looks like is their own files' matter. The panel and the inline element each hold one.
 */
import { SEARCH_CHARS_MAX } from "../../../limits.ts";
import { type ApiError, boardApi } from "../api.ts";
import {
  addCreated,
  appendPage,
  emptyBoard,
  hasVoted,
  learn,
  reorder,
  replaceList,
  row,
  rows,
  takeVotes,
} from "../board-state.ts";
import { openLive } from "../live.ts";
import type { Live, LiveStatus } from "../live.ts";
import { openComposer } from "./composer.ts";
import { ICONS, contained, icon, later, make, setText } from "./element.ts";
import { currentId, onIdentity } from "./identity.ts";
import { openList } from "./list.ts";

/** Rows take their new places when counts have been quiet and nobody is using the list. */
const REORDER_WAIT_MS = 1_500;
const SIMILAR_MAX = 4;
const SIMILAR_WORDS_MAX = 3;
const PAGE_SIZE = 20;
const PAGE_SIZE_MAX = 100;
const SORTS = { vote_count: "Top", created_at: "New", trending: "Trending" } as const;
type Sort = keyof typeof SORTS;
const STATUS_WORDS: Record<LiveStatus, string> = {
  live: "Live",
  connecting: "Connecting…",
  offline: "Offline. Votes are kept.",
};

export type BoardPlace = { readonly origin: string; readonly workspace: string; readonly board: string };
export type BoardView = {
  readonly element: HTMLElement;
  /** On screen: read the list if it was never read, and go live. */
  readonly wake: () => void;
  /** Off screen: no socket. */
  readonly sleep: () => void;
};

// oxlint-disable-next-line max-lines-per-function -- one view's closures; a class costs the widget's budget more
export function openBoardView(place: BoardPlace, heading: string, onClose?: () => void): BoardView {
  const api = boardApi(place.origin, place.workspace, place.board);
  let state = emptyBoard();
  let live = goLive();
  let awake = false;
  let failure: ApiError | undefined;
  let loading: AbortController | undefined;
  let looking: AbortController | undefined;
  let similar: readonly number[] = [];
  let drawing = 0;
  let settling: ReturnType<typeof setTimeout> | undefined;

  const onVote = (id: number, voted: boolean): void => live.vote(id, voted);
  const list = openList(onVote, heading);
  const likes = openList(onVote, "Similar ideas");
  const said = make("p", { class: "said", role: "status" });
  const title = make("h2", { id: "heading", tabindex: "-1" }, heading);
  const stopWriting = (): void => compose(false);
  const back = make(
    "button",
    { class: "square", "aria-label": "Back", hidden: true, onclick: stopWriting },
    icon(ICONS.back),
  );
  const find = make("input", {
    class: "field",
    type: "search",
    placeholder: "Search ideas",
    "aria-label": "Search ideas",
    maxlength: SEARCH_CHARS_MAX,
    oninput: later(() => load()),
  });
  const sorts = Object.entries(SORTS).map(([sort, label]) =>
    make("button", { "data-sort": sort, onclick: () => sortBy(sort as Sort) }, label),
  );
  const write = make("button", { class: "main", onclick: () => compose(true) }, icon(ICONS.plus), "New idea");
  const tools = make(
    "div",
    { class: "tools" },
    make("div", { class: "find" }, icon(ICONS.search), find),
    write,
    make("div", { class: "sorts", role: "group", "aria-label": "Sort by" }, ...sorts),
  );
  const bones = make("div", {}, ...SKELETON.map((name) => make("div", { class: name })));
  const noted = make("b");
  const advice = make("span");
  const act = make("button", { class: "plain", onclick: () => (failure ? load() : compose(true, find.value)) });
  const note = make("div", { class: "note" }, noted, advice, act);
  const more = make("button", { class: "plain more", onclick: () => load(true) }, "Show more");
  const browse = make("div", {}, list.element, bones, note, more);
  const composer = openComposer({ send: post, search: searchSimilar, similar: likes.element, onCancel: stopWriting });
  const scroll = make("div", { class: "scroll" }, browse, composer.element);
  const status = make("span");
  const foot = make("footer", {}, status);
  const close =
    onClose && make("button", { class: "square", "aria-label": "Close", onclick: onClose }, icon(ICONS.close));
  const head = make("header", {}, back, title, close);
  const element = make("section", { class: "view", "aria-labelledby": "heading" }, head, tools, scroll, foot, said);

  function goLive(): Live {
    return openLive({
      api,
      externalUserId: currentId(),
      store: {
        get: () => state,
        set(next) {
          state = next;
          redraw();
          clearTimeout(settling);
          settling = setTimeout(settle, REORDER_WAIT_MS);
        },
      },
      reread: () => read(false),
      onStatus(now) {
        foot.dataset["status"] = now;
        setText(status, STATUS_WORDS[now]);
      },
      onRefused: (_id, { message }) => say(`Your vote did not count: ${message}`),
    });
  }

  function settle(): void {
    if (list.inUse()) settling = setTimeout(settle, REORDER_WAIT_MS);
    else state = reorder(state);
    redraw();
  }

  function redraw(): void {
    drawing ||= requestAnimationFrame(() => contained(draw)());
  }

  function draw(): void {
    drawing = 0;
    const items = rows(state);
    const voted = (id: number): boolean => hasVoted(state, id);
    list.draw(items, voted);
    likes.draw(
      similar.flatMap((id) => row(state, id) ?? []),
      voted,
    );
    const busy = loading !== undefined;
    const query = find.value;
    list.element.ariaBusy = String(busy);
    bones.hidden = !busy || items.length > 0;
    more.hidden = state.nextCursor === null;
    for (const button of sorts) button.ariaPressed = String(button.dataset["sort"] === state.sort);
    note.hidden = failure === undefined && (busy || items.length > 0);
    act.hidden = failure === undefined && query === "";
    const searched = query && `Nothing matches “${query}”.`;
    setText(noted, failure ? "The ideas could not be loaded." : searched || "No ideas yet.");
    setText(advice, failure?.message ?? "Post yours, and others can vote for it.");
    setText(act, failure ? "Try again" : "Post this idea");
  }

  function say(text: string): void {
    said.replaceChildren(text);
  }

  function sortBy(sort: Sort): void {
    state = { ...state, sort };
    void load();
  }

  /** Reads the first page of what is asked for, or the next one. A later call gives up an earlier one. */
  async function load(next = false): Promise<void> {
    try {
      await read(next);
      if (awake) live.start();
      if (find.value || next) say(`${String(state.order.length)} ideas shown`);
    } catch (error) {
      const { code, boardMissing } = error as ApiError;
      if (code === "ABORTED") return;
      // A board that is not there yet is an empty one: on an open workspace the first post makes it.
      failure = boardMissing ? undefined : (error as ApiError);
      if (failure) say(`The ideas could not be loaded. ${failure.message}`);
    }
    redraw();
  }

  async function read(next: boolean): Promise<void> {
    loading?.abort();
    const mine = new AbortController();
    loading = mine;
    redraw();
    const { sort, clock, nextCursor, order, resync } = state;
    const q = find.value.trim();
    const limit = resync ? Math.min(PAGE_SIZE_MAX, Math.max(PAGE_SIZE, order.length)) : PAGE_SIZE;
    try {
      const page = await api.list(
        { sort, q, limit, ...(next && nextCursor !== null && { cursor: nextCursor }) },
        mine.signal,
      );
      failure = undefined;
      state = next ? appendPage(state, page) : replaceList(state, page, { sort, filtered: q !== "" });
      lookUp(
        page.items.map(({ id }) => id),
        clock,
      );
    } finally {
      if (loading === mine) loading = undefined;
      redraw();
    }
  }

  function lookUp(ids: readonly number[], clock: number): void {
    const who = currentId();
    const take = (votes: ReadonlyMap<number, number>): void => {
      if (who === currentId()) state = takeVotes(state, ids, votes, clock);
      redraw();
    };
    api.lookUpVotes(ids, who).then(take, () => undefined);
  }

  /** Every word of a search must match, which a whole title seldom does: its longest words are asked for one by one. */
  async function searchSimilar(text: string): Promise<number> {
    looking?.abort();
    const { signal } = (looking = new AbortController());
    const words = text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [];
    const asked = words.toSorted((a, b) => b.length - a.length).slice(0, SIMILAR_WORDS_MAX);
    const { clock } = state;
    const found = new Map<number, number>();
    for (const page of await Promise.all(asked.map((q) => api.list({ q }, signal)))) {
      state = learn(state, page);
      for (const { id, title: other } of page.items) {
        const shared = asked.filter((word) => other.toLowerCase().includes(word));
        if (shared.length > 0) found.set(id, shared.length);
      }
    }
    const best = [...found].toSorted((a, b) => b[1] - a[1]).slice(0, SIMILAR_MAX);
    similar = best.map(([id]) => id);
    lookUp(similar, clock);
    redraw();
    return similar.length;
  }

  async function post(text: string, description: string): Promise<void> {
    const { item, seq } = await api.create({ title: text, description, externalUserId: currentId() });
    find.value = "";
    // The board may only now exist, or a search was on: read first, so that the new item stands on top of the whole list.
    if (state.seq === null || state.filtered) await load();
    state = addCreated(state, item, seq);
    compose(false);
    draw();
    list.point(item.id);
    say("Your idea is posted. Thank you!");
  }

  function compose(on: boolean, text = ""): void {
    tools.hidden = browse.hidden = on;
    back.hidden = composer.element.hidden = !on;
    setText(title, on ? "New idea" : heading);
    if (on) composer.open(text);
    else write.focus();
  }

  function changePerson(): void {
    live.stop();
    state = { ...state, mine: new Map(), pending: new Map(), touched: new Map() };
    live = goLive();
    if (awake) void load();
  }

  onIdentity(changePerson);
  return {
    element,
    wake() {
      awake = true;
      if (state.seq === null || failure !== undefined) void load();
      else live.start();
    },
    sleep() {
      awake = false;
      live.stop();
    },
  };
}

const SKELETON = ["bone", "bone", "bone", "bone"];
