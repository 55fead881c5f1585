/**
 * Reads a frame of the live protocol without a schema library: the widget has 10 KiB. It checks only what the page would trip
 * over; a frame that is not understood is left out, and the next resume brings what it said.
 */
import type { DownFrame } from "../../protocol/live/down.ts";

const SHAPES: Record<DownFrame["type"], (frame: Record<string, unknown>) => unknown> = {
  welcome: () => true,
  resync: () => true,
  error: ({ code }) => code,
  ack: ({ requestId }) => requestId,
  votes: ({ changes }) => Array.isArray(changes),
  feedback: ({ item }) => (item as { id?: unknown } | undefined)?.id,
};

export function readFrame(data: unknown): DownFrame | null {
  try {
    const frame = JSON.parse(String(data)) as DownFrame & Record<string, unknown>;
    const wellFormed = SHAPES[frame.type](frame) && (frame.type === "error" || Number.isSafeInteger(frame.seq));
    return wellFormed ? frame : null;
  } catch {
    return null;
  }
}
