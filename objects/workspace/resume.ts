/** What a client that has seen everything up to `since` has to be told: the frames after `welcome`. */
import type { DownFrame } from "../../src/protocol/live/down.ts";
import { RESUME_CHANGES_MAX, RESUME_CHARS_MAX } from "../../src/limits.ts";
import { presentFeedback } from "./present.ts";
import type { LiveBoard } from "./rows.ts";
import type { WorkspaceStore } from "./store.ts";

/** Frames in order of seq; the last one carries the workspace's seq. One `resync` when `since` is too far back, or from another past. */
export function resumeFrames(store: WorkspaceStore, board: LiveBoard, since: number): DownFrame[] {
  const seq = store.seq();
  if (since === seq) return [];
  if (since < board.resumeFloorSeq || since > seq) return [{ type: "resync", seq }];
  const range = { boardId: board.id, since, limit: RESUME_CHANGES_MAX + 1 };
  const changed = store.statements.changedSince.all(range);
  const removed = store.statements.removedSince.all(range);
  const isLong = changed.reduce((chars, row) => chars + textChars(row, since), 0) > RESUME_CHARS_MAX;
  if (isLong || changed.length + removed.length > RESUME_CHANGES_MAX) return [{ type: "resync", seq }];

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

/** What a changed row adds to the answer: its text, unless only its votes have changed. */
function textChars(row: { title: string; description: string; contentSeq: number }, since: number): number {
  return row.contentSeq > since ? row.title.length + row.description.length : 0;
}

function removedFrame(seq: number, id: number): DownFrame {
  return { type: "feedback", seq, op: "removed", item: { id } };
}
