/**
 * Turnstile's siteverify on loopback, as Cloudflare documents it: a token is taken once, or again under the idempotency key that it came with first. Tokens are made by `solve`, which stands for what
 * happens in a browser. Tests misbehave through `answers`.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const SITE_KEY = "0x4AAAAAAA-site-key";
export const SECRET_KEY = "0x4AAAAAAA-secret-key-of-the-tests";
/** What Cloudflare's testing keys give out. */
export const DUMMY_TOKEN = "XXXX.DUMMY.TOKEN.XXXX";
export const TESTING_SECRET_KEY = "1x0000000000000000000000000000000AA";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u;

export type Asked = {
  readonly type: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
};

/** How it answers: as documented, not at all, with a fault, not in JSON, without an end, or drop by drop. */
export type Manner = "well" | "silent" | "status 500" | "internal-error" | "html" | "huge" | "drip" | "array";

export type Siteverify = {
  readonly url: string;
  /** The questions so far. */
  readonly asked: Asked[];
  manner: Manner;
  /** A token as the browser gets it, for a page on this host. */
  readonly solve: (hostname: string, action?: string) => string;
  readonly stop: () => Promise<void>;
};

type Solved = { readonly hostname: string; readonly action: string };

export async function startSiteverify(): Promise<Siteverify> {
  const solved = new Map<string, Solved>();
  /** Under which key a token was taken. */
  const taken = new Map<string, unknown>();
  const server = createServer((request, response) => {
    void answer(request, response, state, { solved, taken });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const state: Siteverify = {
    url: `http://127.0.0.1:${String(port)}/turnstile/v0/siteverify`,
    asked: [],
    manner: "well",
    solve(hostname, action = "post") {
      const token = `0.${randomUUID()}`;
      solved.set(token, { hostname, action });
      return token;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return state;
}

type Tokens = { readonly solved: ReadonlyMap<string, Solved>; readonly taken: Map<string, unknown> };

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  state: Siteverify,
  tokens: Tokens,
): Promise<void> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  const body = JSON.parse(text) as Record<string, unknown>;
  state.asked.push({ type: request.headers["content-type"], body });
  const json = (value: unknown, status = 200): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  };
  const head = (type: string) => response.writeHead(200, { "content-type": type });
  if (state.manner === "well") return json(judge(body, tokens));
  if (state.manner === "internal-error") return json(refusal("internal-error"));
  if (state.manner === "status 500") return json({ message: "broken" }, 500);
  if (state.manner === "array") return json([true]);
  if (state.manner === "html") head("text/html").end(`<html>Sorry. You asked: ${text}</html>`);
  if (state.manner === "huge") head("application/json").end(`{"success":true,"padding":"${"x".repeat(2_000_000)}"}`);
  if (state.manner === "drip") {
    head("application/json");
    const timer = setInterval(() => response.write(" "), 200);
    response.on("close", () => clearInterval(timer));
  }
}

function judge(body: Readonly<Record<string, unknown>>, { solved, taken }: Tokens): object {
  const { secret, response: token, idempotency_key: key } = body;
  if (typeof secret !== "string" || secret === "") return refusal("missing-input-secret");
  if (secret === TESTING_SECRET_KEY) {
    const metadata = { result_with_testing_key: true };
    if (token !== DUMMY_TOKEN) return { ...refusal("invalid-input-response"), metadata };
    return { success: true, "error-codes": [], challenge_ts: now(), hostname: "example.com", metadata };
  }
  if (secret !== SECRET_KEY) return refusal("invalid-input-secret");
  if (typeof token !== "string" || token === "") return refusal("missing-input-response");
  if (key !== undefined && (typeof key !== "string" || !UUID.test(key))) return refusal("bad-request");
  const found = solved.get(token);
  if (found === undefined) return refusal("invalid-input-response");
  if (taken.has(token) && (key === undefined || taken.get(token) !== key)) return refusal("timeout-or-duplicate");
  taken.set(token, key);
  return {
    success: true,
    "error-codes": [],
    challenge_ts: now(),
    cdata: "",
    ...found,
    metadata: { interactive: false },
  };
}

function refusal(code: string): object {
  return { success: false, "error-codes": [code], messages: [] };
}

function now(): string {
  return new Date().toISOString();
}
