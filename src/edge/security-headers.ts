/** Headers that every answer has, whatever it is: what a browser may do with it when somebody opens, frames or embeds it. Pages say more of themselves (web/page/response.ts). */

/** An answer that is data is never a document; should somebody open it, it may load nothing and be framed by nobody. */
const DATA = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  // Other sites' scripts read us by CORS, which this does not touch; it keeps answers out of their <img> and <script>.
  "cross-origin-resource-policy": "same-origin",
} as const;
const HSTS = "max-age=31536000";

/** `secure`: the public reaches us over https. What an answer says of itself stays. */
export function setSecurityHeaders(headers: Headers, secure: boolean): void {
  headers.set("x-content-type-options", "nosniff");
  for (const [name, value] of Object.entries(DATA)) if (!headers.has(name)) headers.set(name, value);
  if (secure) headers.set("strict-transport-security", HSTS);
}
