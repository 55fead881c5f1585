/**
 * The `trending` sort: every vote counts with a weight that halves each week, and a new post counts like one vote. Because all weights decay alike, the
 * order of two items changes only when somebody votes, so the score can be stored and indexed. It is kept as a base-2 logarithm, in half-lives since
 * 2020, which spans decades in a double. (The forward-decay model: Cormode et al., "Forward Decay", ICDE 2009.)
 *
 * Precision: taking back a vote much younger than the rest cancels digits; votes more than 52 half-lives (a year) older than it are lost from the score.
 */
import { TRENDING_HALF_LIFE_MS } from "../limits.ts";

const EPOCH_MS = Date.UTC(2020, 0, 1);

/** Score of an item that was posted at `createdAt` (ms) and has no votes. */
export function initialTrending(createdAt: number): number {
  return (createdAt - EPOCH_MS) / TRENDING_HALF_LIFE_MS;
}

/** Score after a vote of `weight` cast at `votedAt` (ms); a negative weight takes such a vote back. Never below that of the bare item. */
export function shiftTrending(score: number, weight: number, votedAt: number, createdAt: number): number {
  const vote = initialTrending(votedAt);
  const top = Math.max(score, vote);
  const sum = 2 ** (score - top) + weight * 2 ** (vote - top);
  const floor = initialTrending(createdAt);
  return sum <= 0 ? floor : Math.max(floor, top + Math.log2(sum));
}
