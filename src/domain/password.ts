/**
 * What makes a password acceptable (NIST SP 800-63B-4, section 3.1.1.2; OWASP ASVS 5.0, 6.2): its length, and that it is not one of those that are tried first. It is taken exactly
 * as it was typed; there is no rule of composition.
 */
import { type Failure, invalidField } from "../errors.ts";
import { PASSWORD_CODE_POINTS_MAX, PASSWORD_CODE_POINTS_MIN } from "../limits.ts";

/** Shorter words of the context say nothing: they stand in many passwords by chance. */
const CONTEXT_WORD_CHARS_MIN = 3;
/** So much must be left of a password when the words of its context are taken away. */
const REST_CODE_POINTS_MIN = 8;
/** A unit that is repeated makes no password, however long the whole: `abc` times five. */
const UNIT_CODE_POINTS_MIN = 8;
/** Neighbours on the keyboard or in the alphabet, both ways and round the corner. */
const ROWS = [
  "01234567890",
  "1234567890",
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiopasdfghjklzxcvbnm",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
];
/** A run of so many neighbours counts as one step. */
const RUN_CODE_POINTS_MIN = 3;
/** A password that falls into so few runs is a sequence. */
const RUNS_MAX = 3;
const SITE_WORD = "groundswell";

/** `words`: of the context, such as the address and the workspaces' names. `common`: lower-case. Null: acceptable. `path`: the field that is blamed. */
export function judgePassword(
  password: string,
  words: readonly string[],
  common: ReadonlySet<string>,
  path: string,
): Failure | null {
  if (!password.isWellFormed()) return invalidField(path, "must be well-formed Unicode (no lone surrogates)");
  const codePoints = Array.from(password).length;
  if (codePoints < PASSWORD_CODE_POINTS_MIN) {
    return invalidField(path, `must have at least ${String(PASSWORD_CODE_POINTS_MIN)} characters`);
  }
  if (codePoints > PASSWORD_CODE_POINTS_MAX) {
    return invalidField(path, `must have at most ${String(PASSWORD_CODE_POINTS_MAX)} characters`);
  }
  const folded = password.toLowerCase();
  if (isCommon(folded, common)) return invalidField(path, "is too common: it would be among the first to be tried");
  if (isContext(folded, words, common)) {
    return invalidField(path, "says little more than your address or a name that others know");
  }
  return null;
}

/** The words of an address that a guess would start from. */
export function wordsOfEmail(email: string): string[] {
  const [local = "", domain = ""] = email.split("@", 2);
  return [email, local, domain, ...local.split(/[^\p{L}\p{N}]+/u), ...domain.split(".")];
}

function isCommon(folded: string, common: ReadonlySet<string>): boolean {
  return common.has(folded) || isRepetition(folded, common) || isPair(folded, common) || isSequence(folded);
}

/** One short or common unit over and over; the last may be cut off. */
function isRepetition(folded: string, common: ReadonlySet<string>): boolean {
  const points = Array.from(folded);
  for (let period = 1; period <= points.length / 2; period++) {
    if (!points.every((point, index) => index < period || point === points[index - period])) continue;
    return period < UNIT_CODE_POINTS_MIN || common.has(points.slice(0, period).join(""));
  }
  return false;
}

/** Two common ones side by side. */
function isPair(folded: string, common: ReadonlySet<string>): boolean {
  for (let cut = 1; cut < folded.length; cut++) {
    if (common.has(folded.slice(0, cut)) && common.has(folded.slice(cut))) return true;
  }
  return false;
}

/** Nothing but a few runs of neighbours: `123456789012345`, `qwertyuiopasdfgh`, `aaaaabbbbbccccc`. */
function isSequence(folded: string): boolean {
  const points = Array.from(folded);
  let start = 0;
  for (let runs = 1; runs <= RUNS_MAX; runs++) {
    const length = runAt(points, start);
    if (length < RUN_CODE_POINTS_MIN) return false;
    start += length;
    if (start >= points.length) return true;
  }
  return false;
}

/** How many neighbours follow each other from here. */
function runAt(points: readonly string[], start: number): number {
  const same = lengthWhile(points, start, (one, next) => one === next);
  const rows = ROWS.flatMap((row) => [row, Array.from(row).toReversed().join("")]);
  const along = rows.map((row) => lengthWhile(points, start, (one, next) => row.includes(one + next)));
  return Math.max(same, ...along);
}

function lengthWhile(
  points: readonly string[],
  start: number,
  follows: (one: string, next: string) => boolean,
): number {
  let end = start + 1;
  for (; end < points.length; end++) {
    if (!follows(points[end - 1] ?? "", points[end] ?? "")) break;
  }
  return end - start;
}

/** Little, or something common, is left without the words of the context. */
function isContext(folded: string, words: readonly string[], common: ReadonlySet<string>): boolean {
  const known = [SITE_WORD, ...words]
    .map((word) => word.toLowerCase())
    .filter((word) => word.length >= CONTEXT_WORD_CHARS_MIN)
    .toSorted((one, other) => other.length - one.length);
  let rest = folded;
  for (const word of known) rest = rest.replaceAll(word, "");
  if (rest === folded) return false;
  return Array.from(rest).length < REST_CODE_POINTS_MIN || isCommon(rest, common);
}
