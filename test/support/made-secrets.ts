/** API keys and signing secrets as the Worker makes them, for tests that ask an object directly. */
import { sha256 } from "@noble/hashes/sha2.js";
import type { MadeKey } from "../../objects/workspace/api-keys.ts";
import type { MadeSecret } from "../../objects/workspace/signing-secrets.ts";
import { base64url } from "../../src/ids.ts";

/** `made`: what the object is told of it. */
export function someKey(): { readonly key: string; readonly made: MadeKey } {
  const key = `gsk_${random()}`;
  const keyHash = base64url(sha256(new TextEncoder().encode(key)));
  return { key, made: { keyHash, lastFour: key.slice(-4), sealed: null } };
}

export function someSecret(): MadeSecret {
  return { secret: `gss_${random()}`, sealed: null };
}

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}
