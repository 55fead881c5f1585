/**
 * What a form shows: what was typed before and what was wrong with it. Failures of the API become words that a person can act on, each at its field where the
 * page has one. What must not be sent back (passwords, codes) is left out here, once for all forms.
 */
import type { Failure, FieldError } from "../../errors.ts";

export type Fill = {
  readonly values: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];
  /** Of the form as a whole; null when it was not sent yet. */
  readonly message: string | null;
};

/** The one form of a page that was sent and refused. */
export type Attempt = { readonly form: string; readonly fill: Fill; readonly failure: Failure };

export const BLANK: Fill = { values: {}, errors: [], message: null };

const SECRET_FIELDS: ReadonlySet<string> = new Set(["password", "currentPassword", "newPassword", "token"]);

/** `fields`: the names of the form's fields. An error of another field joins the form's own message. */
export function refused(
  form: string,
  failure: Failure,
  sent: Readonly<Record<string, string>>,
  fields: readonly string[],
): Attempt {
  const errors: FieldError[] = [];
  const elsewhere: string[] = [];
  for (const error of failure.errors ?? []) {
    // `allowedOrigins.2` belongs to the one field that holds the list.
    const field = fields.find((name) => error.path === name || error.path.startsWith(`${name}.`));
    if (field === undefined) elsewhere.push(inWords(error.message));
    else if (!errors.some(({ path }) => path === field)) errors.push({ path: field, message: inWords(error.message) });
  }
  const values = Object.fromEntries(Object.entries(sent).filter(([name]) => !SECRET_FIELDS.has(name)));
  return { form, failure, fill: { values, errors, message: messageOf(failure, errors.length, elsewhere) } };
}

export function fillOf(attempt: Attempt | null, form: string): Fill {
  return attempt?.form === form ? attempt.fill : BLANK;
}

export function errorOf(fill: Fill, field: string): string | null {
  return fill.errors.find(({ path }) => path === field)?.message ?? null;
}

function messageOf(failure: Failure, placed: number, elsewhere: readonly string[]): string {
  if (elsewhere.length > 0) return elsewhere.join(" ");
  if (placed > 0) return placed === 1 ? "Please look at this field." : "Please look at these fields.";
  return messageFor(failure);
}

/** Where a person needs other words than a program. */
const WORDS: Partial<Readonly<Record<Failure["code"], string>>> = {
  INVALID_CREDENTIALS: "Email or password is wrong.",
  OVERLOADED: "Very busy right now. Please try again in a moment.",
  INVALID_LINK: "This link is not valid any more: it was used, replaced by a newer one, or is too old.",
  LAST_OWNER: "A workspace needs an owner. Make somebody else an owner first.",
  FORBIDDEN: "Your role does not allow this.",
  UNAVAILABLE: "This installation is not set up for that. Ask whoever runs it.",
};

function messageFor({ code, detail, retryAfterSeconds }: Failure): string {
  if (code === "TOO_MANY_ATTEMPTS" || code === "RATE_LIMITED") {
    return `Too many attempts. Please wait ${waitOf(retryAfterSeconds)} and try again.`;
  }
  return WORDS[code] ?? detail;
}

function waitOf(seconds = 60): string {
  const [count, unit] = seconds < 100 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return `${String(count)} ${unit}${count === 1 ? "" : "s"}`;
}

/** A schema's message as a sentence. zod's own begin with a capital, those of our schemas continue "this field …". */
function inWords(message: string): string {
  if (/^too small: expected array/iu.test(message)) return "Please choose at least one.";
  const [, than, bound] = /^too (?:small|big): expected (?:number|int) to be ([<>])=\s*(\d+)/iu.exec(message) ?? [];
  if (bound !== undefined) return `Please give a number of at ${than === "<" ? "most" : "least"} ${bound}.`;
  if (/expected (?:number|int)/iu.test(message)) return "Please give a whole number.";
  if (/^too small/iu.test(message) || /received undefined/u.test(message)) return "Please fill this in.";
  const most = /^too big:.*<=\s*(\d+)/iu.exec(message)?.[1];
  if (most !== undefined) return `Please keep this to ${most} characters.`;
  if (/^invalid email/iu.test(message)) return "This is not an email address.";
  if (/^invalid url/iu.test(message)) return "This must be an address that begins with https://.";
  if (/^[a-z]/u.test(message)) return `This ${message.replace(/\.$/u, "")}.`;
  return /[.!?]$/u.test(message) ? message : `${message}.`;
}
