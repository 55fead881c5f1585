/** What a client that has seen everything up to `since` has to be told: the frames after `welcome`. */
import type { DownFrame } from "../../src/protocol/live/down.ts";
import { RESUME_CHANGES_MAX } from "../../src/limits.ts";
import { presentFeedback } from "./present.ts";
import type { BoardRow, WorkspaceStore } from "./store.ts";

/** Frames in order of seq; the last one carries the workspace's seq. One `resync` when `since` is too far back, or from another past. */
export function resumeFrames(store: WorkspaceStore, board: BoardRow, since: number): DownFrame[] {
  const seq = store.seq();
  if (since === seq) return [];
  if (since < board.resumeFloorSeq || since > seq) return [{ type: "resync", seq }];
  const range = { boardId: board.id, since, limit: RESUME_CHANGES_MAX + 1 };
  const changed = store.statements.changedSince.all(range);
  const removed = store.statements.removedSince.all(range);
  if (changed.length + removed.length > RESUME_CHANGES_MAX) return [{ type: "resync", seq }];

  // Every frame but the last is labelled `since`: a client that is cut off in the middle starts over, and applying twice is harmless.
  const frames: DownFrame[] = removed.map(({ id }) => removedFrame(since, id));
  const votes: { id: number; voteCount: number }[] = [];
  for (const row of changed) {
    if (!row.visible) frames.push(removedFrame(since, row.id));
    else if (row.contentSeq > since) {
      const op = row.visibleSeq > since ? "created" : "updated";
      frames.push({ type: "feedback", seq: since, op, item: presentFeedback(row, board.slug) });
    } else votes.push({ id: row.id, voteCount: row.voteCount });
  }
  frames.push({ type: "votes", seq, changes: votes });
  return frames;
}

function removedFrame(seq: number, id: number): DownFrame {
  return { type: "feedback", seq, op: "removed", item: { id } };
}
