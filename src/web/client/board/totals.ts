/** The board's totals in the side panel, between two reads of the page: they move with what is seen to come, go and be voted for. */
import { formatCount } from "../../page/format.ts";
import { type BoardState, row } from "../board-state.ts";

type Totals = { readonly feedback: number; readonly votes: number };

/** What ideas that came or went between two states add to the totals. The votes of one that was never loaded are unknown. */
export function totalsShift(before: BoardState, after: BoardState): Totals {
  let feedback = 0;
  let votes = 0;
  for (const [id, fact] of after.facts) {
    const known = before.facts.get(id);
    if (fact === known || fact.seq < 0) continue;
    // One never heard of was there all along, unless the server says that it appeared.
    const wasThere = known === undefined || known.seq < 0 ? !after.appeared.has(id) : known.item !== null;
    if (wasThere === (fact.item !== null)) continue;
    feedback += wasThere ? -1 : 1;
    votes += wasThere ? -(row(before, id)?.voteCount ?? 0) : (row(after, id)?.voteCount ?? 0);
  }
  return { feedback, votes };
}

export function drawTotals(shift: Totals): void {
  drawTotal("feedback", shift.feedback);
  drawTotal("votes", shift.votes);
}

/** Votes on items off this page are in the number of the next page read. */
export function drawTotal(name: keyof Totals, shift: number): void {
  const total = document.querySelector<HTMLElement>(`[data-total="${name}"]`);
  if (total === null || shift === 0) return;
  const count = Math.max(0, Number(total.dataset["count"]) + shift);
  total.dataset["count"] = String(count);
  total.textContent = formatCount(count);
}
