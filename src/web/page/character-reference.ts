/**
 * In place of the package decode-named-character-reference, whose table of all 2,125 names of HTML is a tenth of the Worker (`[alias]` in wrangler.toml): the names that people type or
 * paste. Any other stays as it was written.
 */
const NAMED: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", "\u00A0"],
  ["copy", "\u00A9"],
  ["reg", "\u00AE"],
  ["trade", "\u2122"],
  ["hellip", "\u2026"],
  ["ndash", "\u2013"],
  ["mdash", "\u2014"],
  ["lsquo", "\u2018"],
  ["rsquo", "\u2019"],
  ["ldquo", "\u201C"],
  ["rdquo", "\u201D"],
  ["laquo", "\u00AB"],
  ["raquo", "\u00BB"],
  ["bull", "\u2022"],
  ["middot", "\u00B7"],
  ["deg", "\u00B0"],
  ["times", "\u00D7"],
  ["euro", "\u20AC"],
  ["pound", "\u00A3"],
  ["larr", "\u2190"],
  ["rarr", "\u2192"],
]);

/** `value`: a name without `&` and `;`. False: not known. */
export function decodeNamedCharacterReference(value: string): string | false {
  return NAMED.get(value) ?? false;
}
