/** The spam score: what real people write stays well below what waits, what spammers write does not. Ids are those of test/SPEC.md. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalizeText, spamScore } from "../../src/domain/spam.ts";
import { SPAM_HELD_SCORE, SPAM_SCORE_MAX } from "../../src/limits.ts";

const long = (text: string, times: number) => Array.from({ length: times }, () => text).join(" ");

const GOOD: Readonly<Record<string, string>> = {
  "a wish": "Dark mode\nMy eyes hurt at night.",
  "a title only": "Export to CSV",
  "a bug with its page":
    "Login fails\nWhen I open https://app.example.com/login and sign in, nothing happens. Chrome 120, macOS.",
  "pictures and another report":
    "Chart is cut off\nSee https://i.example.com/a.png and https://i.example.com/b.png, and also https://ideas.example.com/12 which looks like the same thing to me, only on the phone.",
  "a stack trace":
    "Crash on save\nTypeError: undefined is not a function\n at Object.saveEverythingAndReloadTheWholeBoard (webpack-internal:///./src/some/deep/module/file.ts:120:33)\n at async Promise.all (index 0)\n0x00007FF8A1B2C3D4",
  "an upset customer":
    "THIS IS BROKEN AGAIN\nI lost an hour of work!!! Please fix the autosave, it is the third time this week.",
  "all capitals": "PLEASE ADD KEYBOARD SHORTCUTS TO THE EDITOR, I NEED THEM EVERY DAY",
  Arabic: "إضافة الوضع الداكن\nعيوني تؤلمني في الليل عند استخدام التطبيق",
  German:
    "Zeiterfassungsdatenübertragungsfehlermeldung\nDie Donaudampfschifffahrtsgesellschaft wartet auf die Rechnungsexportfunktion.",
  Japanese: "ダークモードが欲しい\n夜に目が痛くなります。よろしくお願いします。",
  emoji: "👍👍👍👍👍👍 love it, family 👨‍👩‍👧‍👦",
  "Russian with a product's name":
    "Экспорт в Excel\nНужна выгрузка в Excel и CSV, сейчас приходится копировать руками.",
  "a number in a report": "Wrong invoice number\nInvoice 4711-2024-000123 shows 1.234.567,89 instead of 123.45.",
  "somebody's phone": "Call me back\nSupport never answered, you can reach me at +1 415 555 0134.",
};

const BAD: Readonly<Record<string, string>> = {
  "a link with a slogan": "Best SEO services\nhttps://seo.spam.example/buy",
  "bare links": "https://a.spam.example https://b.spam.example https://c.spam.example",
  "many links": `Cheap watches\n${long("Rolex https://watches.spam.example/rolex", 8)}`,
  "a hotline":
    "QUICKBOOKS SUPPORT NUMBER +1-888-555-0100 CALL NOW!!!!\nAIRLINES BOOKING +1 (877) 555-0199 TOLL FREE 24/7",
  "disguised words": "Cаsino and pоker\nBest cаsinо bonus at www.casino.spam.example and https://casino.spam.example",
};

describe("spam score", () => {
  it.each(Object.entries(GOOD))("[MO1] %s does not wait, even from a stranger", (_name, text) => {
    expect(spamScore({ text, repeats: 0, isStranger: true })).toBeLessThan(SPAM_HELD_SCORE);
    expect(spamScore({ text, repeats: 0, isStranger: false })).toBeLessThan(SPAM_HELD_SCORE - 15);
  });

  it.each(Object.entries(BAD))("[MO1] %s waits when a stranger brings it", (_name, text) => {
    expect(spamScore({ text, repeats: 0, isStranger: true })).toBeGreaterThanOrEqual(SPAM_HELD_SCORE);
  });

  it("[MO2] the same long text waits from the fourth time on, whoever sends it; what many say in few words never", () => {
    const text = "Visit our store for the very best prices on everything you need";
    const scores = [0, 1, 2, 3].map((repeats) => spamScore({ text, repeats, isStranger: false }));
    expect(scores.map((score) => score >= SPAM_HELD_SCORE)).toEqual([false, false, false, true]);
    expect(spamScore({ text: "I need this too, please!", repeats: 500, isStranger: true })).toBeLessThan(
      SPAM_HELD_SCORE,
    );
  });

  it("[MO2] case, spaces, punctuation and width do not make another text", () => {
    const clothes = ["Buy now, cheap!", "  BUY\nnow -- cheap", "Ｂｕｙ ｎｏｗ cheap"];
    expect(new Set(clothes.map(normalizeText))).toEqual(new Set(["buy now cheap"]));
    expect(normalizeText("Buy now, cheaper!")).not.toBe("buy now cheap");
  });

  it("[MO3] is 0 to 100 of whatever text, never more for somebody known, and takes no longer than its length", () => {
    const evil = fc.oneof(
      fc.string({ unit: "binary", maxLength: 500 }),
      fc.constantFrom("a", "!", "http://", "+1 ", "1", "\u200b", "аb", " ").map((piece) => piece.repeat(10_000)),
    );
    fc.assert(
      fc.property(evil, fc.nat(1_000), (text, repeats) => {
        const from = performance.now();
        const stranger = spamScore({ text, repeats, isStranger: true });
        const known = spamScore({ text, repeats, isStranger: false });
        expect(performance.now() - from).toBeLessThan(200);
        expect(stranger).toBeGreaterThanOrEqual(known);
        for (const score of [stranger, known]) {
          expect(Number.isInteger(score) && score >= 0 && score <= SPAM_SCORE_MAX).toBe(true);
        }
      }),
    );
  });
});
