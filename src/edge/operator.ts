/** The deployment's operator: whoever holds the secret `OPERATOR_TOKEN`. Without the secret nobody does. */
import { OPERATOR_TOKEN_CHARS_MIN } from "../limits.ts";

/** A deployment that did not set the secret has none, whatever the generated `Env` says. */
type Secrets = { readonly OPERATOR_TOKEN?: string };

/** Compares in constant time; the lengths are made equal by hashing. */
export async function isOperatorToken(token: string, env: Secrets): Promise<boolean> {
  const secret = env.OPERATOR_TOKEN;
  if (secret === undefined || secret.length < OPERATOR_TOKEN_CHARS_MIN) return false;
  const encoder = new TextEncoder();
  const [given, wanted] = await Promise.all(
    [token, secret].map((text) => crypto.subtle.digest("SHA-256", encoder.encode(text))),
  );
  return given !== undefined && wanted !== undefined && crypto.subtle.timingSafeEqual(given, wanted);
}
