/**
 * The board page's client: makes the server's HTML live, in place. Counts, order and resume are `board-state.ts`'s, the socket is
 * `live.ts`'s; here they meet the page. Without this script every link and form works all the same.
 */
import { newVisitor, visitorCookie, visitorIn } from "../page/visitor-cookie.ts";
import type { PageState } from "../page/page-state.ts";
import { boardApi } from "./api.ts";
import { type BoardState, hasVoted, type Store } from "./board-state.ts";
import {
  announce,
  drawNews,
  drawPresence,
  drawRows,
  isEmptied,
  newIdeas,
  showMessage,
  showStanding,
} from "./board/draw.ts";
import { openDiscussion } from "./board/discussion.ts";
import { fetchPage, readState } from "./board/fetched-page.ts";
import { listenToPosting } from "./board/posting.ts";
import { listenToTitle } from "./board/similar.ts";
import { withPage } from "./board/take-list.ts";
import { drawTotals, totalsShift } from "./board/totals.ts";
import { openViews } from "./board/view.ts";
import type { Who } from "./who.ts";
import { type Live, type LiveStatus, openLive } from "./live.ts";

/** Short gaps are nobody's business. */
const OFFLINE_SHOWN_AFTER_MS = 1_500;
const STANDING: Record<LiveStatus, string> = {
  live: "",
  connecting: "Reconnecting … counts may be a little behind.",
  offline: "You are offline. Your votes are kept and sent when the connection is back.",
};

function start(first: PageState): void {
  const { workspace = "", board = "", page = "", signedIn, embedded } = document.body.dataset;
  const who: Who =
    signedIn === undefined
      ? { id: visitorIn(document.cookie) ?? rememberVisitor(embedded !== undefined) }
      : { credentials: "same-origin" };
  const api = boardApi(location.origin, workspace, board, () => who);
  let shown = first;
  let status: LiveStatus = "live";
  const store = drawnStore(withPage(first), (state, before) => {
    drawRows(state);
    drawTotals(totalsShift(before, state));
    drawNews(newIdeas(state, shown), shown);
    drawPresence(state.online, status);
    discussion?.follow(state);
    if (isEmptied()) void views.visit(location.href, "keep");
  });
  const views = openViews(store, (next) => {
    shown = next;
    store.rebase();
  });
  const discussion = openDiscussion(store);
  const live = openLive({
    api,
    who,
    store,
    reread: async () => {
      const fetched = await fetchPage(location.href, store);
      if (!views.show(fetched) && fetched.state !== null)
        store.set(withPage(fetched.state, store.get(), fetched.clock));
      discussion?.take(fetched);
    },
    onStatus: patientStatus((now) => {
      status = now;
      drawPresence(store.get().online, status);
      showStanding(STANDING[status]);
    }),
    onRefused: (_, refusal) => {
      showMessage(refusal.message);
    },
    // The server knows what to say instead, and keeps it from those whom it was taken from.
    onGone: () => location.reload(),
  });
  listenToVotes(live, store);
  listenToPosting(views, store);
  listenToTitle(api);
  if (page === "board") listenToNews((url) => void views.visit(url, "push"));
  live.start();
}

function rememberVisitor(embedded: boolean): string {
  const id = newVisitor();
  document.cookie = visitorCookie(id, location.protocol === "https:" || (embedded && isSecureContext), embedded);
  return id;
}

/**
 * The page is drawn once per frame, however many changes a frame brought. `draw` gets the state drawn before, too. `rebase`: the
 * next state comes with the server's own markup, totals and all, and is what the following one is compared with.
 */
function drawnStore(initial: BoardState, draw: (state: BoardState, before: BoardState) => void) {
  let state = initial;
  let drawn = initial;
  let due = false;
  let rebasing = false;
  return {
    get: () => state,
    set: (next: BoardState): void => {
      state = next;
      if (rebasing) drawn = next;
      rebasing = false;
      if (due) return;
      due = true;
      // Hidden tabs get no animation frames, and are drawn when they come back.
      requestAnimationFrame(() => {
        const before = drawn;
        due = false;
        drawn = state;
        draw(state, before);
      });
    },
    rebase(): void {
      rebasing = true;
    },
  };
}

function listenToVotes(live: Live, store: Store): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset["vote"] === undefined) return;
    event.preventDefault();
    const id = Number(form.dataset["vote"]);
    const voted = !hasVoted(store.get(), id);
    live.vote(id, voted);
    announce(voted ? "Voted." : "Vote taken back.");
  });
}

/** New ideas are announced, not pushed under the reader's eyes; the button's value is the order that shows them first. */
function listenToNews(visit: (url: string) => void): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("[data-news]") : null;
    if (button !== null) visit(`${location.pathname}?sort=${button.value}`);
  });
}

/** Tells of a lost connection when it stays lost, of a live one at once. */
function patientStatus(show: (status: LiveStatus) => void): (status: LiveStatus) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (status) => {
    clearTimeout(timer);
    if (status === "live") show(status);
    else timer = setTimeout(() => show(status), OFFLINE_SHOWN_AFTER_MS);
  };
}

const first = readState(document);
if (first !== null) start(first);
