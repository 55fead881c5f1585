/**
 * A whole board in a shadow root: tools, list, form, state of the connection. Joins the calls, the state and the socket; what an
 * item or the form looks like is their own files' matter. The panel and the inline element each hold one.
 */
import type { Sort } from "../../../protocol/rest/feedback.ts";
import { SEARCH_CHARS_MAX } from "../../../limits.ts";
import { ApiError, boardApi } from "../api.ts";
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
import type { BoardState } from "../board-state.ts";
import { openLive } from "../live.ts";
import type { Live, LiveStatus } from "../live.ts";
import { openComposer } from "./composer.ts";
import { ICONS, icon, make, setText, swallow } from "./element.ts";
import { currentId, onIdentity } from "./identity.ts";
import { openList } from "./list.ts";

const TYPING_PAUSE_MS = 200;
/** Rows take their new places when counts have been quiet and nobody is using the list. */
const REORDER_WAIT_MS = 1_500;
const SIMILAR_MAX = 4;
const PAGE_SIZE = 20;
const PAGE_SIZE_MAX = 100;
const SORTS: readonly (readonly [Sort, string])[] = [
  ["vote_count", "Top"],
  ["created_at", "New"],
  ["trending", "Trending"],
];
const STATUS_WORDS: Record<LiveStatus, string> = {
  live: "Live",
  connecting: "Connecting…",
  offline: "Offline. Your votes are sent once you are back.",
};

export type BoardPlace = { readonly origin: string; readonly workspace: string; readonly board: string };
export type BoardView = {
  readonly element: HTMLElement;
  /** On screen: read the list if it was never read, and go live. */
  readonly wake: () => void;
  /** Off screen: no socket. */
  readonly sleep: () => void;
};

export function openBoardView(place: BoardPlace, heading: string, onClose?: () => void): BoardView {
  const api = boardApi(place.origin, place.workspace, place.board);
  let state = emptyBoard();
  let live = goLive();
  let awake = false;
  let stopListening: (() => void) | undefined;
  let composing = false;
  let failure: ApiError | null = null;
  let loading: AbortController | null = null;
  let looking: AbortController | null = null;
  let similar: readonly number[] = [];
  let arrived: number[] = [];
  let drawing = 0;
  let typing: ReturnType<typeof setTimeout> | undefined;
  let settling: ReturnType<typeof setTimeout> | undefined;

  const list = openList((id, voted) => live.vote(id, voted), heading);
  const likes = openList((id, voted) => live.vote(id, voted), "Similar ideas");
  likes.element.className = "small";
  const said = make("div", { class: "said", role: "status" });
  const title = make("h2", { id: "heading", tabindex: "-1" }, heading);
  const back = make(
    "button",
    { class: "square", "aria-label": "Back to the list", hidden: true, onclick: () => compose(false) },
    icon(ICONS.back),
  );
  const find = make("input", {
    class: "field",
    type: "search",
    placeholder: "Search ideas",
    "aria-label": "Search ideas",
    maxlength: SEARCH_CHARS_MAX,
    autocomplete: "off",
    oninput: () => {
      clearTimeout(typing);
      typing = setTimeout(() => void load(), TYPING_PAUSE_MS);
    },
  });
  const sorts = SORTS.map(([sort, label]) => make("button", { type: "button", onclick: () => sortBy(sort) }, label));
  const write = make(
    "button",
    { class: "main", type: "button", onclick: () => compose(true) },
    icon(ICONS.plus),
    "New idea",
  );
  const tools = make(
    "div",
    { class: "tools" },
    make("div", { class: "find" }, icon(ICONS.search), find),
    write,
    make("div", { class: "sorts", role: "group", "aria-label": "Sort by" }, ...sorts),
  );
  const unseen = make("button", { class: "unseen", type: "button", onclick: () => sortBy("created_at") });
  const note = make("div", { class: "note" });
  const bones = make("div", { "aria-hidden": "true" }, ...[0, 1, 2, 3].map(bone));
  const more = make("button", { class: "more", type: "button", onclick: () => load(true) }, "Show more");
  const browse = make("div", {}, unseen, list.element, bones, note, more);
  const composer = openComposer({
    send: post,
    search: searchSimilar,
    similar: likes.element,
    onCancel: () => compose(false),
  });
  const scroll = make("div", { class: "scroll" }, browse, composer.element);
  const foot = make("footer", {}, make("span"), make("b", {}, "Groundswell"));
  const close =
    onClose && make("button", { class: "square", "aria-label": "Close", onclick: onClose }, icon(ICONS.close));
  const element = make(
    "section",
    { class: "view", "aria-labelledby": "heading" },
    make("header", {}, back, title, close),
    tools,
    scroll,
    foot,
    said,
  );
  showStatus("connecting");
  draw();

  function goLive(): Live {
    return openLive({
      api,
      externalUserId: currentId(),
      store: { get: () => state, set: takeLive },
      reread: () => read(false),
      onStatus: showStatus,
      onRefused: (_id, refusal) => say(`Your vote did not count: ${refusal.message}`),
    });
  }

  function takeLive(next: BoardState): void {
    if (next.order !== state.order) {
      const before = new Set(state.order);
      arrived.push(...next.order.filter((id) => !before.has(id)));
    }
    state = next;
    redraw();
    clearTimeout(settling);
    settling = setTimeout(settle, REORDER_WAIT_MS);
  }

  function settle(): void {
    if (list.inUse()) settling = setTimeout(settle, REORDER_WAIT_MS);
    else state = reorder(state);
    redraw();
  }

  function redraw(): void {
    drawing ||= requestAnimationFrame(() => {
      drawing = 0;
      try {
        draw();
      } catch (error) {
        swallow(error);
      }
    });
  }

  function draw(): void {
    const items = rows(state);
    const voted = (id: number): boolean => hasVoted(state, id);
    list.draw(items, voted);
    likes.draw(
      similar.flatMap((id) => row(state, id) ?? []),
      voted,
    );
    for (const id of arrived) list.point(id, false);
    arrived = [];
    const busy = loading !== null;
    list.element.setAttribute("aria-busy", String(busy));
    bones.hidden = !busy || items.length > 0;
    more.hidden = state.nextCursor === null || items.length === 0;
    unseen.hidden = state.unseen === 0;
    setText(unseen, state.unseen === 1 ? "1 new idea" : `${String(state.unseen)} new ideas`);
    sorts.forEach((button, index) => button.setAttribute("aria-pressed", String(SORTS[index]?.[0] === state.sort)));
    drawNote(items.length === 0 && !busy);
  }

  function drawNote(empty: boolean): void {
    const broken = failure !== null && !failure.boardMissing ? failure : null;
    note.hidden = !empty && broken === null;
    const query = find.value.trim();
    const words = broken
      ? ["The ideas could not be loaded.", broken.message, "Try again"]
      : query === ""
        ? ["No ideas yet.", "Be the first to say what you need.", ""]
        : [`Nothing matches “${query}”.`, "Post it, and others can vote for it.", "Post this idea"];
    const key = note.hidden ? "" : words.join("|");
    if (note.dataset["key"] === key) return;
    note.dataset["key"] = key;
    const act = words[2] ?? "";
    const button =
      act &&
      make("button", { class: "plain", type: "button", onclick: () => (broken ? load() : compose(true, query)) }, act);
    note.replaceChildren(make("b", {}, words[0]), words[1] ?? "", ...(button ? [make("div", {}, button)] : []));
  }

  function showStatus(status: LiveStatus): void {
    foot.dataset["status"] = status;
    const words = foot.firstElementChild;
    if (words !== null) setText(words, STATUS_WORDS[status]);
  }

  function say(text: string): void {
    setText(said, "");
    setTimeout(() => setText(said, text), 60);
  }

  function sortBy(sort: Sort): void {
    state = { ...state, sort };
    if (find.value !== "" && sort === "created_at" && state.unseen > 0) find.value = "";
    scroll.scrollTop = 0;
    void load();
  }

  /** Reads the first page of what is asked for, or the next one. A later call gives up an earlier one. */
  async function load(next = false): Promise<void> {
    try {
      await read(next);
      if (awake) live.start();
      if (find.value.trim() !== "")
        say(state.order.length === 1 ? "1 idea found" : `${String(state.order.length)} ideas found`);
      else if (next) say("More ideas loaded");
    } catch (error) {
      if (error instanceof ApiError && error.code === "ABORTED") return;
      failure = error instanceof ApiError ? error : new ApiError("UNKNOWN", "Please try again.");
      if (!failure.boardMissing) say("The ideas could not be loaded.");
    }
    redraw();
  }

  async function read(next: boolean): Promise<void> {
    loading?.abort();
    const mine = new AbortController();
    loading = mine;
    redraw();
    const q = find.value.trim();
    const { sort, clock } = state;
    const limit = next
      ? PAGE_SIZE
      : Math.min(PAGE_SIZE_MAX, Math.max(PAGE_SIZE, state.resync ? state.order.length : 0));
    const cursor = next && state.nextCursor !== null ? { cursor: state.nextCursor } : {};
    try {
      const page = await api.list({ sort, q, limit, ...cursor }, mine.signal);
      failure = null;
      state = next ? appendPage(state, page) : replaceList(state, page, { sort, filtered: q !== "" });
      void lookUp(
        page.items.map((item) => item.id),
        clock,
      ).catch(swallow);
    } finally {
      if (loading === mine) loading = null;
      redraw();
    }
  }

  async function lookUp(ids: readonly number[], clock: number): Promise<void> {
    const who = currentId();
    const votes = await api.lookUpVotes(ids, who);
    if (who !== currentId()) return;
    state = takeVotes(state, ids, votes, clock);
    redraw();
  }

  /** Every word of a search must match, which a whole title seldom does: its longest words are asked for next. */
  async function searchSimilar(text: string): Promise<number> {
    looking?.abort();
    const mine = new AbortController();
    looking = mine;
    const words = text.split(/[^\p{L}\p{N}]+/u).sort((a, b) => b.length - a.length);
    let found: readonly number[] = [];
    for (const q of [text, words.slice(0, 2).join(" "), words[0] ?? ""]) {
      if (found.length > 0 || q.length < 3) continue;
      const { clock } = state;
      const page = await api.list({ q, limit: SIMILAR_MAX }, mine.signal);
      if (page.items.length > 0) state = learn(state, page);
      found = page.items.map((item) => item.id);
      void lookUp(found, clock).catch(swallow);
    }
    similar = found;
    redraw();
    return found.length;
  }

  async function post(text: string, description: string): Promise<void> {
    const { item, seq } = await api.create({
      title: text,
      externalUserId: currentId(),
      ...(description && { description }),
    });
    find.value = "";
    // The board may only now exist, or a search was on: read first, so that the new item stands on top of the whole list.
    if (state.seq === null || state.filtered) await load();
    state = addCreated(state, item, seq);
    compose(false);
    draw();
    list.point(item.id, true);
    say("Your idea is posted. Thank you!");
  }

  function compose(on: boolean, text = ""): void {
    if (on === composing) return;
    composing = on;
    tools.hidden = browse.hidden = on;
    back.hidden = composer.element.hidden = !on;
    setText(title, on ? "New idea" : heading);
    scroll.scrollTop = 0;
    if (on) composer.open(text);
    else write.focus();
  }

  function changePerson(): void {
    live.stop();
    state = { ...state, mine: new Map(), pending: new Map(), touched: new Map() };
    live = goLive();
    void load();
  }

  return {
    element,
    wake() {
      awake = true;
      stopListening ??= onIdentity(changePerson);
      if (state.seq === null || failure !== null) void load();
      else live.start();
    },
    sleep() {
      awake = false;
      live.stop();
    },
  };
}

function bone(): HTMLElement {
  return make("div", { class: "row bone" }, make("i"), make("div", {}, make("i"), make("i")));
}
