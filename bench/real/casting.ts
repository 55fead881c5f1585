/**
 * Posts and votes through the public API, each until it is acknowledged: over a server that dies in the middle, a call without an answer is made again. A vote may be cast twice
 * without harm; a post is looked up by its text first.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import type { Feedback } from "../../src/protocol/rest/feedback.ts";
import { LIVE_SUBPROTOCOL } from "../../src/protocol/live/version.ts";

export type Target = { readonly origin: string; readonly workspace: string; readonly board: string };
export type Vote = { readonly feedbackId: number; readonly person: string };
export type Post = { readonly title: string; readonly description: string };
/** Calls made again because no answer came. */
export type Tries = { retries: number };

const JSON_HEADERS = { "content-type": "application/json" } as const;
const RETRY_MS = 200;
const ANSWER_MS_MAX = 5_000;
const PAGE = 100;
/** A socket may send 20 messages a second. */
const SOCKET_INTERVAL_MS = 60;

export async function post(target: Target, item: Post, tries: Tries): Promise<number> {
  for (let first = true; ; first = false) {
    if (!first) {
      await sleep(RETRY_MS);
      tries.retries += 1;
    }
    try {
      const known = first ? undefined : (await readBoard(target)).find((one) => isSame(one, item));
      if (known !== undefined) return known.id;
      const response = await ask(`${apiOf(target)}/feedback`, {
        method: "POST",
        headers: JSON_HEADERS,
        body: JSON.stringify(item),
      });
      return ((await response.json()) as Feedback).id;
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
  }
}

export async function voteByRest(target: Target, { feedbackId, person }: Vote, tries: Tries): Promise<void> {
  const body = JSON.stringify({ externalUserId: person });
  for (;;) {
    try {
      const url = `${apiOf(target)}/feedback/${String(feedbackId)}/votes`;
      await (await ask(url, { method: "POST", headers: JSON_HEADERS, body })).arrayBuffer();
      return;
    } catch (error) {
      if (error instanceof Refused) throw error;
      tries.retries += 1;
      await sleep(RETRY_MS);
    }
  }
}

/** Takes votes from `queue` until it is empty, over one socket that is opened again whenever it ends. */
export async function voteBySocket(
  target: Target,
  next: () => Vote | undefined,
  tries: Tries,
  cast: () => void,
): Promise<void> {
  let socket: WebSocket | null = null;
  for (let vote = next(); vote !== undefined; vote = next()) {
    for (let acknowledged = false; !acknowledged;) {
      const startedAt = performance.now();
      try {
        if (socket === null || socket.readyState !== WebSocket.OPEN) socket = await openSocket(target);
        await acknowledge(socket, vote);
        acknowledged = true;
        cast();
      } catch (error) {
        if (error instanceof Refused) throw error;
        socket?.terminate();
        socket = null;
        tries.retries += 1;
        await sleep(RETRY_MS);
      }
      await sleep(Math.max(0, startedAt + SOCKET_INTERVAL_MS - performance.now()));
    }
  }
  socket?.terminate();
}

/** All items, most votes first. */
export async function readBoard(target: Target): Promise<Feedback[]> {
  const items: Feedback[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page = cursor === "" ? "" : `&cursor=${cursor}`;
    const response = await ask(`${apiOf(target)}/feedback?limit=${String(PAGE)}${page}`, {});
    items.push(...((await response.json()) as Feedback[]));
    cursor = response.headers.get("x-next-cursor");
  }
  return items;
}

/** The server says no: a mistake of this script, and no reason to try again. */
export class Refused extends Error {}

async function ask(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  if (response.status >= 500) throw new Error(`answered ${String(response.status)}`);
  if (!response.ok) throw new Refused(`${url} answered ${String(response.status)}: ${await response.text()}`);
  return response;
}

function openSocket(target: Target): Promise<WebSocket> {
  const socket = new WebSocket(`${apiOf(target).replace(/^http/u, "ws")}/live`, LIVE_SUBPROTOCOL, {
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    socket.once("open", () => resolve(socket));
    socket.on("error", reject);
  });
}

function acknowledge(socket: WebSocket, { feedbackId, person }: Vote): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error?: Error): void => {
      clearTimeout(late);
      socket.off("message", onMessage).off("close", onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onClose = (): void => end(new Error("closed"));
    const onMessage = (data: Buffer): void => {
      const frame = JSON.parse(data.toString()) as { type: string; requestId?: string; voted?: boolean };
      if (frame.requestId !== person) return;
      end(frame.type === "ack" && frame.voted === true ? undefined : new Refused(data.toString()));
    };
    const late = setTimeout(() => end(new Error("no ack in time")), ANSWER_MS_MAX);
    socket.on("message", onMessage).on("close", onClose);
    socket.send(JSON.stringify({ type: "vote", requestId: person, feedbackId, externalUserId: person }));
  });
}

function isSame(item: Feedback, wanted: Post): boolean {
  return fold(item.title) === fold(wanted.title) && fold(item.description) === fold(wanted.description);
}

/** As the API stores text: white space folded. */
function fold(text: string): string {
  return text.normalize("NFC").replace(/\s+/gu, " ").trim();
}

function apiOf({ origin, workspace, board }: Target): string {
  return `${origin}/api/v1/${workspace}/${board}`;
}
