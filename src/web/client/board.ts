/**
 * The board page's client: makes the server's HTML live, in place. Counts, order and resume are `board-state.ts`'s, the socket is
 * `live.ts`'s; here they meet the page. Without this script every link and form works all the same.
 */
import { newVisitor, visitorCookie, visitorIn } from "../page/visitor-cookie.ts";
import type { PageState } from "../page/page-state.ts";
import { boardApi } from "./api.ts";
import { type BoardState, hasVoted, type Store } from "./board-state.ts";
import { announce, countNew, drawNews, drawPresence, drawRows, showMessage, showStanding } from "./board/draw.ts";
import { fetchPage, readState } from "./board/fetched-page.ts";
import { listenToPosting } from "./board/posting.ts";
import { withPage } from "./board/take-list.ts";
import { openViews } from "./board/view.ts";
import { type Live, type LiveStatus, openLive } from "./live.ts";

/** Short gaps are nobody's business. */
const OFFLINE_SHOWN_AFTER_MS = 1_500;

function start(first: PageState): void {
  const { workspace = "", board = "", page = "" } = document.body.dataset;
  const visitor = visitorIn(document.cookie) ?? rememberVisitor();
  const api = boardApi(location.origin, workspace, board);
  let renderedAt = first.renderedAt;
  const store = drawnStore(withPage(first), () => renderedAt);
  const views = openViews(store, (shown) => {
    renderedAt = shown.renderedAt;
  });
  const live = openLive({
    api,
    externalUserId: visitor,
    store,
    reread: async () => {
      const fetched = await fetchPage(location.href, store);
      if (!views.show(fetched) && fetched.state !== null)
        store.set(withPage(fetched.state, store.get(), fetched.clock));
    },
    onStatus: connectionBanner(),
    onRefused: (_, refusal) => {
      showMessage(refusal.message);
    },
  });
  listenToVotes(live, store);
  listenToPosting(views, store);
  if (page === "board") listenToNews(workspace, board, (url) => void views.visit(url, "push"));
  live.start();
}

function rememberVisitor(): string {
  const id = newVisitor();
  document.cookie = visitorCookie(id, location.protocol === "https:");
  return id;
}

/** The page is drawn once per frame, however many changes a frame brought. */
function drawnStore(initial: BoardState, renderedAt: () => string): Store {
  let state = initial;
  let due = false;
  const draw = (): void => {
    due = false;
    drawRows(state);
    drawNews(countNew(state, renderedAt()));
    drawPresence(state.online);
  };
  return {
    get: () => state,
    set: (next) => {
      state = next;
      if (due) return;
      due = true;
      // Hidden tabs get no animation frames, and are drawn when they come back.
      requestAnimationFrame(draw);
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

/** New ideas are announced, not pushed under the reader's eyes; the newest-first view shows them. */
function listenToNews(workspace: string, board: string, visit: (url: string) => void): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-news]") : null;
    if (button !== null) visit(`/w/${workspace}/${board}?sort=created_at`);
  });
}

function connectionBanner(): (status: LiveStatus) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (status) => {
    clearTimeout(timer);
    if (status === "live") {
      showStanding("");
      return;
    }
    timer = setTimeout(() => {
      showStanding(
        status === "offline"
          ? "You are offline. Your votes are kept and sent when the connection is back."
          : "Reconnecting … counts may be a little behind.",
      );
    }, OFFLINE_SHOWN_AFTER_MS);
  };
}

const first = readState(document);
if (first !== null) start(first);
