/**
 * Tells the event log again from the beginning: what the items are, what they count, and what happened on which day must follow from it alone. Shares no code with what wrote the log, nor with
 * what counted the days.
 */
import { expect } from "vitest";
import type { Sql } from "./recount.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

type Fields = Record<string, unknown>;
type Told = {
  readonly boardId: number;
  readonly content: Fields;
  voteCount: number;
  mergedInto: unknown;
  mergedCount: number;
  statusSince: number;
};
type Day = { posts: number; votes: number; comments: number; departures: number; departedMs: number };
type Entry = {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly boardId: number;
  readonly feedbackId: number;
  readonly subject: string | null;
  readonly before: Fields;
  readonly after: Fields;
};

/** Throws unless there is one event for each seq, and the rows are what the log says. */
export function replay(sql: Sql): void {
  const entries = entriesOf(sql);
  const [settings] = sql.exec("select seq from settings").toArray();
  expect(
    entries.map(({ seq }) => seq),
    "one event for each seq",
  ).toEqual(Array.from({ length: Number(settings?.["seq"]) }, (_, index) => index + 1));
  const log = new Log();
  for (const entry of entries) log.tell(entry);
  compareItems(sql, log);
  compareDays(sql, log);
}

class Log {
  readonly items = new Map<number, Told>();
  readonly days = new Map<string, Day>();
  readonly boards = new Set<number>();

  tell(entry: Entry): void {
    const { type, boardId, feedbackId, after } = entry;
    if (type === "board.created") this.boards.add(boardId);
    if (type === "board.deleted") {
      this.boards.delete(boardId);
      for (const [id, item] of this.items) if (item.boardId === boardId) this.items.delete(id);
    }
    if (type === "feedback.created") {
      const content = { status: "open", pinned: false, isHidden: false, ...after };
      this.items.set(feedbackId, {
        boardId,
        content,
        voteCount: 0,
        mergedInto: null,
        mergedCount: 0,
        statusSince: entry.at,
      });
      this.#day(entry).posts += 1;
      return;
    }
    const item = this.items.get(feedbackId);
    if (item !== undefined) this.#tellOf(item, entry);
  }

  #tellOf(item: Told, entry: Entry): void {
    const { type, feedbackId, before, after, at } = entry;
    switch (type) {
      case "feedback.updated":
        expect(pick(item.content, Object.keys(before)), `what ${String(entry.seq)} says was before`).toEqual(before);
        if ("status" in after) {
          const day = this.#day(entry);
          day.departures += 1;
          day.departedMs += at - item.statusSince;
          item.statusSince = at;
        }
        Object.assign(item.content, after);
        return;
      case "feedback.deleted":
        this.items.delete(feedbackId);
        return;
      case "vote.cast":
      case "vote.removed": {
        const weight = Number(after["weight"] ?? 0) - Number(before["weight"] ?? 0);
        item.voteCount += weight;
        this.#day(entry).votes += weight;
        return;
      }
      case "feedback.merged":
      case "feedback.unmerged":
        if ("mergedInto" in after) item.mergedInto = after["mergedInto"];
        if ("voteCount" in after) {
          expect({ voteCount: item.voteCount, mergedCount: item.mergedCount }).toEqual(before);
          item.voteCount = Number(after["voteCount"]);
          item.mergedCount = Number(after["mergedCount"]);
        }
        return;
      case "comment.created":
        if (after["isInternal"] === false) this.#day(entry).comments += 1;
    }
  }

  /** By what the item is when it happens. */
  #day({ at, boardId, feedbackId }: Entry): Day {
    const { status, category } = this.items.get(feedbackId)?.content ?? {};
    const key = `${String(Math.floor(at / DAY_MS))} ${String(boardId)} ${String(status)} ${String(category ?? "")}`;
    const day = this.days.get(key) ?? { posts: 0, votes: 0, comments: 0, departures: 0, departedMs: 0 };
    this.days.set(key, day);
    return day;
  }
}

function compareItems(sql: Sql, log: Log): void {
  const rows = sql
    .exec(`select i.* from feedback_items i join boards b on b.id = i.board_id where b.slug is not null order by i.id`)
    .toArray();
  const kept = rows.map((row) => [
    row["id"],
    {
      boardId: row["board_id"],
      content: {
        title: row["title"],
        description: row["description"],
        category: row["category"],
        status: row["status"],
        pinned: row["pinned"] === 1,
        moderationState: row["moderation_state"],
        isHidden: row["is_hidden"] === 1,
      },
      voteCount: row["vote_count"],
      mergedInto: row["merged_into"],
      mergedCount: row["merged_count"],
      statusSince: row["status_since"] ?? row["created_at"],
    },
  ]);
  const told = [...log.items].toSorted(([one], [other]) => one - other);
  expect(kept, "the items are what the log says").toEqual(told);
}

/** Of boards that are there: what is left of others is purged. */
function compareDays(sql: Sql, log: Log): void {
  const rows = sql.exec("select * from daily_stats").toArray();
  const kept = rows
    .filter((row) => log.boards.has(Number(row["board_id"])))
    .map((row) => {
      const { day, board_id: board, status, category, departed_ms: departedMs, ...counts } = row;
      return [
        `${String(day)} ${String(board)} ${String(status)} ${String(category)}`,
        { ...counts, departedMs },
      ] as const;
    });
  const told = [...log.days].filter(([key]) => log.boards.has(Number(key.split(" ")[1])));
  const byKey = (one: readonly [string, unknown], other: readonly [string, unknown]) => (one[0] < other[0] ? -1 : 1);
  expect(kept.toSorted(byKey), "the days are what the log says").toEqual(told.toSorted(byKey));
}

function entriesOf(sql: Sql): Entry[] {
  return sql
    .exec("select * from events order by seq")
    .toArray()
    .map((row) => ({
      seq: Number(row["seq"]),
      at: Number(row["at"]),
      type: String(row["type"]),
      boardId: Number(row["board_id"]),
      feedbackId: Number(row["feedback_id"]),
      subject: row["subject"] === null ? null : String(row["subject"]),
      before: fieldsOf(row["before"]),
      after: fieldsOf(row["after"]),
    }));
}

function fieldsOf(json: unknown): Fields {
  return typeof json === "string" ? (JSON.parse(json) as Fields) : {};
}

function pick(from: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(keys.map((key) => [key, from[key]]));
}
