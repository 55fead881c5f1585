/**
 * The control of the kill test: a Worker and an object that answer first and write a moment later, as a cache in front of a database would. It speaks as much of the API as the test's
 * writers and checker use. A checker that finds nothing wrong with it would find nothing wrong with anything.
 */
const WRITE_DELAY_MS = 100;

type Row = Record<string, string | number>;
type Socket = {
  accept(): void;
  send(text: string): void;
  addEventListener(type: "message", on: (event: { data: string }) => void): void;
};
type State = {
  readonly storage: { readonly sql: { exec(query: string, ...bindings: unknown[]): { toArray(): Row[] } } };
};
type Namespace = { getByName(name: string): { fetch(request: Request): Promise<Response> } };
type Item = { readonly title: string; readonly voters: Set<string> };

declare const WebSocketPair: new () => { readonly 0: Socket; readonly 1: Socket };

export class AckFirst {
  readonly #sql: State["storage"]["sql"];
  readonly #items = new Map<number, Item>();

  constructor({ storage }: State) {
    this.#sql = storage.sql;
    this.#sql.exec("create table if not exists items (id integer primary key, title text)");
    this.#sql.exec("create table if not exists votes (item integer, person text, primary key (item, person))");
    for (const { id, title } of this.#sql.exec("select * from items").toArray()) {
      this.#items.set(Number(id), { title: String(title), voters: new Set() });
    }
    for (const { item, person } of this.#sql.exec("select * from votes").toArray())
      this.#items.get(Number(item))?.voters.add(String(person));
  }

  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const [, id] = /\/feedback\/(\d+)\/votes$/u.exec(url.pathname) ?? [];
    if (id !== undefined) {
      const { externalUserId } = (await request.json()) as { externalUserId: string };
      return Response.json(this.#vote(Number(id), externalUserId, request.method === "POST"));
    }
    if (url.pathname.endsWith("/live")) return this.#open();
    if (url.pathname.endsWith("/votes")) return Response.json(this.#votesOf(url));
    if (request.method === "POST") {
      const { title } = (await request.json()) as { title: string };
      return Response.json({ id: this.#create(title) }, { status: 201 });
    }
    const items = Array.from(this.#items, ([itemId, { title, voters }]) => ({
      id: itemId,
      title,
      voteCount: voters.size,
    }));
    if (url.pathname.endsWith("/feedback")) return Response.json(items);
    return Response.json({
      feedbackCount: items.length,
      voteCount: items.reduce((sum, { voteCount }) => sum + voteCount, 0),
    });
  }

  #create(title: string): number {
    const id = this.#items.size + 1;
    this.#items.set(id, { title, voters: new Set() });
    this.#later("insert or ignore into items values (?, ?)", id, title);
    return id;
  }

  #vote(id: number, person: string, voted: boolean): { voteCount: number; voted: boolean } {
    const voters = this.#items.get(id)?.voters ?? new Set();
    if (voted) voters.add(person);
    else voters.delete(person);
    this.#later(
      voted ? "insert or ignore into votes values (?, ?)" : "delete from votes where item = ? and person = ?",
      id,
      person,
    );
    return { voteCount: voters.size, voted };
  }

  #votesOf({ searchParams }: URL): Record<string, number> {
    const person = searchParams.get("externalUserId") ?? "";
    const ids = (searchParams.get("ids") ?? "").split(",");
    return Object.fromEntries(ids.filter((id) => this.#items.get(Number(id))?.voters.has(person)).map((id) => [id, 1]));
  }

  #open(): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    server.accept();
    server.addEventListener("message", ({ data }) => {
      const { type, requestId, feedbackId, externalUserId } = JSON.parse(data) as Record<string, string>;
      const answer = this.#vote(Number(feedbackId), externalUserId ?? "", type === "vote");
      server.send(JSON.stringify({ type: "ack", requestId, seq: 0, ...answer }));
    });
    return new Response(null, {
      status: 101,
      headers: { "sec-websocket-protocol": "groundswell.v1" },
      webSocket: client,
    } as ResponseInit);
  }

  /** The fault that the test is for. */
  #later(query: string, ...bindings: unknown[]): void {
    setTimeout(() => this.#sql.exec(query, ...bindings), WRITE_DELAY_MS);
  }
}

// oxlint-disable-next-line import/no-default-export -- the form of a Worker
export default {
  fetch: (request: Request, env: { readonly ACK_FIRST: Namespace }) => env.ACK_FIRST.getByName("one").fetch(request),
};
