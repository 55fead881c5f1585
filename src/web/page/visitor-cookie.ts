/**
 * Who a visitor of the pages is: a random id in a cookie, set by the first form that needs one. Readable by script on purpose, for the
 * page's client sends the same id. It identifies a browser for counting votes and grants nothing.
 */
import { randomId } from "../../ids.ts";

const NAME = "gs_visitor";
const VISITOR = /^v_[\w-]{22}$/u;
const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** The id in a `Cookie` header (or `document.cookie`), or null when there is none of our making. */
export function visitorIn(cookies: string | null): string | null {
  for (const pair of (cookies ?? "").split(";")) {
    const [name, value] = pair.trim().split("=", 2);
    if (name === NAME && value !== undefined && VISITOR.test(value)) return value;
  }
  return null;
}

export function newVisitor(): string {
  return `v_${randomId()}`;
}

/**
 * As `Set-Cookie`, and as what script assigns to `document.cookie`. `embedded`: for a frame on another site, to which browsers send no other kind of cookie. It is partitioned, so that
 * a person is another visitor on each site: nobody is followed from one to the next. Such a cookie needs https; without it the frame works on its own site only, as on one's own machine.
 */
export function visitorCookie(id: string, secure: boolean, embedded = false): string {
  const framed = embedded && secure;
  const scope = `SameSite=${framed ? "None" : "Lax"}${secure ? "; Secure" : ""}${framed ? "; Partitioned" : ""}`;
  return `${NAME}=${id}; Path=/; Max-Age=${String(YEAR_SECONDS)}; ${scope}`;
}
