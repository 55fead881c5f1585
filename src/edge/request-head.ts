/** What is wrong with a request before anybody asks what it wants: its address and its headers. The platform lets far more through than anybody sends. */
import { type Failure, failure, invalidField } from "../errors.ts";
import { HEADER_CHARS_MAX, HEADERS_MAX, URL_CHARS_MAX } from "../limits.ts";

/** Between a header and the next stand `: ` and a line's end. */
const HEADER_OVERHEAD_CHARS = 4;

/** Null: nothing. Errors: URL_TOO_LONG, REQUEST_HEADERS_TOO_LARGE, INVALID_REQUEST. */
export function refuseHead({ url, headers }: Request, { pathname }: URL): Failure | null {
  if (url.length > URL_CHARS_MAX) {
    return failure("URL_TOO_LONG", `A URL may have at most ${String(URL_CHARS_MAX)} characters.`);
  }
  if (isTooMuch(headers)) {
    return failure(
      "REQUEST_HEADERS_TOO_LARGE",
      `A request may have at most ${String(HEADERS_MAX)} headers of ${String(HEADER_CHARS_MAX)} characters in all.`,
    );
  }
  return isText(pathname) ? null : invalidField("path", "is not valid UTF-8 text");
}

/** `forEach`: half the time of a loop over the entries, on every request. */
function isTooMuch(headers: Headers): boolean {
  let count = 0;
  let chars = 0;
  headers.forEach((value, name) => {
    count += 1;
    chars += name.length + value.length + HEADER_OVERHEAD_CHARS;
  });
  return count > HEADERS_MAX || chars > HEADER_CHARS_MAX;
}

/** The URL parser has percent-encoded all that is not ASCII, and left alone what was encoded already, well or not. */
function isText(pathname: string): boolean {
  if (!pathname.includes("%")) return true;
  try {
    return !decodeURIComponent(pathname).includes("\u0000");
  } catch {
    return false;
  }
}
