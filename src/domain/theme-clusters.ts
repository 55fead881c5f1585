/**
 * Groups vectors into themes. Seeds come from themes that are there already, and from telling terms that cover many items which no seed covers yet (frequent term-based clustering: Beil, Ester, Xu, 2002); then the
 * groups are refined as spherical k-means does (Dhillon, Modha, 2001), near ones become one, and loose or small ones go. Nothing in it is random, so the same vectors give the same groups.
 */
import { THEME_CENTROID_TERMS_MAX } from "../limits.ts";
import { round, type Vector } from "./theme-vectors.ts";

/** An item belongs to no theme whose centroid it is less like than this (cosine). */
export const MEMBER_SIMILARITY_MIN = 0.2;
/** Two themes that are more alike than this are one. */
const MERGE_SIMILARITY = 0.5;
/** A theme has at least so many items of those it was learnt from. */
export const THEME_ITEMS_MIN = 3;
/** A seed covers the items in which its term makes up so much of the vector. */
const COVERED_WEIGHT = 0.22;

/** The mean of a theme's vectors, of unit length, with its heaviest terms only; `ids` ascending. */
export type Centroid = Vector;

/** Centroids term by term, so that one pass over a vector gives its likeness to all of them. */
export type Matrix = { readonly count: number; readonly cells: Float64Array };

export function matrixOf(centroids: readonly Centroid[], size: number): Matrix {
  const count = centroids.length;
  const cells = new Float64Array(size * count);
  for (const [column, { ids, weights }] of centroids.entries()) {
    for (const [at, id] of ids.entries()) cells[id * count + column] = weights[at] ?? 0;
  }
  return { count, cells };
}

export type Nearest = { readonly index: number; readonly similarity: number };

/** Null: there is no centroid that it is like enough. Of two equal ones the first. */
export function nearestOf({ ids, weights }: Vector, { count, cells }: Matrix): Nearest | null {
  const sums = new Float64Array(count);
  // Plain loops: this runs for every item, and for every term of it.
  for (let at = 0; at < ids.length; at += 1) {
    const weight = weights[at] ?? 0;
    const row = (ids[at] ?? 0) * count;
    for (let column = 0; column < count; column += 1)
      sums[column] = (sums[column] ?? 0) + weight * (cells[row + column] ?? 0);
  }
  let nearest = -1;
  for (let column = 0; column < count; column += 1) {
    const sum = sums[column] ?? 0;
    if (sum >= MEMBER_SIMILARITY_MIN && (nearest === -1 || sum > (sums[nearest] ?? 0))) nearest = column;
  }
  return nearest === -1 ? null : { index: nearest, similarity: sums[nearest] ?? 0 };
}

/** So many themes for so many items: the square root, as a rule of thumb for k has it, within bounds. */
export function themesWanted(items: number, most: number): number {
  return Math.min(most, Math.round(Math.sqrt(items) * 1.2));
}

/**
 * Centroids to begin with: `kept`, which cover what is like them, then one for each telling term that covers most of what is left, until there are `wanted`. A term is telling by the weight it has over all items
 * it covers; vectors of any space have such axes, and dense ones are rotated so by whoever makes them.
 */
export function seed(vectors: readonly Vector[], size: number, kept: readonly Centroid[], wanted: number): Centroid[] {
  const seeds = [...kept];
  const keptMatrix = matrixOf(kept, size);
  const mass = new Float64Array(size);
  const holders = new Map<number, number[]>();
  const covered = new Uint8Array(vectors.length);
  for (const [item, vector] of vectors.entries()) {
    if (kept.length > 0 && nearestOf(vector, keptMatrix) !== null) covered[item] = 1;
    for (const [at, id] of vector.ids.entries()) {
      if ((vector.weights[at] ?? 0) < COVERED_WEIGHT) continue;
      const known = holders.get(id);
      if (known === undefined) holders.set(id, [item]);
      else known.push(item);
      if (covered[item] === 0) mass[id] = (mass[id] ?? 0) + (vector.weights[at] ?? 0);
    }
  }
  while (seeds.length < wanted) {
    const id = heaviest(mass);
    const members = (holders.get(id) ?? []).filter((item) => covered[item] === 0);
    if (members.length < THEME_ITEMS_MIN) break;
    seeds.push(centroidOf(members.flatMap((item) => vectors[item] ?? [])));
    for (const item of members) {
      covered[item] = 1;
      const { ids, weights } = vectors[item] ?? { ids: [], weights: [] };
      for (const [at, term] of ids.entries()) {
        const weight = weights[at] ?? 0;
        if (weight >= COVERED_WEIGHT) mass[term] = (mass[term] ?? 0) - weight;
      }
    }
  }
  return seeds;
}

/** Ties go to the commoner term: ids are in that order. */
function heaviest(mass: Float64Array): number {
  let best = 0;
  for (let id = 1; id < mass.length; id += 1) if ((mass[id] ?? 0) > (mass[best] ?? 0) + 1e-9) best = id;
  return best;
}

export function centroidOf(members: readonly Vector[]): Centroid {
  const sums = new Map<number, number>();
  for (const { ids, weights } of members) {
    for (let at = 0; at < ids.length; at += 1) {
      const id = ids[at] ?? 0;
      sums.set(id, (sums.get(id) ?? 0) + (weights[at] ?? 0));
    }
  }
  const kept = [...sums].toSorted(([a, x], [b, y]) => y - x || a - b).slice(0, THEME_CENTROID_TERMS_MAX);
  kept.sort(([a], [b]) => a - b);
  const length = Math.hypot(...kept.map(([, weight]) => weight)) || 1;
  return { ids: kept.map(([id]) => id), weights: kept.map(([, weight]) => round(weight / length)) };
}

/** Which vectors each centroid is nearest to. */
export function assign(vectors: readonly Vector[], centroids: readonly Centroid[], size: number): number[][] {
  const matrix = matrixOf(centroids, size);
  const members = centroids.map((): number[] => []);
  for (const [item, vector] of vectors.entries()) {
    const nearest = nearestOf(vector, matrix);
    if (nearest !== null) members[nearest.index]?.push(item);
  }
  return members;
}

/** One step: each centroid moves to the mean of what is nearest to it; one that nothing is near stays. */
export function refine(vectors: readonly Vector[], centroids: readonly Centroid[], size: number): Centroid[] {
  return assign(vectors, centroids, size).map((members, index) => {
    const stays = centroids[index] ?? { ids: [], weights: [] };
    return members.length === 0 ? stays : centroidOf(members.flatMap((item) => vectors[item] ?? []));
  });
}

export function similarity(a: Vector, b: Vector): number {
  let sum = 0;
  for (let left = 0, right = 0; left < a.ids.length && right < b.ids.length;) {
    const [x, y] = [a.ids[left] ?? 0, b.ids[right] ?? 0];
    if (x === y) sum += (a.weights[left] ?? 0) * (b.weights[right] ?? 0);
    if (x <= y) left += 1;
    if (y <= x) right += 1;
  }
  return sum;
}

/** A group, and which of the centroids that it began from it goes on. */
export type Group = { readonly centroid: Centroid; readonly members: readonly number[]; readonly origin: number };

/** Joins near groups into the first of them, and leaves out those with too few members; the first `kept` stay, whatever they have. */
export function settle(
  vectors: readonly Vector[],
  centroids: readonly Centroid[],
  size: number,
  kept: number,
): Group[] {
  const members = assign(vectors, centroids, size);
  const groups: Group[] = [];
  for (const [origin, centroid] of centroids.entries()) {
    const own = members[origin] ?? [];
    if (origin >= kept && own.length < THEME_ITEMS_MIN) continue;
    const near =
      origin < kept ? -1 : groups.findIndex((group) => similarity(group.centroid, centroid) > MERGE_SIMILARITY);
    const into = groups[near];
    if (into === undefined) {
      groups.push({ centroid, members: own, origin });
      continue;
    }
    const all = [...into.members, ...own];
    groups[near] = { ...into, members: all, centroid: centroidOf(all.flatMap((item) => vectors[item] ?? [])) };
  }
  return groups;
}
