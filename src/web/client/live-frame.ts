/**
 * Reads a frame of the live protocol without a schema library: the widget has 10 KiB. It checks what the page would trip over; a
 * frame that is not understood is left out, and the next resume brings what it said.
 */
import type { DownFrame } from "../../protocol/live/down.ts";

type Fields = Record<string, unknown>;

export function readFrame(data: unknown): DownFrame | null {
  if (typeof data !== "string") return null;
  try {
    const frame: unknown = JSON.parse(data);
    return isRecord(frame) && isFrame(frame) ? (frame as DownFrame) : null;
  } catch {
    return null;
  }
}

function isFrame(frame: Fields): boolean {
  const { type } = frame;
  if (type === "error") return typeof frame["code"] === "string";
  if (!isCount(frame["seq"])) return false;
  if (type === "welcome" || type === "resync") return true;
  if (type === "ack") return typeof frame["requestId"] === "string" && isVoteCount(frame);
  if (type === "votes") return Array.isArray(frame["changes"]) && frame["changes"].every(isChange);
  return type === "feedback" && isRecord(frame["item"]) && isItem(frame["item"], frame["op"] === "removed");
}

function isChange(change: unknown): boolean {
  return isRecord(change) && isCount(change["id"]) && isVoteCount(change);
}

function isItem(item: Fields, removed: boolean): boolean {
  return isCount(item["id"]) && (removed || (typeof item["title"] === "string" && isVoteCount(item)));
}

function isVoteCount(fields: Fields): boolean {
  return isCount(fields["voteCount"]);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}
