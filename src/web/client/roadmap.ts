/**
 * The roadmap page's client: counts move as votes are cast, and what changed is read again from the server, whose markup it is. Without this script every link and the filter work all the same.
 */
import type { RoadmapFrame } from "../../protocol/live/down.ts";
import { LIVE_SUBPROTOCOL } from "../../protocol/live/version.ts";
import { formatCounted, formatTally } from "../page/format.ts";
import { openHeartbeat } from "./live-heartbeat.ts";
import { openSocket } from "./live-socket.ts";
import { pause } from "./pause.ts";

/** Where many have the page open, they do not all read it again at the same moment. */
const SPREAD_MS_PER_PAGE = 4;
const SPREAD_MS_MAX = 3_000;
const REREAD_WAIT_MS = 2_000;
/** How the server's reason begins when the workspace is gone. */
const GONE = /^board/u;

function start(main: HTMLElement): void {
  const { workspace = "" } = document.body.dataset;
  let seq = Number(main.dataset["seq"]);
  let online = 1;
  /** The page is older than this; null: it is not known to be. */
  let staleSince: number | null = null;
  let rereading = false;
  document.body.dataset["live"] = "";

  const heartbeat = openHeartbeat(
    (text) => socket.send(text),
    () => socket.reconnect(),
  );
  const socket = openSocket({
    address: () => {
      const url = new URL(`/api/v1/${encodeURIComponent(workspace)}/roadmap/live`, location.href);
      url.protocol = url.protocol.replace("http", "ws");
      return Promise.resolve([url.href, [LIVE_SUBPROTOCOL]]);
    },
    onOpen() {
      heartbeat.heard();
      socket.send(JSON.stringify({ type: "hello", since: seq }));
    },
    onMessage(data) {
      heartbeat.heard();
      if (data.startsWith("{")) hear(JSON.parse(data) as RoadmapFrame);
    },
    onClose(_code, reason) {
      heartbeat.end();
      if (GONE.test(reason)) location.reload();
      return false;
    },
  });

  function hear(frame: RoadmapFrame): void {
    if (frame.type === "error") return;
    if (frame.type === "welcome") ({ online } = frame);
    else if (frame.type === "roadmap" || frame.type === "resync") {
      staleSince = frame.seq;
      void reread();
    } else if (frame.seq >= seq && staleSince === null) {
      // What is older than the page stands in it already.
      ({ seq } = frame);
      if (frame.type === "comments") patch("comments", frame.id, formatCounted(frame.commentCount, "comment"));
      else for (const { id, voteCount } of frame.changes) patch("votes", id, formatTally(voteCount));
    }
  }

  async function reread(): Promise<void> {
    if (rereading) return;
    rereading = true;
    while (staleSince !== null) {
      await pause(Math.random() * Math.min(SPREAD_MS_MAX, online * SPREAD_MS_PER_PAGE));
      const read = await fetchMain().catch(() => null);
      const readSeq = read === null ? -1 : Number(read.dataset["seq"]);
      if (read !== null && readSeq >= seq) {
        seq = readSeq;
        take(read);
      }
      if (readSeq >= staleSince) staleSince = null;
      else await pause(REREAD_WAIT_MS);
    }
    rereading = false;
  }
}

async function fetchMain(): Promise<HTMLElement | null> {
  const response = await fetch(location.href, { headers: { accept: "text/html" } });
  // The server knows what to say instead.
  if (response.status === 404) location.reload();
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  return parsed.querySelector<HTMLElement>("#roadmap");
}

/** Keeps the focus where it was, and how far the phases are scrolled. */
function take(read: HTMLElement): void {
  const main = document.querySelector<HTMLElement>("#roadmap");
  if (main === null) return;
  const focused = document.activeElement;
  const isLink = focused instanceof HTMLAnchorElement && main.contains(focused);
  const left = main.querySelector(".phases")?.scrollLeft ?? 0;
  const parts = document.importNode(read, true);
  // Somebody who is choosing a filter goes on choosing.
  const filter = main.querySelector("[data-filter]");
  if (filter?.contains(focused) === true) parts.querySelector("[data-filter]")?.replaceWith(filter);
  main.replaceChildren(...parts.childNodes);
  const phases = main.querySelector(".phases");
  if (phases !== null) phases.scrollLeft = left;
  const again = isLink ? [...main.querySelectorAll("a")].find(({ href }) => href === focused.href) : focused;
  if (again instanceof HTMLElement && main.contains(again)) again.focus({ preventScroll: true });
  announce("The roadmap has changed.");
}

function patch(what: "votes" | "comments", id: number, text: string): void {
  const place = document.querySelector(`[data-${what}="${String(id)}"]`);
  if (place !== null) place.textContent = text;
}

function announce(text: string): void {
  const region = document.querySelector("[data-announce]");
  if (region !== null) region.textContent = text;
}

document.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLSelectElement) target.form?.requestSubmit();
});
const main = document.querySelector<HTMLElement>("#roadmap");
if (main !== null) start(main);
