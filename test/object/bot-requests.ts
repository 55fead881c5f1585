/** Requests as bots and others send them, for tests of bots inside workerd. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import type { BotVerdict } from "../../src/bots/verdict.ts";
import { botVerdict } from "../../src/edge/bots.ts";
import type { RequestContext } from "../../src/edge/context.ts";
import worker from "../../src/worker.ts";
import { ORIGIN } from "../support/workerd.ts";
import { Resolver } from "./resolver.ts";

export const GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
export const CRAWLER = "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)";
export const BROWSER =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
export const CURL = "curl/8.5.0";

/** Each address once per test: what is held of it stays in KV. */
let addresses = 0;
export function newAddress(): string {
  addresses += 1;
  return `66.249.${String(addresses >> 8)}.${String(addresses & 255)}`;
}

export const reverse = (address: string): string => `PTR ${address.split(".").toReversed().join(".")}.in-addr.arpa`;
export const HOST = "crawl-1.googlebot.com";
/** An address that is Googlebot's. */
export function google(address = newAddress()) {
  return { address, zone: { [reverse(address)]: [HOST], [`A ${HOST}`]: [address] } };
}

export function resolver(zone: Record<string, readonly string[]>): Resolver {
  const installed = new Resolver(zone);
  installed.install();
  return installed;
}

export type Sent = { readonly agent: string; readonly address?: string; readonly cf?: Record<string, unknown> };

export function request(
  path: string,
  { agent, address, cf }: Sent,
  init: RequestInit = {},
): Request<unknown, IncomingRequestCfProperties> {
  const headers = new Headers(init.headers);
  headers.set("user-agent", agent);
  if (address !== undefined) headers.set("cf-connecting-ip", address);
  const more = cf === undefined ? {} : { cf };
  return new Request(`${ORIGIN}${path}`, { ...init, headers, ...more } as RequestInit<IncomingRequestCfProperties>);
}

export function verdict(own: Env, sent: Sent): Promise<BotVerdict> {
  return botVerdict(contextOf(own, sent));
}

export function contextOf(own: Env, sent: Sent) {
  const context = { request: request("/", sent), env: own, requestId: "-", caller: { kind: "anonymous" } } as const;
  return context as Pick<RequestContext, keyof typeof context>;
}

export async function send(
  own: Env,
  path: string,
  sent: Sent,
  init: RequestInit = {},
): Promise<{ status: number; code?: string; response: Response }> {
  const execution = createExecutionContext();
  const response = await worker.fetch(request(path, sent, init), own, execution);
  await waitOnExecutionContext(execution);
  if (response.headers.get("content-type")?.includes("json") !== true) return { status: response.status, response };
  const body = await response.json<{ code?: string }>();
  return { status: response.status, response, ...(body.code === undefined ? {} : { code: body.code }) };
}

export const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});
