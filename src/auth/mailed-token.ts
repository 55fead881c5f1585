/** What stands behind the `#` of a mailed link: `<address in base64url>.<secret>`. It names its Identity object, so that no index of links is needed. */
import { base64url, base64urlBytes } from "../ids.ts";
import { email as address } from "../protocol/rest/auth.ts";
import { newSecret } from "./secret.ts";

export type MailedToken = { readonly email: string; readonly secret: string };

const PATTERN = /^([\w-]{1,700})\.([\w-]{43})$/u;

export function newMailedToken(email: string): MailedToken & { readonly text: string } {
  const secret = newSecret();
  return { email, secret, text: `${base64url(new TextEncoder().encode(email))}.${secret}` };
}

/** Null for what was never one of ours: no object is woken for it. */
export function parseMailedToken(token: string): MailedToken | null {
  const [, encoded, secret] = PATTERN.exec(token) ?? [];
  if (encoded === undefined || secret === undefined) return null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(base64urlBytes(encoded));
    const email = address.safeParse(text);
    return email.success ? { email: email.data, secret } : null;
  } catch {
    return null;
  }
}
