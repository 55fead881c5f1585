/**
 * Pages of the event log, oldest or newest first. A page looks through a bounded number of events for those that it was asked for and goes on from there, so a filter costs no more at a
 * million events than at a thousand; what is rare has an index, so that it is not looked for among the votes.
 */
import { asc, inArray, type SQL, sql } from "drizzle-orm";
import { events } from "../../../schema/workspace-history.ts";
import { apiKeys, endUsers, feedbackItems } from "../../../schema/workspace.ts";
import {
  areRare,
  decodeEventCursor,
  encodeEventCursor,
  type EventOrder,
  hasMissed,
  isOpen,
} from "../../../src/domain/events.ts";
import { may } from "../../../src/domain/permissions.ts";
import type { Failure } from "../../../src/errors.ts";
import { ACCOUNT_PERSON_PREFIX } from "../../../src/ids.ts";
import { EVENTS_SCANNED_MAX } from "../../../src/limits.ts";
import type { ListEvents, WorkspaceEvent } from "../../../src/protocol/rest/events.ts";
import { ok, type Result } from "../../../src/result.ts";
import type { Actor } from "../authorize.ts";
import { findBoard, mayRead } from "../find-board.ts";
import { instant } from "../present.ts";
import type { WorkspaceStore } from "../store.ts";

type EventRow = typeof events.$inferSelect;

export type EventPage = {
  readonly items: WorkspaceEvent[];
  readonly nextCursor: string | null;
  readonly seq: number;
  /** Null: nothing is kept. */
  readonly oldestSeq: number | null;
  readonly missed: boolean;
};

/** Errors: INVALID_CURSOR, BOARD_NOT_FOUND. */
export function listEvents(store: WorkspaceStore, actor: Actor, query: ListEvents): Result<EventPage, Failure> {
  const cursor = query.cursor === undefined ? null : decodeEventCursor(query.order, query.cursor);
  if (cursor !== null && !cursor.ok) return cursor;
  const board = query.board === undefined ? null : findBoard(store, actor, query.board);
  if (board !== null && !board.ok) return board;
  const range = rangeOf(query, cursor?.value ?? null);
  const conditions = filtersOf(query, board?.value.id ?? null);
  const rows = readPage(store, range, conditions, query.limit);
  const shown = rows.slice(0, query.limit);
  const last =
    rows.length > query.limit ? (shown.at(-1)?.seq ?? null) : conditions === null ? null : lookedAt(store, range);
  const oldest = store.db
    .select({ seq: events.seq, type: events.type })
    .from(events)
    .orderBy(asc(events.seq))
    .limit(1)
    .get();
  const seq = store.seq();
  return ok({
    items: present(store, actor, shown),
    nextCursor: last === null ? null : encodeEventCursor(query.order, last),
    seq,
    oldestSeq: oldest?.seq ?? null,
    missed: hasMissed(query.since, oldest ?? null, seq),
  });
}

/** What a page looks through: `rows` of the log, in order. */
type Range = { readonly from: SQL; readonly order: EventOrder };

function rangeOf({ since, order, type, feedbackId }: ListEvents, cursor: number | null): Range {
  const after = order === "asc" ? Math.max(since, cursor ?? 0) : since;
  const before = order === "desc" && cursor !== null ? sql`and seq < ${cursor}` : sql``;
  const bounds = sql`seq > ${after} ${before}`;
  // Named, for SQLite takes the primary key for better; and each with its partial index's own condition, word for word.
  if (feedbackId !== undefined) {
    const item = sql`feedback_id = ${feedbackId} and feedback_id is not null and type not in ('vote.cast', 'vote.removed')`;
    return { from: sql`events indexed by events_by_feedback where ${item} and ${bounds}`, order };
  }
  if (type !== undefined && areRare(type)) {
    const rare = sql`type not in ('vote.cast', 'vote.removed', 'feedback.created', 'comment.created')`;
    return { from: sql`events indexed by events_audit where ${rare} and ${bounds}`, order };
  }
  return { from: sql`events where ${bounds}`, order };
}

/** Null: all of the range is asked for. */
function filtersOf({ type, actor }: ListEvents, boardId: number | null): SQL | null {
  const conditions: SQL[] = [];
  if (type !== undefined) conditions.push(sql`type in (select value from json_each(${JSON.stringify(type)}))`);
  if (actor?.startsWith("kind:") === true) conditions.push(sql`actor_kind = ${actor.slice("kind:".length)}`);
  else if (actor !== undefined) conditions.push(sql`actor_id = ${actor}`);
  if (boardId !== null) conditions.push(sql`board_id = ${boardId}`);
  return conditions.length === 0 ? null : sql.join(conditions, sql` and `);
}

/** One more than the page, if there is one. The inner query is read only as far as the outer needs it. */
function readPage(store: WorkspaceStore, { from, order }: Range, conditions: SQL | null, limit: number): EventRow[] {
  const ordered = order === "asc" ? sql`order by seq` : sql`order by seq desc`;
  const wanted = limit + 1;
  const columns = sql`seq, at, type, actor_kind as "actorKind", actor_id as "actorId", board_id as "boardId", feedback_id as "feedbackId", subject, before, after`;
  if (conditions === null)
    return store.db.all<EventRow>(sql`select ${columns} from ${from} ${ordered} limit ${wanted}`);
  const looked = sql`select * from ${from} ${ordered} limit ${EVENTS_SCANNED_MAX}`;
  return store.db.all<EventRow>(sql`select ${columns} from (${looked}) where ${conditions} limit ${wanted}`);
}

/** The last event that a filtered page looked at; null when it came to the end. */
function lookedAt(store: WorkspaceStore, { from, order }: Range): number | null {
  const ordered = order === "asc" ? sql`order by seq` : sql`order by seq desc`;
  const last = EVENTS_SCANNED_MAX - 1;
  const [row] = store.db.all<{ seq: number }>(sql`select seq from ${from} ${ordered} limit 1 offset ${last}`);
  return row?.seq ?? null;
}

function present(store: WorkspaceStore, actor: Actor, rows: readonly EventRow[]): WorkspaceEvent[] {
  const seesInside = may(actor, "internal.read");
  const names = seesInside ? namesOf(store, rows) : new Map<string, string | null>();
  const titles = seesInside ? titlesOf(store, rows) : new Map<number, string>();
  const boards = new Map(store.boards().map((board) => [board.id, board]));
  return rows.map((row) => {
    const { seq, at, type, actorKind, actorId, boardId, feedbackId, subject, before, after } = row;
    const board = boardId === null ? undefined : boards.get(boardId);
    const told = seesInside || isOpen(type);
    return {
      seq,
      at: instant(at),
      type,
      actor: {
        kind: actorKind,
        id: seesInside ? actorId : null,
        name: actorId === null ? null : (names.get(nameKey(actorKind, actorId)) ?? null),
      },
      board: board !== undefined && mayRead(store, actor, board) ? board.slug : null,
      feedbackId,
      feedbackTitle: feedbackId === null ? null : (titles.get(feedbackId) ?? null),
      subject: told ? subject : null,
      before: told ? fieldsOf(before) : null,
      after: told ? fieldsOf(after) : null,
    };
  });
}

/** Written by record.ts, in this object's own database. */
function fieldsOf(json: string | null): Record<string, unknown> | null {
  return json === null ? null : (JSON.parse(json) as Record<string, unknown>);
}

function nameKey(kind: EventRow["actorKind"], id: string): string {
  return `${kind}:${id}`;
}

/** What the actors of a page are called now, by `nameKey`. */
function namesOf(store: WorkspaceStore, rows: readonly EventRow[]): Map<string, string | null> {
  const names = new Map<string, string | null>();
  const people = new Map<string, string>();
  for (const { actorKind, actorId } of rows) {
    if (actorId === null) continue;
    const key = nameKey(actorKind, actorId);
    const member = store.credentials.memberOf(actorId);
    if (actorKind === "person") people.set(actorId, key);
    else if (actorKind === "account" && member === null) people.set(`${ACCOUNT_PERSON_PREFIX}${actorId}`, key);
    else if (member !== null) names.set(key, member.name ?? member.email);
  }
  const known = store.db.select({ externalId: endUsers.externalId, name: endUsers.name }).from(endUsers);
  for (const { externalId, name } of known.where(inArray(endUsers.externalId, among([...people.keys()]))).all()) {
    names.set(people.get(externalId) ?? "", name);
  }
  if (rows.some(({ actorKind }) => actorKind === "api-key")) {
    // At most API_KEYS_PER_WORKSPACE_MAX of them.
    for (const { id, name } of store.db.select({ id: apiKeys.id, name: apiKeys.name }).from(apiKeys).all()) {
      names.set(nameKey("api-key", id), name);
    }
  }
  return names;
}

function titlesOf(store: WorkspaceStore, rows: readonly EventRow[]): Map<number, string> {
  const ids = [...new Set(rows.flatMap(({ feedbackId }) => feedbackId ?? []))];
  const known = store.db.select({ id: feedbackItems.id, title: feedbackItems.title }).from(feedbackItems);
  const found = known.where(inArray(feedbackItems.id, among(ids))).all();
  return new Map(found.map(({ id, title }) => [id, title]));
}

/** One key look-up for each: a statement takes at most 100 parameters. */
function among(values: readonly (string | number)[]): SQL {
  return sql`(select value from json_each(${JSON.stringify(values)}))`;
}
