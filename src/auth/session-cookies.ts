/**
 * The console's cookies: an access and a refresh token, for browsers of our own origin only. `__Host-` (RFC 6265bis, section 4.1.3.2) keeps other hosts from setting them; over plain
 * http, which is one's own machine, browsers take neither the prefix nor `Secure`.
 */
import { ACCESS_TOKEN_SECONDS, SESSION_IDLE_MS } from "../limits.ts";

export type CookieName = "gs_access" | "gs_refresh" | "gs_device" | "gs_oauth";

/** `Set-Cookie` lines. */
export function sessionCookies(
  tokens: { readonly accessToken: string; readonly refreshToken: string },
  secure: boolean,
): string[] {
  return [
    setCookie("gs_access", tokens.accessToken, ACCESS_TOKEN_SECONDS, secure),
    setCookie("gs_refresh", tokens.refreshToken, SESSION_IDLE_MS / 1_000, secure),
  ];
}

export function clearedCookies(secure: boolean): string[] {
  return [setCookie("gs_access", "", 0, secure), setCookie("gs_refresh", "", 0, secure)];
}

/** `Lax`: the console's own links from a mail or a provider's redirect must find the person signed in. Unsafe methods are checked for their origin besides. */
export function setCookie(name: CookieName, value: string, maxAgeSeconds: number, secure: boolean): string {
  const attributes = `Path=/; Max-Age=${String(maxAgeSeconds)}; HttpOnly; SameSite=Lax`;
  return secure ? `__Host-${name}=${value}; ${attributes}; Secure` : `${name}=${value}; ${attributes}`;
}

/** The cookie's value, or null. */
export function readCookie(request: Request, name: CookieName, secure: boolean): string | null {
  const header = request.headers.get("cookie");
  if (header === null) return null;
  const wanted = `${secure ? "__Host-" : ""}${name}=`;
  for (const part of header.split(";")) {
    const pair = part.trimStart();
    if (pair.startsWith(wanted)) return pair.slice(wanted.length).trimEnd() || null;
  }
  return null;
}
