/** What of a text can be seen. Titles, names and comments go through it when they come in, descriptions a second time when their markdown is read, which can name characters by number. */

/**
 * What is not seen, or turns round what is: bidi marks, overrides and isolates, zero-width characters, fillers, blanks that are no spaces, annotations, C1 controls, code points that are no
 * characters. Joiners (U+200C, U+200D) are not among them, for Persian, Hindi and emoji are written with them.
 */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex -- the point of this pattern
  /[\u0080-\u009F\u00AD\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u2800\u3164\uFDD0-\uFDEF\uFEFF\uFFA0\uFFF0-\uFFFC\uFFFE\uFFFF]|\u034F/gu;
/** Tags write in an alphabet that nobody sees. Only the flags of England, Scotland and Wales are made of them. */
const TAGS = /(\u{1F3F4}[\u{E0061}-\u{E007A}]{2,6}\u{E007F})|[\u{E0000}-\u{E00FF}\u{E01F0}-\u{E0FFF}]/gu;
/** Joiners that join nothing, and what chooses between two forms of nothing. */
const LOOSE = /(?<![^\s\p{Join_C}\p{VS}])[\p{Join_C}\p{VS}]+|\p{Join_C}+(?![^\s\p{Join_C}])/gu;

/** NFC, without what cannot be seen: two names that look alike are the same name. */
export function visibleText(value: string): string {
  return value.replace(INVISIBLE, "").replace(TAGS, "$1").replace(LOOSE, "").normalize("NFC");
}
