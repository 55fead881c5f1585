/** The hot statements, prepared once per object: building one costs twice what running it does. Cold ones stand in their verbs. */
import { and, desc, eq, gt, inArray, type SQL, sql } from "drizzle-orm";
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import { dailyStats, events } from "../../schema/workspace-history.ts";
import {
  boardGuests,
  boards,
  endUsers,
  feedbackItems,
  feedbackTombstones,
  feedbackVotes,
  settings,
} from "../../schema/workspace.ts";
import { comments } from "./comments/statements.ts";
import { moderationStatements } from "./moderation/statements.ts";

const value = sql.placeholder;

/** A placeholder where drizzle's types want a value of the column. */
function bound<T>(name: string) {
  return sql<T>`${value(name)}`;
}

export const publicColumns = {
  id: feedbackItems.id,
  title: feedbackItems.title,
  description: feedbackItems.description,
  status: feedbackItems.status,
  category: feedbackItems.category,
  voteCount: feedbackItems.voteCount,
  commentCount: feedbackItems.commentCount,
  authorName: feedbackItems.authorName,
  pinned: feedbackItems.pinned,
  createdAt: feedbackItems.createdAt,
  updatedAt: feedbackItems.updatedAt,
};

export type Statements = ReturnType<typeof prepareStatements>;

export function prepareStatements(db: DrizzleSqliteDODatabase) {
  return {
    ...counters(db),
    ...search(db),
    ...people(db),
    ...votes(db),
    ...items(db),
    ...resume(db),
    ...history(db),
    ...moderationStatements(db),
    ...comments(db),
  };
}

function counters(db: DrizzleSqliteDODatabase) {
  const one = eq(settings.id, 1);
  return {
    readSeq: db.select({ seq: settings.seq }).from(settings).where(one).prepare(),
    nextSeq: db
      .update(settings)
      .set({ seq: sql`seq + 1` })
      .where(one)
      .returning({ seq: settings.seq })
      .prepare(),
    nextFeedback: db
      .update(settings)
      .set({ seq: sql`seq + 1`, lastFeedbackId: sql`last_feedback_id + 1` })
      .where(one)
      .returning({ seq: settings.seq, id: settings.lastFeedbackId })
      .prepare(),
    shiftBoardCounters: db
      .update(boards)
      .set({ feedbackCount: sql`feedback_count + ${value("items")}`, voteCount: sql`vote_count + ${value("votes")}` })
      .where(eq(boards.id, value("boardId")))
      .prepare(),
  };
}

function search(db: DrizzleSqliteDODatabase) {
  return {
    /** FTS5 walks ids downwards and stops at the limit. */
    newestMatches: db
      .select({ id: sql<number>`rowid` })
      .from(sql`feedback_search`)
      .where(sql`feedback_search match ${value("match")}`)
      .orderBy(sql`rowid desc`)
      .limit(value("limit"))
      .prepare(),
  };
}

function people(db: DrizzleSqliteDODatabase) {
  return {
    personByExternalId: db
      .select({
        id: endUsers.id,
        name: endUsers.name,
        email: endUsers.email,
        avatarUrl: endUsers.avatarUrl,
        plan: endUsers.plan,
        verifiedAt: endUsers.verifiedAt,
        trustedAt: endUsers.trustedAt,
      })
      .from(endUsers)
      .where(eq(endUsers.externalId, value("externalId")))
      .prepare(),
    personById: db
      .select({ externalId: endUsers.externalId, email: endUsers.email, trustedAt: endUsers.trustedAt })
      .from(endUsers)
      .where(eq(endUsers.id, value("id")))
      .prepare(),
    insertPerson: db
      .insert(endUsers)
      .values({
        externalId: bound<string>("externalId"),
        name: bound<string | null>("name"),
        email: bound<string | null>("email"),
        avatarUrl: bound<string | null>("avatarUrl"),
        plan: bound<string | null>("plan"),
        verifiedAt: bound<number | null>("verifiedAt"),
        createdAt: bound<number>("now"),
      })
      .returning({ id: endUsers.id })
      .prepare(),
    /** Whether the person was invited to the private board. */
    guestOf: db
      .select({ since: boardGuests.createdAt })
      .from(boardGuests)
      .where(and(eq(boardGuests.boardId, value("boardId")), eq(boardGuests.externalId, value("externalId"))))
      .prepare(),
  };
}

function votes(db: DrizzleSqliteDODatabase) {
  const key = and(eq(feedbackVotes.feedbackId, value("feedbackId")), eq(feedbackVotes.endUserId, value("endUserId")));
  return {
    voteOf: db
      .select({ weight: feedbackVotes.weight, createdAt: feedbackVotes.createdAt })
      .from(feedbackVotes)
      .where(key)
      .prepare(),
    putVote: db
      .insert(feedbackVotes)
      .values({
        feedbackId: bound<number>("feedbackId"),
        endUserId: bound<number>("endUserId"),
        weight: bound<number>("weight"),
        createdAt: bound<number>("votedAt"),
      })
      .onConflictDoUpdate({
        target: [feedbackVotes.feedbackId, feedbackVotes.endUserId],
        set: { weight: sql`excluded.weight` },
      })
      .prepare(),
    deleteVote: db.delete(feedbackVotes).where(key).prepare(),
    votesOf: votesAmong(db),
    /** The same for ids that somebody named: of another board's items, and of hidden ones, nothing is told. */
    votesOnBoard: votesAmong(
      db,
      sql`exists (select 1 from feedback_items where id = ${feedbackVotes.feedbackId} and board_id = ${value("boardId")} and visible = 1)`,
    ),
    setTally: db
      .update(feedbackItems)
      .set({ voteCount: bound<number>("voteCount"), trending: bound<number>("trending"), seq: bound<number>("seq") })
      .where(eq(feedbackItems.id, value("feedbackId")))
      .prepare(),
  };
}

/** One key look-up per id: `ids` is a JSON array, for a statement takes at most 100 parameters. */
function votesAmong(db: DrizzleSqliteDODatabase, condition?: SQL) {
  const isAsked = inArray(feedbackVotes.feedbackId, sql`(select value from json_each(${value("ids")}))`);
  return db
    .select({ feedbackId: feedbackVotes.feedbackId, weight: feedbackVotes.weight })
    .from(feedbackVotes)
    .where(and(isAsked, eq(feedbackVotes.endUserId, value("endUserId")), condition))
    .prepare();
}

function items(db: DrizzleSqliteDODatabase) {
  const byId = eq(feedbackItems.id, value("feedbackId"));
  return {
    votedItem: db
      .select({
        boardId: feedbackItems.boardId,
        visible: feedbackItems.visible,
        status: feedbackItems.status,
        category: feedbackItems.category,
        mergedCount: feedbackItems.mergedCount,
        voteCount: feedbackItems.voteCount,
        trending: feedbackItems.trending,
        createdAt: feedbackItems.createdAt,
      })
      .from(feedbackItems)
      .where(byId)
      .prepare(),
    boardBySlug: db
      .select()
      .from(boards)
      .where(eq(boards.slug, value("slug")))
      .prepare(),
    // Bare placeholders, so that drizzle encodes booleans: bound by hand, `true` is stored as text.
    insertFeedback: db
      .insert(feedbackItems)
      .values({
        id: value("id"),
        boardId: value("boardId"),
        title: value("title"),
        description: value("description"),
        status: value("status"),
        category: value("category"),
        voteCount: value("voteCount"),
        commentCount: value("commentCount"),
        trending: value("trending"),
        authorId: value("authorId"),
        authorName: value("authorName"),
        pinned: value("pinned"),
        moderationState: value("moderationState"),
        isHidden: value("isHidden"),
        spamScore: value("spamScore"),
        mergedInto: null,
        mergedCount: 0,
        statusSince: null,
        visible: value("visible"),
        seq: value("seq"),
        contentSeq: value("contentSeq"),
        visibleSeq: value("visibleSeq"),
        createdAt: value("createdAt"),
        updatedAt: value("updatedAt"),
      })
      .prepare(),
    feedbackById: db.select().from(feedbackItems).where(byId).prepare(),
  };
}

function history(db: DrizzleSqliteDODatabase) {
  const excluded = (column: string) => sql.raw(`${column} + excluded.${column}`);
  return {
    insertEvent: db
      .insert(events)
      .values({
        seq: value("seq"),
        at: value("at"),
        type: value("type"),
        actorKind: value("actorKind"),
        actorId: value("actorId"),
        boardId: value("boardId"),
        feedbackId: value("feedbackId"),
        subject: value("subject"),
        before: value("before"),
        after: value("after"),
      })
      .prepare(),
    countDaily: db
      .insert(dailyStats)
      .values({
        day: value("day"),
        boardId: value("boardId"),
        status: value("status"),
        category: value("category"),
        posts: value("posts"),
        votes: value("votes"),
        comments: value("comments"),
        departures: value("departures"),
        departedMs: value("departedMs"),
      })
      .onConflictDoUpdate({
        target: [dailyStats.day, dailyStats.boardId, dailyStats.status, dailyStats.category],
        set: {
          posts: excluded("posts"),
          votes: excluded("votes"),
          comments: excluded("comments"),
          departures: excluded("departures"),
          departedMs: excluded("departed_ms"),
        },
      })
      .prepare(),
  };
}

function resume(db: DrizzleSqliteDODatabase) {
  return {
    changedSince: db
      .select({
        ...publicColumns,
        visible: feedbackItems.visible,
        contentSeq: feedbackItems.contentSeq,
        visibleSeq: feedbackItems.visibleSeq,
      })
      .from(feedbackItems)
      .where(and(eq(feedbackItems.boardId, value("boardId")), gt(feedbackItems.seq, value("since"))))
      .orderBy(feedbackItems.seq)
      .limit(value("limit"))
      .prepare(),
    removedSince: db
      .select({ id: feedbackTombstones.feedbackId })
      .from(feedbackTombstones)
      .where(and(eq(feedbackTombstones.boardId, value("boardId")), gt(feedbackTombstones.seq, value("since"))))
      .orderBy(feedbackTombstones.seq)
      .limit(value("limit"))
      .prepare(),
    /** The newest tombstone that is one too many. */
    tombstoneBeyond: db
      .select({ seq: feedbackTombstones.seq })
      .from(feedbackTombstones)
      .where(eq(feedbackTombstones.boardId, value("boardId")))
      .orderBy(desc(feedbackTombstones.seq))
      .limit(1)
      .offset(value("keep"))
      .prepare(),
  };
}
