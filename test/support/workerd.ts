/** What the tests inside workerd share: a workspace of their own, and calls to the real Worker. */
import { env, exports } from "cloudflare:workers";
import { ANONYMOUS, type Call } from "../../src/call.ts";
import type { Action } from "../../src/protocol/rest/roles.ts";
import { DownFrame } from "../../src/protocol/live/down.ts";
import { LIVE_SUBPROTOCOL } from "../../src/protocol/live/version.ts";

export const ORIGIN = "https://groundswell.test";
export const OPERATOR = { authorization: `Bearer ${env.OPERATOR_TOKEN}` };

let workspaces = 0;

/** A fresh name: storage is isolated per file, not per test. */
export function uniqueSlug(): string {
  workspaces += 1;
  return `ws-${String(workspaces)}-${crypto.randomUUID().slice(0, 8)}`;
}

/** What the Worker tells an object of a request, for tests that call one directly. */
export function callAs(kind: "anonymous" | "operator", action: Action, more: Partial<Call> = {}): Call {
  const caller = kind === "operator" ? ({ kind } as const) : ANONYMOUS;
  return {
    requestId: "-",
    caller,
    action,
    openWorkspaces: false,
    site: null,
    visitor: null,
    limit: null,
    route: "",
    idempotency: null,
    ...more,
  };
}

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: any };

/** A request to the Worker; the body, if any, goes as JSON and comes back parsed. */
export async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const init: RequestInit = {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
  };
  if (body !== undefined) init.body = typeof body === "string" ? body : JSON.stringify(body);
  const response = await exports.default.fetch(`${ORIGIN}${path}`, init);
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** A workspace with the board `ideas`; answers the API path of the board. */
export async function board(): Promise<{
  workspace: string;
  path: string;
  stub: ReturnType<typeof env.WORKSPACE.getByName>;
}> {
  const workspace = uniqueSlug();
  await call("POST", "/api/v1/workspaces", { slug: workspace, name: "Test" }, OPERATOR);
  await call("POST", `/api/v1/workspaces/${workspace}/boards`, { slug: "ideas", name: "Ideas" }, OPERATOR);
  return { workspace, path: `/api/v1/${workspace}/ideas`, stub: env.WORKSPACE.getByName(workspace) };
}

/** Posts an item; answers its id. */
export async function post(path: string, title: string, more: Record<string, unknown> = {}): Promise<number> {
  const { body } = await call("POST", `${path}/feedback`, { title, ...more });
  return body.id;
}

/** A live socket that checks every frame against the protocol and keeps them. */
export class Peer {
  readonly frames: DownFrame[] = [];
  readonly socket: WebSocket;
  closed: { code: number; reason: string } | null = null;
  #waiting: (() => void)[] = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.accept();
    socket.addEventListener("message", ({ data }) => {
      if (data === "pong") return;
      this.frames.push(DownFrame.parse(JSON.parse(String(data))));
      this.#wake();
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed = { code, reason };
      this.#wake();
    });
  }

  static async open(path: string, query = "", headers: Record<string, string> = {}): Promise<Peer> {
    const response = await upgrade(path, query, headers);
    if (response.webSocket === null) throw new Error(`refused: ${String(response.status)} ${await response.text()}`);
    return new Peer(response.webSocket);
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** Waits until `found` is true of what came so far. */
  async until(found: (peer: Peer) => boolean): Promise<void> {
    const deadline = Date.now() + 5_000;
    while (!found(this)) {
      if (Date.now() > deadline)
        throw new Error(`not seen; frames: ${JSON.stringify(this.frames)}, closed: ${JSON.stringify(this.closed)}`);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        setTimeout(resolve, 50);
      });
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

export function upgrade(path: string, query = "", headers: Record<string, string> = {}): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}${path}/live${query}`, {
    headers: { upgrade: "websocket", "sec-websocket-protocol": LIVE_SUBPROTOCOL, ...headers },
  });
}
