/**
 * Reads a frame of the live protocol without a schema library: the widget has 10 KiB. It checks the part that everything else
 * hangs on; a frame that trips the page over the rest is left out by `live.ts`, and the next resume brings what it said.
 */
import type { DownFrame } from "../../protocol/live/down.ts";

/** Null for the heartbeat's answer, and for what is no frame. Throws what `JSON.parse` does. */
export function readFrame(data: string): DownFrame | null {
  if (!data.startsWith("{")) return null;
  const frame = JSON.parse(data) as DownFrame;
  return frame.type === "error" || frame.seq >= 0 ? frame : null;
}
