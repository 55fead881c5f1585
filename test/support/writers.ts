/** Writers for crash tests that post and vote over REST and sockets as fast as they are answered, through any number of crashes, and keep a ledger. What else can be written: stories.ts. */
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket, type RawData } from "ws";
import type { Changes } from "./ledger.ts";
import type { Site } from "./site.ts";

const ITEMS_PER_PERSON = 5;
/** A socket may send twenty messages in a second. */
const SOCKET_PACE_MS = 55;
const DOWN_WAIT_MS = 40;

export type Writers = { readonly stop: () => Promise<void> };
export type PostedItem = { readonly id: number; readonly title: string };
type Act = (person: string, item: PostedItem, voted: boolean) => Promise<void>;

/** The board on which all of them act. */
export const BOARD = "acme ideas";
const PATH = "/acme/ideas";

/** Acts on and on, each time anew, from the `first` time. When one did not come to its end, the server is down, or went down before it answered: all wait until it is there. */
export function actOnAndOn(origin: string, acts: readonly ((n: number) => Promise<void>)[], first = 0): Writers {
  let running = true;
  const isRunning = (): boolean => running;
  const isUp = () =>
    fetch(`${origin}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  const all = acts.map(async (act) => {
    for (let n = first; isRunning(); n++) {
      const done = await act(n).then(
        () => true,
        () => false,
      );
      if (done) continue;
      while (isRunning() && !(await isUp())) await sleep(DOWN_WAIT_MS);
    }
  });
  return {
    stop: async () => {
      running = false;
      await Promise.all(all);
    },
  };
}

export function voters(
  site: Site,
  items: readonly PostedItem[],
  counts: { rest: number; sockets: number; posts: number },
): ((n: number) => Promise<void>)[] {
  const many = (count: number, make: (index: number) => (n: number) => Promise<void>) =>
    Array.from({ length: count }, (_, index) => make(index));
  return [
    ...many(counts.rest, (index) => voter(`rest${String(index)}`, items, byRest(site))),
    ...many(counts.sockets, (index) => voter(`socket${String(index)}`, items, bySocket(site))),
    ...many(counts.posts, (index) => async (n) => void (await post(site, `post${String(index)}-${String(n)}`))),
  ];
}

/** Person after person votes for some items; every third takes one vote back. */
function voter(name: string, items: readonly PostedItem[], act: Act): (n: number) => Promise<void> {
  return async (n) => {
    const person = `${name}-${String(n)}`;
    const first = n * ITEMS_PER_PERSON;
    const chosen = Array.from({ length: ITEMS_PER_PERSON }, (_, turn) => items[(first + turn) % items.length]);
    for (const [turn, item] of chosen.entries()) {
      if (item === undefined) continue;
      await act(person, item, true);
      if (n % 3 === 0 && turn === 0) await act(person, item, false);
    }
  };
}

export function voteName(title: string, person: string): string {
  return `${BOARD} item ${title} vote ${person}`;
}

function change(person: string, { title }: PostedItem, voted: boolean): Changes {
  return { [voteName(title, person)]: voted ? {} : null };
}

function byRest(site: Site): Act {
  return async (person, item, voted) => {
    await site.write({
      kind: voted ? "vote" : "unvote",
      method: voted ? "POST" : "DELETE",
      path: `${PATH}/feedback/${String(item.id)}/votes`,
      body: { externalUserId: person },
      changes: change(person, item, voted),
    });
  };
}

/** One socket, opened anew after each crash, one vote at a time. */
function bySocket(site: Site): Act {
  let socket: WebSocket | null = null;
  let requests = 0;
  return async (person, item, voted) => {
    await sleep(SOCKET_PACE_MS);
    if (socket?.readyState !== WebSocket.OPEN) socket = await openSocket(site.origin);
    requests += 1;
    const requestId = String(requests);
    const acknowledge = site.ledger.ask(voted ? "vote by socket" : "unvote by socket", change(person, item, voted));
    socket.send(
      JSON.stringify({ type: voted ? "vote" : "unvote", requestId, feedbackId: item.id, externalUserId: person }),
    );
    const frame = await answerTo(socket, requestId);
    if (frame.type !== "ack") {
      site.ledger.refuse(`a vote by socket: ${JSON.stringify(frame)}`);
      throw new Error("refused");
    }
    acknowledge();
  };
}

async function openSocket(origin: string): Promise<WebSocket> {
  const socket = new WebSocket(`${origin.replace(/^http/u, "ws")}/api/v1${PATH}/live`, "groundswell.v1");
  return await new Promise((resolve, reject) => {
    socket.once("open", () => resolve(socket));
    // Stays: an error later on is followed by the close that its writer waits for.
    socket.on("error", reject);
  });
}

async function answerTo(socket: WebSocket, requestId: string): Promise<{ readonly type: string }> {
  return await new Promise((resolve, reject) => {
    const end = (): void => {
      socket.off("message", onMessage);
      socket.off("close", onClose);
    };
    const onMessage = (data: RawData): void => {
      const frame = JSON.parse((data as Buffer).toString()) as { type: string; requestId?: string };
      if (frame.requestId !== requestId) return;
      end();
      resolve(frame);
    };
    const onClose = (): void => {
      end();
      reject(new Error("closed"));
    };
    socket.on("message", onMessage);
    socket.once("close", onClose);
  });
}

/** `title` has no space: it stands in a cell's name. */
export async function post(site: Site, title: string): Promise<PostedItem> {
  const name = `${BOARD} item ${title}`;
  const path = `${PATH}/feedback`;
  const told = ({ id }: { id: number }) => ({ [name]: { id } });
  const { id } = await site.write({
    kind: "post",
    method: "POST",
    path,
    body: { title },
    changes: { [name]: {} },
    told,
  });
  return { id, title };
}
