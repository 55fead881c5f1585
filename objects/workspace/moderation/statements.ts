/** The hot statements of moderation: see statements.ts. */
import { and, eq, isNull, sql } from "drizzle-orm";
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import { moderationQueue, textHashes } from "../../../schema/workspace-discussion.ts";
import { endUsers } from "../../../schema/workspace.ts";

const value = sql.placeholder;

export function moderationStatements(db: DrizzleSqliteDODatabase) {
  const person = eq(endUsers.id, value("personId"));
  const entry = and(
    eq(moderationQueue.feedbackId, value("feedbackId")),
    eq(moderationQueue.kind, value("kind")),
    eq(moderationQueue.subjectId, value("subjectId")),
  );
  return {
    /** Once more; from 1 again when it last came at `expired` or before. */
    countText: db
      .insert(textHashes)
      .values({ hash: value("hash"), count: 1, lastAt: value("now") })
      .onConflictDoUpdate({
        target: textHashes.hash,
        set: { count: sql`iif(last_at <= ${value("expired")}, 1, count + 1)`, lastAt: sql`excluded.last_at` },
      })
      .returning({ count: textHashes.count })
      .prepare(),
    trust: db
      .update(endUsers)
      .set({ trustedAt: sql`${value("now")}` })
      .where(and(person, isNull(endUsers.trustedAt)))
      .prepare(),
    distrust: db.update(endUsers).set({ trustedAt: null }).where(person).prepare(),
    queueEntry: db.select({ id: moderationQueue.id }).from(moderationQueue).where(entry).prepare(),
    enqueue: db
      .insert(moderationQueue)
      .values({
        kind: value("kind"),
        subjectId: value("subjectId"),
        feedbackId: value("feedbackId"),
        boardId: value("boardId"),
        state: value("state"),
        spamScore: value("spamScore"),
        createdAt: value("now"),
      })
      .prepare(),
    dequeue: db.delete(moderationQueue).where(entry).prepare(),
  };
}
