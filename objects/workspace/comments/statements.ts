/** Statements on comments, prepared once per object. */
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { DrizzleSqliteDODatabase } from "drizzle-orm/durable-sqlite";
import { feedbackComments } from "../../../schema/workspace-discussion.ts";
import { endUsers, feedbackItems, settings } from "../../../schema/workspace.ts";

export type CommentRow = typeof feedbackComments.$inferSelect;
/** A comment with what only the team sees of its author. */
export type ListedComment = CommentRow & { readonly authorEmail: string | null };

const value = sql.placeholder;

/** A placeholder where drizzle's types want a value of the column. */
function bound<T>(name: string) {
  return sql<T>`${value(name)}`;
}

export function comments(db: DrizzleSqliteDODatabase) {
  const byId = eq(feedbackComments.id, value("id"));
  const after = and(eq(feedbackComments.feedbackId, value("feedbackId")), gt(feedbackComments.id, value("after")));
  const isListed = sql`${feedbackComments.listed} = 1`;
  return {
    nextComment: db
      .update(settings)
      .set({ seq: sql`seq + 1`, lastCommentId: sql`last_comment_id + 1` })
      .where(eq(settings.id, 1))
      .returning({ seq: settings.seq, id: settings.lastCommentId })
      .prepare(),
    commentById: db.select().from(feedbackComments).where(byId).prepare(),
    // Bare placeholders, so that drizzle encodes booleans: bound by hand, `true` is stored as text.
    insertComment: db
      .insert(feedbackComments)
      .values({
        id: value("id"),
        feedbackId: value("feedbackId"),
        boardId: value("boardId"),
        parentId: value("parentId"),
        depth: value("depth"),
        body: value("body"),
        isInternal: value("isInternal"),
        isOfficial: value("isOfficial"),
        authorId: value("authorId"),
        authorName: value("authorName"),
        moderationState: value("moderationState"),
        spamScore: value("spamScore"),
        visible: value("visible"),
        listed: value("listed"),
        replyCount: 0,
        listedReplies: 0,
        seq: value("seq"),
        createdAt: value("createdAt"),
        editedAt: null,
        deletedAt: null,
      })
      .prepare(),
    deleteComment: db.delete(feedbackComments).where(byId).prepare(),
    /** `listed`: 0 or 1. */
    setThread: db
      .update(feedbackComments)
      .set({
        replyCount: bound<number>("replyCount"),
        listedReplies: bound<number>("listedReplies"),
        listed: bound<boolean>("listed"),
      })
      .where(byId)
      .prepare(),
    /** What an item's discussion changes of the item: not `updatedAt`, which is about its own text. */
    shiftCommentCount: db
      .update(feedbackItems)
      .set({
        commentCount: sql`comment_count + ${value("by")}`,
        seq: bound<number>("seq"),
        contentSeq: bound<number>("seq"),
      })
      .where(eq(feedbackItems.id, value("feedbackId")))
      .returning({
        boardId: feedbackItems.boardId,
        commentCount: feedbackItems.commentCount,
        visible: feedbackItems.visible,
      })
      .prepare(),
    /** On the index `comments_listed`. */
    listedComments: db
      .select()
      .from(feedbackComments)
      .where(and(after, isListed))
      .orderBy(asc(feedbackComments.id))
      .limit(value("limit"))
      .offset(value("offset"))
      .prepare(),
    /** On the index `comments_by_feedback`. */
    allComments: db
      .select({ comment: feedbackComments, authorEmail: endUsers.email })
      .from(feedbackComments)
      .leftJoin(endUsers, eq(endUsers.id, feedbackComments.authorId))
      .where(after)
      .orderBy(asc(feedbackComments.id))
      .limit(value("limit"))
      .offset(value("offset"))
      .prepare(),
  };
}
