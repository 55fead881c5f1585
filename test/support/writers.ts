/** Writers for crash tests: they post and vote over REST and sockets as fast as they are answered, through any number of crashes, and keep a ledger. */
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket, type RawData } from "ws";
import type { Found, Item, Ledger } from "./ledger.ts";

const ITEMS_PER_PERSON = 5;
/** A socket may send twenty messages in a second. */
const SOCKET_PACE_MS = 55;
const DOWN_WAIT_MS = 40;
/** A request that a killed server leaves open; its answer would count, were it ever to come. */
const ANSWER_MS = 5_000;
const READERS = 8;

export type Writers = { readonly stop: () => Promise<void> };
type Act = (person: string, item: number, voted: boolean) => Promise<void>;

/** `api`: the board's path with its origin. */
export function startWriters(
  api: string,
  ledger: Ledger,
  items: readonly number[],
  counts: { rest: number; sockets: number; posts: number },
): Writers {
  let running = true;
  const isRunning = () => running;
  const name = (kind: string, index: number) => `${kind}${String(index)}`;
  const all = [
    ...Array.from({ length: counts.rest }, (_, index) =>
      voteOnAndOn(name("rest", index), items, isRunning, byRest(api, ledger)),
    ),
    ...Array.from({ length: counts.sockets }, (_, index) =>
      voteOnAndOn(name("socket", index), items, isRunning, bySocket(api, ledger)),
    ),
    ...Array.from({ length: counts.posts }, (_, index) => postOnAndOn(api, name("post", index), isRunning, ledger)),
  ];
  return {
    stop: async () => {
      running = false;
      await Promise.all(all);
    },
  };
}

/** Person after person votes for some items; every third takes one vote back. */
async function voteOnAndOn(name: string, items: readonly number[], isRunning: () => boolean, act: Act): Promise<void> {
  for (let n = 0; isRunning(); n++) {
    const person = `${name}-${String(n)}`;
    for (let turn = 0; turn < ITEMS_PER_PERSON && isRunning(); turn++) {
      const item = items[(n * ITEMS_PER_PERSON + turn) % items.length] ?? 0;
      try {
        await act(person, item, true);
        if (n % 3 === 0 && turn === 0) await act(person, item, false);
      } catch {
        await sleep(DOWN_WAIT_MS); // the server is down, or went down before it answered
      }
    }
  }
}

function byRest(api: string, ledger: Ledger): Act {
  return async (person, item, voted) => {
    const answered = ledger.vote(person, item, voted);
    const response = await request(`${api}/feedback/${String(item)}/votes`, voted ? "POST" : "DELETE", {
      externalUserId: person,
    });
    if (!response.ok) throw new Error(`answered ${String(response.status)}`);
    answered();
  };
}

/** One socket, opened anew after each crash, one vote at a time. */
function bySocket(api: string, ledger: Ledger): Act {
  let socket: WebSocket | null = null;
  let requests = 0;
  return async (person, item, voted) => {
    await sleep(SOCKET_PACE_MS);
    if (socket?.readyState !== WebSocket.OPEN) socket = await open(`${api.replace(/^http/u, "ws")}/live`);
    requests += 1;
    const requestId = String(requests);
    const answered = ledger.vote(person, item, voted);
    socket.send(
      JSON.stringify({ type: voted ? "vote" : "unvote", requestId, feedbackId: item, externalUserId: person }),
    );
    await acknowledged(socket, requestId);
    answered();
  };
}

async function open(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, "groundswell.v1");
  return await new Promise((resolve, reject) => {
    socket.once("open", () => resolve(socket));
    // Stays: an error later on is followed by the close that its writer waits for.
    socket.on("error", reject);
  });
}

async function acknowledged(socket: WebSocket, requestId: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const settle = (error?: Error): void => {
      socket.off("message", onMessage);
      socket.off("close", onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onMessage = (data: RawData): void => {
      const frame = JSON.parse((data as Buffer).toString()) as { type: string; requestId?: string };
      if (frame.requestId === requestId) settle(frame.type === "ack" ? undefined : new Error(frame.type));
    };
    const onClose = (): void => settle(new Error("closed"));
    socket.on("message", onMessage);
    socket.once("close", onClose);
  });
}

async function postOnAndOn(api: string, name: string, isRunning: () => boolean, ledger: Ledger): Promise<void> {
  for (let n = 0; isRunning(); n++) {
    const title = `${name}-${String(n)}`;
    try {
      await post(api, title, ledger);
    } catch {
      await sleep(DOWN_WAIT_MS);
    }
  }
}

export async function post(api: string, title: string, ledger: Ledger): Promise<number> {
  const answered = ledger.post(title);
  const response = await request(`${api}/feedback`, "POST", { title });
  if (response.status !== 201) throw new Error(`answered ${String(response.status)}`);
  const { id } = (await response.json()) as { id: number };
  answered(id);
  return id;
}

async function request(url: string, method: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return await fetch(url, { method, headers, body: JSON.stringify(body), signal: AbortSignal.timeout(ANSWER_MS) });
}

/** All that the server has of the board and of these people's votes. `board`: where the board's totals are read. */
export async function readAll(api: string, board: string, people: readonly string[]): Promise<Found> {
  const items: Item[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const response: Response = await fetch(
      `${api}/feedback?sort=created_at&limit=100${cursor === "" ? "" : `&cursor=${cursor}`}`,
    );
    items.push(...((await response.json()) as Item[]));
    cursor = response.headers.get("x-next-cursor");
  }
  const votes = new Map<string, ReadonlySet<number>>();
  const waiting = [...people];
  // Votes are cast for the first items only, which a look-up can hold.
  const ids = items
    .map(({ id }) => id)
    .toSorted((a, b) => a - b)
    .slice(0, 100)
    .join(",");
  const read = async (): Promise<void> => {
    for (let person = waiting.pop(); person !== undefined; person = waiting.pop()) {
      const found = (await (await fetch(`${api}/votes?ids=${ids}&externalUserId=${person}`)).json()) as Record<
        string,
        number
      >;
      votes.set(person, new Set(Object.keys(found).map(Number)));
    }
  };
  await Promise.all(Array.from({ length: READERS }, read));
  const totals = (await (await fetch(board)).json()) as Found["board"];
  return { items, board: totals, votes };
}
