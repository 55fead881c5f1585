/** The rule for new passwords (domain/password.ts) with the list of common ones, which is loaded with the first that is chosen. */
import { judgePassword, wordsOfEmail } from "../domain/password.ts";
import type { Failure } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";

let common: ReadonlySet<string> | null = null;

/** `path`: the field that is blamed; `words`: of the context, besides the address. Errors: INVALID_REQUEST. */
export async function admitPassword(
  password: string,
  path: string,
  email: string,
  words: readonly string[] = [],
): Promise<Result<null, Failure>> {
  if (common === null) {
    const { COMMON_PASSWORDS } = await import("./generated/common-passwords.ts");
    common = new Set(COMMON_PASSWORDS.split("\n"));
  }
  const refusal = judgePassword(password, [...wordsOfEmail(email), ...words], common, path);
  return refusal === null ? ok(null) : err(refusal);
}
