/**
 * Reads request bodies: type, size, encoding, depth, forbidden keys and texts that are none are checked here, so that a route sees only a parsed value. Size is
 * counted while the body streams, whatever Content-Length claims. Schemas are the routes' business.
 */
import { type Failure, failure, invalidField } from "../errors.ts";
import { BODY_BYTES_MAX, BODY_MS_MAX, JSON_DEPTH_MAX } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import { readAtMost } from "./read-at-most.ts";

const LATE = Symbol("late");
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);
/** Of a key that a client made up, in what it is told of it. */
const KEY_CHARS_MAX = 64;

/** `application/json` only, with no other charset than UTF-8. Errors: 415, 413, 400. */
export async function readJson(request: Request): Promise<Result<unknown, Failure>> {
  const text = await readText(request, "application/json");
  if (!text.ok) return text;
  const depth = checkDepth(text.value);
  if (depth !== null) return err(depth);
  const refused: Failure[] = [];
  try {
    const value: unknown = JSON.parse(text.value, (key, part: unknown) => {
      const message = faultOf(key, part);
      if (message !== null) refused.push(invalidField(named(key), message));
      return part;
    });
    const [first] = refused;
    return first === undefined ? ok(value) : err(first);
  } catch {
    return err(failure("INVALID_JSON", "The body could not be parsed as JSON."));
  }
}

/** `application/x-www-form-urlencoded`; a field that is sent twice is an error. Errors: 415, 413, 400. */
export async function readForm(request: Request): Promise<Result<Record<string, string>, Failure>> {
  const text = await readText(request, "application/x-www-form-urlencoded");
  if (!text.ok) return text;
  return uniqueFields(new URLSearchParams(text.value), "");
}

/** Turns a query or a form into a record; `prefix` names the place in error messages (`query.`). */
export function uniqueFields(pairs: URLSearchParams, prefix: string): Result<Record<string, string>, Failure> {
  const record = new Map<string, string>();
  for (const [key, value] of pairs) {
    const path = `${prefix}${key.slice(0, KEY_CHARS_MAX)}`;
    if (FORBIDDEN_KEYS.has(key)) return err(invalidField(path, "is not an allowed key"));
    if (record.has(key)) return err(invalidField(path, "is given more than once"));
    // The parser puts U+FFFD where the bytes were no UTF-8.
    if (/[\0\uFFFD]/u.test(key + value)) return err(invalidField(path, "is not valid UTF-8 text"));
    record.set(key, value);
  }
  return ok(Object.fromEntries(record));
}

async function readText(request: Request, type: string): Promise<Result<string, Failure>> {
  if (!hasMediaType(request.headers.get("content-type"), type)) {
    return err(failure("UNSUPPORTED_MEDIA_TYPE", `The body must be sent as ${type}.`));
  }
  const coding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (coding !== "identity") return err(failure("UNSUPPORTED_MEDIA_TYPE", "The body must be sent uncompressed."));
  const tooLarge = failure("BODY_TOO_LARGE", `The body may have at most ${String(BODY_BYTES_MAX)} bytes.`);
  if (Number(request.headers.get("content-length") ?? 0) > BODY_BYTES_MAX) return err(tooLarge);
  let bytes: Uint8Array | null | typeof LATE;
  try {
    bytes = await inTime(readBytes(request));
  } catch {
    // The client went away, or sent less than it said.
    return err(failure("INVALID_REQUEST", "The body ended before it was complete."));
  }
  if (bytes === LATE) {
    return err(failure("INVALID_REQUEST", `The body did not come within ${String(BODY_MS_MAX / 1_000)} seconds.`));
  }
  if (bytes === null) return err(tooLarge);
  try {
    // ignoreBOM keeps a byte order mark in the text, where JSON.parse refuses it.
    return ok(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return err(failure("INVALID_ENCODING", "The body is not valid UTF-8."));
  }
}

/** What no schema sees, or would take: keys that reach an object's prototype, and texts that only the escapes of JSON can write. */
function faultOf(key: string, part: unknown): string | null {
  if (FORBIDDEN_KEYS.has(key)) return "is not an allowed key";
  if (!isText(key) || (typeof part === "string" && !isText(part))) return "must be valid Unicode text without NUL";
  return null;
}

/** A key as an error repeats it: the body's own value has none. */
function named(key: string): string {
  return key === "" ? "body" : key.slice(0, KEY_CHARS_MAX).toWellFormed();
}

function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

function hasMediaType(header: string | null, type: string): boolean {
  if (header === null) return false;
  const [media = "", ...parameters] = header.split(";").map((part) => part.trim().toLowerCase());
  return media === type && parameters.every((part) => !part.startsWith("charset") || /^charset="?utf-8"?$/u.test(part));
}

/** Who sends half of a body and nothing more would hold a request and its connection for as long as they like. */
async function inTime<T>(bytes: Promise<T>): Promise<T | typeof LATE> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), BODY_MS_MAX);
  });
  try {
    return await Promise.race([bytes, late]);
  } finally {
    clearTimeout(timer ?? null);
  }
}

/** All of the body, or null when it is larger than the limit. */
async function readBytes(request: Request): Promise<Uint8Array | null> {
  const body: ReadableStream<Uint8Array> | null = request.body;
  if (body === null) return new Uint8Array();
  if (request.headers.has("content-length")) {
    // The length was checked, and the server holds the client to it. In one go costs a third of chunk by chunk.
    const declared = new Uint8Array(await request.arrayBuffer());
    return declared.byteLength > BODY_BYTES_MAX ? null : declared;
  }
  return readAtMost(body, BODY_BYTES_MAX);
}

/** Nesting is counted on the raw text, before `JSON.parse` spends time on it. */
function checkDepth(text: string): Failure | null {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const char = text.charCodeAt(index);
    if (inString) {
      if (char === 0x5c) index++;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      depth++;
      if (depth > JSON_DEPTH_MAX) {
        return failure("INVALID_JSON", `The body is nested deeper than ${String(JSON_DEPTH_MAX)} levels.`);
      }
    } else if (char === 0x7d || char === 0x5d) depth--;
  }
  return null;
}
