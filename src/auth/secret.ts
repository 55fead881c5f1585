/** Random secrets that we give out, such as tokens and API keys, and what the objects keep of them. */
import { base64url } from "../ids.ts";

const SECRET_BYTES = 32;

/** 256 bits from the CSPRNG as 43 base64url characters. */
export function newSecret(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}

/** Base64url of the SHA-256. The secret is random and long, so nothing slower is needed. */
export async function hashOf(secret: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret))));
}
