/**
 * Seals first answers that hold secrets, so that a request which comes again with its Idempotency-Key is given them again: AES-256-GCM with a fresh 96-bit nonce, under a key that follows from
 * the client's Idempotency-Key (HKDF, RFC 5869). That key is nowhere kept: whoever reads what the objects keep cannot open it, and who sends the same request again can.
 *
 * Text form: `<nonce>.<ciphertext and tag>`, base64url.
 */
import type { Idempotency } from "../call.ts";
import { base64url, base64urlBytes } from "../ids.ts";

/** The client's key, and its hash with whose it is and for which route: what is sealed is bound to all three. */
export type AnswerKey = { readonly idempotencyKey: string; readonly idempotency: Idempotency };

const NONCE_BYTES = 12;
const INFO = "groundswell first answer";

export async function sealAnswer(whose: AnswerKey, answer: string): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const key = await keyOf(whose);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, new TextEncoder().encode(answer));
  return `${base64url(nonce)}.${base64url(new Uint8Array(sealed))}`;
}

/** Throws for what was not sealed with this key: it is kept under the key's hash, so that is a bug. */
export async function openAnswer(whose: AnswerKey, sealed: string): Promise<string> {
  const [nonce = "", ciphertext = ""] = sealed.split(".");
  const key = await keyOf(whose);
  const algorithm = { name: "AES-GCM", iv: base64urlBytes(nonce) };
  return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, base64urlBytes(ciphertext)));
}

async function keyOf({ idempotencyKey, idempotency }: AnswerKey): Promise<CryptoKey> {
  const encoder = new TextEncoder();
  const material = await crypto.subtle.importKey("raw", encoder.encode(idempotencyKey), "HKDF", false, ["deriveKey"]);
  const salt = base64urlBytes(idempotency.key);
  const derivation = { name: "HKDF", hash: "SHA-256", salt, info: encoder.encode(INFO) };
  return crypto.subtle.deriveKey(derivation, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** Null: the request need not have its effect once. */
export function answerKeyOf(context: {
  readonly idempotencyKey: string | null;
  readonly idempotency: Idempotency | null;
}): AnswerKey | null {
  const { idempotencyKey, idempotency } = context;
  return idempotencyKey === null || idempotency === null ? null : { idempotencyKey, idempotency };
}

/** A secret that we make: as it is for the answer, and sealed for an object to keep beside its effect; `sealed` null without an Idempotency-Key. */
export type MadeSecret = { readonly secret: string; readonly sealed: string | null };

export async function sealMade(context: Parameters<typeof answerKeyOf>[0], secret: string): Promise<MadeSecret> {
  const whose = answerKeyOf(context);
  return { secret, sealed: whose === null ? null : await sealAnswer(whose, secret) };
}

/** The secret that is in force: the one just made, or the one of the first request, which the object kept. */
export async function secretInForce(
  context: Parameters<typeof answerKeyOf>[0],
  made: MadeSecret,
  kept: string | null,
): Promise<string> {
  const whose = answerKeyOf(context);
  return whose === null || kept === null || kept === made.sealed ? made.secret : openAnswer(whose, kept);
}
