/**
 * Lets a page ask the API as its own visitor, without a request over the wire: the page's forms then are held to the same rules, limits and words as every other client. What the
 * browser said of itself goes along.
 */
import { API_PREFIX } from "../ids.ts";
import { type Match, type RequestContext, rowOf } from "./context.ts";

/** Headers of the page's request that decide something in the API. */
const PASSED_ON = ["cookie", "origin", "sec-fetch-site", "user-agent", "cf-connecting-ip"];

type MatchRoute = (method: string, path: string) => Match | readonly string[];

/** Throws when there is no such endpoint: the caller is our own code. `context.caller` must be the page's by now. */
export async function askApi(
  match: MatchRoute,
  context: RequestContext,
  method: string,
  path: string,
  body?: unknown,
): Promise<Response> {
  const url = new URL(`${API_PREFIX}${path}`, context.url);
  const found = match(method, url.pathname);
  if (!("handle" in found)) throw new Error(`the API has no ${method} ${url.pathname}`);
  const headers = new Headers({ accept: "application/json" });
  for (const name of PASSED_ON) {
    const value = context.request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const init: RequestInit = { method, headers };
  if (context.request.cf !== undefined) init.cf = context.request.cf as RequestInitCfProperties;
  if (body !== undefined) {
    headers.set("content-type", "application/json");
    init.body = JSON.stringify(body);
  }
  const heard = { limits: [], replayed: false };
  return found.handle({ ...context, ...rowOf(found), request: new Request(url, init), url, heard }, found.params);
}
