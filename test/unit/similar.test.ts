/** The pure parts of similar posts: stems, terms, candidates, the score. Ids are those of test/SPEC.md. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Candidate, type Corpus, rankSimilar } from "../../src/domain/similar.ts";
import { findCandidates } from "../../src/domain/similar-candidates.ts";
import { stemOf } from "../../src/domain/stem.ts";
import { termsOf, unspacedParts, unspacedRuns } from "../../src/domain/terms.ts";
import { SIMILAR_COMPARED_MAX, SIMILAR_ITEMS_PER_TERM, SIMILAR_TERMS_MAX } from "../../src/limits.ts";

/** As many items of which nobody knows which words they have. */
const corpus = (items: number, itemsWith: Readonly<Record<string, number>> = {}): Corpus => ({
  items,
  itemsWith: new Map(Object.entries(itemsWith)),
});
const named = (...titles: string[]): Candidate[] => titles.map((title, index) => ({ id: index + 1, title, lead: "" }));
const ids = (title: string, candidates: readonly Candidate[], of = corpus(100)) =>
  rankSimilar(title, candidates, of).map(({ id }) => id);

test("[SI15] stems are Porter's", () => {
  // From the paper, step by step.
  const stems =
    `caresses caress ponies poni ties ti cats cat feed feed agreed agre plastered plaster bled bled motoring motor sing sing conflated conflat hopping hop falling fall hissing hiss
    failing fail filing file happy happi sky sky relational relat conditional condit vietnamization vietnam predication predic operator oper feudalism feudal decisiveness decis
    hopefulness hope formaliti formal triplicate triplic formative form formalize formal electrical electr hopeful hope goodness good revival reviv allowance allow inference infer
    adjustable adjust irritant irrit replacement replac adoption adopt communism commun activate activ effective effect probate probat rate rate cease ceas controll control roll roll`
      .trim()
      .split(/\s+/u);
  for (let at = 0; at < stems.length; at += 2)
    expect([stems[at], stemOf(stems[at] ?? "")]).toEqual([stems[at], stems[at + 1]]);
  expect(stemOf("größer")).toBe("größer");
  expect(termsOf("It can't be EXPORTED, naïvely").stems).toEqual(["not", "export", "naiv"]);
  expect(termsOf("Drop down menus").compounds).toEqual(["dropdown", "downmenu"]);
  expect(termsOf("日本語の UI").stems).toEqual(["日本", "本語", "語の", "ui"]);
  expect(unspacedRuns("「ダークモード」を")).toEqual(["タークモート", "を"]);
  expect(unspacedParts("日本語")).toEqual(["日本", "本語", "語"]);
});

test("[SI14] the same words score highest, words in the title more than in the description, rare ones more than common ones", () => {
  const [same, ...rest] = rankSimilar(
    "Dark mode",
    named("Dark mode", "Dark mode for tablets", "Dark", "Light"),
    corpus(100),
  );
  expect(same?.id).toBe(1);
  expect(same?.score).toBeGreaterThan(0.6);
  expect(rest.map(({ id }) => id)).toEqual([2, 3]);
  const [inLead, inTitle] = [
    { id: 1, title: "Weekly report", lead: "with a calendar" },
    { id: 2, title: "With a calendar", lead: "weekly report" },
  ];
  expect(ids("calendar", [inLead, inTitle])).toEqual([2, 1]);
  expect(ids("export webhook", named("export it", "webhook it"), corpus(100, { export: 80, webhook: 2 }))[0]).toBe(2);
  expect(ids("Country dropdown", named("A drop down of countries", "A list of cities"))).toEqual([1]);
  expect(ids("Noting", named("Something else"))).toEqual([]);
});

test("[SI14] what the best matches have in common finds what they do not say", () => {
  const candidates = [
    { id: 1, title: "Login fails", lead: "saml saml okta" },
    { id: 2, title: "Login broken", lead: "saml okta" },
    { id: 3, title: "Some help", lead: "saml okta" },
    // As much of what is asked, and later; but nothing of what the best have besides.
    { id: 30, title: "Some help", lead: "blue green" },
    ...Array.from({ length: 20 }, (_, index) => ({ id: 4 + index, title: `Colour ${index}`, lead: "of the rainbow" })),
  ];
  const found = ids("login help", candidates);
  expect(found.indexOf(3)).toBeLessThan(found.indexOf(30));
});

test("[SI14] any text scores between 0 and 1", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.lorem({ maxCount: 8 }),
    fc.string({ unit: fc.constantFrom("a", "日", " ", "-", "é") }),
  );
  fc.assert(
    fc.property(text, fc.array(fc.tuple(text, text), { maxLength: 6 }), (title, posts) => {
      const candidates = posts.map(([named, lead], index) => ({ id: index + 1, title: named, lead }));
      const found = rankSimilar(title, candidates, corpus(candidates.length));
      for (const { score } of found) expect(score).toSatisfy((value: number) => value > 0 && value <= 1 + 1e-9);
      expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a));
    }),
  );
});

test("[SI16] no more questions and no more ids than the limits say, whatever the index answers, and the rarest words' items first", () => {
  const lastId = 100_000;
  const newest = Array.from({ length: SIMILAR_ITEMS_PER_TERM }, (_, index) => lastId - index);
  let asked = 0;
  const everything = findCandidates(Array.from({ length: 60 }, (_, n) => `word${n}`).join(" "), lastId, () => {
    asked += 1;
    return newest.map((id) => id - asked);
  });
  expect(asked).toBeLessThanOrEqual(2 * SIMILAR_TERMS_MAX + 21);
  expect(everything.ids).toHaveLength(SIMILAR_COMPARED_MAX);
  const found = findCandidates("common rare", lastId, ([term, ...more], where) => {
    if (term === "rare" || more.length > 0) return [7];
    return where === "title" ? [] : newest;
  });
  expect(found.ids[0]).toBe(7);
  expect(found.corpus.itemsWith.get("rare")).toBe(1);
  // All of the newest have it: so, likely, has everything.
  expect(found.corpus.itemsWith.get("common")).toBe(lastId);
});
