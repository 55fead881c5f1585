/**
 * Seals secrets that must be read again, such as people's keys of model providers: AES-256-GCM with a fresh 96-bit nonce (NIST SP 800-38D). What is sealed is bound to its user,
 * its provider and the version of the key, so a ciphertext that was moved elsewhere does not open.
 *
 * Text form: `v<version>.<nonce>.<ciphertext and tag>`, base64url.
 */
import { type Failure, failure } from "../errors.ts";
import { base64url, base64urlBytes } from "../ids.ts";
import { err, ok, type Result } from "../result.ts";

/** A deployment that did not set the secret has none, whatever the generated `Env` says. `ENCRYPTION_KEY_OLD` opens what an earlier key sealed. */
export type SealingSecrets = { readonly ENCRYPTION_KEY?: string; readonly ENCRYPTION_KEY_OLD?: string };
/** Whose secret, and what for. */
export type SealedFor = { readonly userId: string; readonly provider: string };

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const SEPARATOR = "\u0000";

/** Errors: UNAVAILABLE where the deployment has no ENCRYPTION_KEY. */
export async function seal(
  secrets: SealingSecrets,
  whose: SealedFor,
  secret: string,
): Promise<Result<string, Failure>> {
  const key = await importKey(secrets.ENCRYPTION_KEY);
  if (key === null)
    return err(failure("UNAVAILABLE", "This deployment keeps no keys: its operator has not set ENCRYPTION_KEY."));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: boundTo(whose, key.version) },
    key.key,
    new TextEncoder().encode(secret),
  );
  return ok([key.version, base64url(nonce), base64url(new Uint8Array(sealed))].join("."));
}

/** Null: not sealed by a key of this deployment for that user and provider. */
export async function unseal(secrets: SealingSecrets, whose: SealedFor, sealed: string): Promise<string | null> {
  const [version = "", nonce = "", ciphertext = ""] = sealed.split(".");
  for (const candidate of [secrets.ENCRYPTION_KEY, secrets.ENCRYPTION_KEY_OLD]) {
    const key = await importKey(candidate);
    if (key?.version !== version) continue;
    try {
      const opened = await crypto.subtle.decrypt(
        { name: "AES-GCM", iv: base64urlBytes(nonce), additionalData: boundTo(whose, version) },
        key.key,
        base64urlBytes(ciphertext),
      );
      return new TextDecoder().decode(opened);
    } catch {
      return null;
    }
  }
  return null;
}

type VersionedKey = { readonly key: CryptoKey; readonly version: string };

/** A key's version is the start of its hash, so that nobody has to number keys. */
async function importKey(secret: string | undefined): Promise<VersionedKey | null> {
  if (secret === undefined || secret === "") return null;
  const bytes = base64urlBytes(secret);
  if (bytes.byteLength !== KEY_BYTES) throw new Error("ENCRYPTION_KEY must be base64 of 32 bytes");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { key, version: `v${base64url(digest.subarray(0, 6))}` };
}

function boundTo({ userId, provider }: SealedFor, version: string): Uint8Array {
  return new TextEncoder().encode([userId, provider, version].join(SEPARATOR));
}
