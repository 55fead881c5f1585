/** What themes are made of: words, vectors, groups, names, and when they are found anew. Ids are those of test/SPEC.md. */
import { expect, test } from "vitest";
import {
  centroidOf,
  matrixOf,
  nearestOf,
  refine,
  seed,
  settle,
  similarity,
  themesWanted,
} from "../../src/domain/theme-clusters.ts";
import { centroidIn, nameOf, termsOfCentroid, termTotals } from "../../src/domain/theme-names.ts";
import { decideThemes, decodeThemeCursor, encodeThemeCursor, rebuildDueAt } from "../../src/domain/theme-plan.ts";
import {
  buildVocabulary,
  countTerms,
  indexOf,
  type TermUse,
  type Vector,
  vectorOf,
} from "../../src/domain/theme-vectors.ts";
import { termsOf, wordsOf } from "../../src/domain/theme-words.ts";
import { THEME_TERMS_PER_ITEM_MAX, THEMES_ASKED_MS, THEMES_REBUILD_MS } from "../../src/limits.ts";
import { titlesOf, TOPIC_NAMES } from "../support/topics.ts";

function learn(titles: readonly string[]) {
  const use = new Map<string, TermUse>();
  const terms = titles.map((title) => termsOf(title, ""));
  for (const each of terms) countTerms(use, each);
  const vocabulary = buildVocabulary(use, titles.length);
  const index = indexOf(vocabulary);
  const vectors = terms.flatMap(({ counts }) => vectorOf(counts, vocabulary, index) ?? []);
  return { vocabulary, index, vectors, size: vocabulary.terms.length };
}

function groupsOf({ vectors, size }: ReturnType<typeof learn>) {
  let centroids = seed(vectors, size, [], themesWanted(vectors.length, 40));
  for (let round = 0; round < 6; round += 1) centroids = refine(vectors, centroids, size);
  return settle(vectors, centroids, size, 0);
}

test("[TH1] words are stems with what was written; what says nothing is none; the title comes first, phrases too", () => {
  expect(wordsOf("Please make the exports work")).toEqual([
    null,
    null,
    null,
    { stem: "export", surface: "exports" },
    null,
  ]);
  const { counts, surfaces } = termsOf("Dark modes", "A dark mode, and more dark.");
  expect([...counts.keys()]).toEqual(["dark", "mode", "dark mode"]);
  expect(surfaces.get("dark mode")).toBe("dark modes");
  expect(counts.get("dark")).toBeGreaterThan(counts.get("mode") ?? 0);
  expect(wordsOf("深色模式很好").length).toBeGreaterThan(1);
  expect(wordsOf("Dark CSV on iPhone").flatMap((word) => word?.surface ?? [])).toEqual(["dark", "CSV", "iPhone"]);
  expect(wordsOf("Ёлка и ÉCLAIRS").flatMap((word) => word?.surface ?? [])).toContain("ёлка");
  const long = Array.from(
    { length: 500 },
    (_, n) => `word${"abcdefghij"[n % 10] ?? ""}${"abcdefghij"[Math.floor(n / 10) % 10] ?? ""}`,
  ).join(" ");
  expect(termsOf("Title", long).counts.size).toBe(THEME_TERMS_PER_ITEM_MAX);
});

test("[TH2] items about one thing come together, and the same items give the same groups in any order of counting", () => {
  const items = titlesOf(80);
  const learnt = learn(items.map(({ title }) => title));
  const groups = groupsOf(learnt);
  for (const { members } of groups) {
    const topics = new Set(members.map((at) => items[at]?.topic));
    expect(topics.size, JSON.stringify(members.map((at) => items[at]?.title))).toBe(1);
  }
  const inGroups = groups.flatMap(({ members }) => members);
  expect(new Set(inGroups).size).toBe(inGroups.length);
  expect(inGroups.length).toBeGreaterThan(70);
  expect(new Set(groups.flatMap(({ members }) => items[members[0] ?? 0]?.topic ?? []))).toEqual(new Set(TOPIC_NAMES));
  expect(groupsOf(learn(items.map(({ title }) => title)))).toEqual(groups);
  // Counted in slices of any size, in any order: the same vocabulary.
  const backwards = new Map<string, TermUse>();
  for (const { title } of items.toReversed()) countTerms(backwards, termsOf(title, ""));
  expect(buildVocabulary(backwards, items.length)).toEqual(learnt.vocabulary);
});

test("[TH3] a theme is called by what its items say and others do not, as people write it", () => {
  const items = titlesOf(80);
  const learnt = learn(items.map(({ title }) => title));
  const totals = termTotals(learnt.vectors, learnt.size);
  const names = groupsOf(learnt).map(({ members }) =>
    nameOf(
      members.flatMap((at) => learnt.vectors[at] ?? []),
      totals,
      learnt.vocabulary,
    ),
  );
  for (const { name, terms } of names) {
    expect(name).toMatch(/^\p{Lu}/u);
    expect(name.split(", ").length).toBeLessThanOrEqual(3);
    expect(terms.length).toBeGreaterThan(0);
  }
  const all = names.map(({ name }) => name.toLowerCase()).join(" | ");
  for (const word of ["dark", "export", "app"]) expect(all).toContain(word);
  // No stems: "compani" is none that anybody writes.
  expect(all).not.toMatch(/compani\b|batteri\b/u);
});

test("[TH4] what is like nothing belongs to no theme; near groups become one, small ones go unless they are kept", () => {
  const unit = (...weights: number[]): Vector => {
    const length = Math.hypot(...weights);
    return { ids: weights.map((_, id) => id), weights: weights.map((weight) => weight / length) };
  };
  const matrix = matrixOf([unit(1, 0, 0), unit(0, 1, 0)], 3);
  expect(nearestOf(unit(0, 0, 1), matrix)).toBeNull();
  expect(nearestOf(unit(1, 3, 0), matrix)?.index).toBe(1);
  expect(nearestOf(unit(1, 1, 0), matrix)?.index).toBe(0);
  expect(similarity(unit(1, 1, 0), unit(1, 1, 0))).toBeCloseTo(1);
  const near = [unit(1, 0, 0), unit(1, 0.1, 0), unit(1, 0.9, 0), unit(0.9, 1, 0), unit(1, 1, 0), unit(1, 0.05, 0)];
  const centroids = [centroidOf(near.slice(0, 2)), centroidOf(near.slice(2, 5)), unit(0, 0, 1)];
  expect(settle(near, centroids, 3, 0)).toHaveLength(1);
  expect(settle(near, centroids, 3, 3)).toHaveLength(3);
});

test("[TH5] themes are found anew when asked, or when a tenth is new and an hour has passed; those found again are the same", () => {
  const progress = { isAsked: false, changedItems: 0, rebuiltItems: 1_000, rebuiltAt: 5_000 };
  expect(rebuildDueAt(progress, 1_000)).toBeNull();
  expect(rebuildDueAt({ ...progress, changedItems: 99 }, 1_000)).toBeNull();
  expect(rebuildDueAt({ ...progress, changedItems: 100 }, 1_000)).toBe(5_000 + THEMES_REBUILD_MS);
  expect(rebuildDueAt({ ...progress, isAsked: true }, 1_000)).toBe(5_000 + THEMES_ASKED_MS);
  expect(rebuildDueAt({ ...progress, isAsked: true, rebuiltAt: null }, 0)).toBe(0);
  expect(rebuildDueAt({ ...progress, rebuiltAt: null }, 9)).toBeNull();
  expect(rebuildDueAt({ ...progress, rebuiltAt: null }, 10)).toBe(0);

  const one: Vector = { ids: [0], weights: [1] };
  const other: Vector = { ids: [1], weights: [1] };
  const group = (origin: number, centroid: Vector) => ({ origin, centroid, members: [1, 2, 3] });
  const known = [
    { id: 7, isFirm: true, centroid: one },
    { id: 8, isFirm: false, centroid: one },
    { id: 9, isFirm: false, centroid: one },
  ];
  const decided = decideThemes([group(0, other), group(1, one), group(2, other), group(3, other)], known);
  expect(decided.map(({ id }) => id)).toEqual([7, 8, null, null]);
  expect(decodeThemeCursor(encodeThemeCursor({ score: 0.25, id: 3 }))).toEqual({
    ok: true,
    value: { score: 0.25, id: 3 },
  });
  for (const wrong of ["", "x", btoa("[1]"), btoa('["theme","a",1]')]) expect(decodeThemeCursor(wrong).ok).toBe(false);
  const { vocabulary, index } = learn(titlesOf(40).map(({ title }) => title));
  const centroid = { ids: [0, 2], weights: [0.6, 0.8] };
  expect(centroidIn(termsOfCentroid(centroid, vocabulary), index)).toEqual(centroid);
  expect(centroidIn([["nowhere", 1]], index)).toBeNull();
});
