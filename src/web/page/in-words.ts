/** Failures that a person needs in other words than a program. */
import type { Failure } from "../../errors.ts";
import { RETRY_AFTER_SECONDS } from "../../limits.ts";

const MINUTE_SECONDS = 60;

/** A refusal for the number of requests says how long to wait, which a program reads in a header. */
export function inWords(failed: Failure): Failure {
  const { code, retryAfterSeconds: seconds = RETRY_AFTER_SECONDS } = failed;
  if (code !== "RATE_LIMITED") return failed;
  const [many, unit] =
    seconds < 2 * MINUTE_SECONDS ? [seconds, "second"] : [Math.ceil(seconds / MINUTE_SECONDS), "minute"];
  return {
    ...failed,
    detail: `That was a little too often. Please try again in ${String(many)} ${unit}${many === 1 ? "" : "s"}.`,
  };
}
