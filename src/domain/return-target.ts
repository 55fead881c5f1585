/**
 * Decides where a sign-in leads back to: a path of this site, or a URL whose origin is on the deployment's list, letter for letter. Everything else becomes the console. What browsers read
 * differently from us (backslashes, encoded slashes, dot segments, control characters) is refused rather than cleaned.
 */
export const RETURN_TARGET_DEFAULT = "/console";
const RETURN_TARGET_CHARS_MAX = 2_000;

/** Resolves relative targets; never shown to anybody. */
const OWN_ORIGIN = "https://own.invalid";
/** RFC 3986's characters of a path, and none that a browser takes for another. A second slash would begin a host. */
const PATH = /^(?:\/(?!\/)(?:[\w.~!$&'()*+,;=:@-]|%[\da-f]{2})*)+$/iu;
/** Encoded `/`, `\`, `%` and control characters: somebody behind us may decode once more. */
const HIDDEN = /%(?:2f|5c|25|[01][\da-f]|7f)/iu;
const QUERY_AND_FRAGMENT = /^[\w.~!$&'()*+,;=:@/?#%[\]-]*$/u;

/** `allowedOrigins` as `parseOrigins` answers them. */
export function returnTarget(requested: string | undefined, allowedOrigins: readonly string[]): string {
  if (requested === undefined || requested.length > RETURN_TARGET_CHARS_MAX) return RETURN_TARGET_DEFAULT;
  if (requested.startsWith("/")) return isOwnPath(requested) ? requested : RETURN_TARGET_DEFAULT;
  const origin = allowedOrigins.find((allowed) => requested === allowed || requested.startsWith(`${allowed}/`));
  if (origin === undefined) return RETURN_TARGET_DEFAULT;
  const path = requested.slice(origin.length);
  return path === "" || isOwnPath(path) ? requested : RETURN_TARGET_DEFAULT;
}

/** The variable RETURN_ORIGINS: http and https origins, parted by commas. What is none is left out. */
export function parseOrigins(list: string): string[] {
  return list
    .split(",")
    .map((part) => part.trim())
    .filter((part) => /^https?:\/\//u.test(part) && URL.parse(part)?.origin === part);
}

function isOwnPath(text: string): boolean {
  const [path = ""] = text.split(/[?#]/u, 1);
  const rest = text.slice(path.length);
  if (!PATH.test(path) || HIDDEN.test(path) || !QUERY_AND_FRAGMENT.test(rest)) return false;
  if (!isUtf8(path)) return false;
  // The platform's parser has the last word on what the text means; it takes dot segments out, so with them the path is another.
  const url = URL.parse(text, OWN_ORIGIN);
  return url?.origin === OWN_ORIGIN && url.pathname === path;
}

function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
