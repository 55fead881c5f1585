/**
 * Tables of the Workspace object, with `workspace-*.ts` beside: the one source of columns and types. `npm run migrations` turns a change into SQL under `workspace/`;
 * the full-text table, which drizzle cannot describe, is in a migration of its own. Times are milliseconds since 1970.
 *
 * Every index says which query it serves. List indexes hold only what the public sees, so hidden and pending items cost a page nothing; those with
 * a category hold only items that have one. Each sort has four, because no index on a subset of the filters can bound the rows a page reads.
 */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ApiKeyScope } from "../src/protocol/rest/api-keys.ts";
import type { ModerationState, Status } from "../src/protocol/rest/feedback.ts";
import type { ModerationMode } from "../src/protocol/rest/settings.ts";
import type { Overrides } from "../src/protocol/rest/rate-limits.ts";
import type { Role } from "../src/protocol/rest/roles.ts";
import { idempotencyTable, outboxTable, rateLimitTable, scheduleTable } from "./shared.ts";

/** One row, id 1. `seq` outlives a deletion of the workspace, so that no client's old seq is ever taken for a new one. */
export const settings = sqliteTable("settings", {
  id: integer("id").primaryKey(),
  name: text("name").notNull(),
  /** False after a deletion, until the slug is used again. */
  active: integer("active", { mode: "boolean" }).notNull(),
  /** The last change number handed out. */
  seq: integer("seq").notNull(),
  /** The last feedback id handed out: ids are never used twice, also after a delete. */
  lastFeedbackId: integer("last_feedback_id").notNull(),
  lastCommentId: integer("last_comment_id").notNull().default(0),
  /** Up to which feedback id likely duplicates were looked for. */
  suggestedFeedbackId: integer("suggested_feedback_id").notNull().default(0),
  /** Which posts and comments of people outside the team wait for a moderator. */
  moderation: text("moderation").$type<ModerationMode>().notNull().default("open"),
  /** Whether votes on completed and closed items are refused. */
  lockClosed: integer("lock_closed", { mode: "boolean" }).notNull().default(false),
  /** Whether people who are nobody in particular may post, vote and comment. */
  anonymousPosting: integer("anonymous_posting", { mode: "boolean" }).notNull().default(true),
  /** Whether a bare `externalUserId` is refused: people come signed by the customer's server. */
  requireIdentity: integer("require_identity", { mode: "boolean" }).notNull().default(false),
  /** Origins that may write and open sockets from a browser; empty: any. */
  allowedOrigins: text("allowed_origins", { mode: "json" }).$type<readonly string[]>().notNull().default([]),
  /** The workspace's own rate limits, by name: domain/rate-limits.ts. */
  rateLimitOverrides: text("rate_limit_overrides", { mode: "json" }).$type<Overrides>().notNull().default({}),
  /** Branding: "#rrggbb", and an https URL. */
  accentColor: text("accent_color"),
  logoUrl: text("logo_url"),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

export const boards = sqliteTable(
  "boards",
  {
    /** Never used twice: a socket or a scheduled task may outlive the board that it names. */
    id: integer("id").primaryKey({ autoIncrement: true }),
    /** Null once deleted, while its rows are being purged. */
    slug: text("slug"),
    name: text("name").notNull(),
    description: text("description").notNull(),
    visibility: text("visibility").$type<"public" | "private">().notNull().default("public"),
    /** Public items, and the sum of their vote counts. */
    feedbackCount: integer("feedback_count").notNull(),
    voteCount: integer("vote_count").notNull(),
    /** A client whose seq is lower than this cannot resume: older removals are forgotten, or it knew another board of this name. */
    resumeFloorSeq: integer("resume_floor_seq").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    // a board by its slug; also keeps two boards from sharing one
    uniqueIndex("boards_by_slug").on(table.slug),
  ],
);

export const endUsers = sqliteTable(
  "end_users",
  {
    id: integer("id").primaryKey(),
    externalId: text("external_id").notNull(),
    name: text("name"),
    email: text("email"),
    avatarUrl: text("avatar_url"),
    plan: text("plan"),
    /** When the customer's server first vouched for this person; from then on the bare id is refused. */
    verifiedAt: integer("verified_at"),
    /** When a moderator first let something of theirs through, or it needed none; null: not yet. */
    trustedAt: integer("trusted_at"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    // who is this externalUserId? (every post and vote)
    uniqueIndex("end_users_by_external_id").on(table.externalId),
  ],
);

export const feedbackItems = sqliteTable(
  "feedback_items",
  {
    id: integer("id").primaryKey(),
    boardId: integer("board_id").notNull(),
    title: text("title").notNull(),
    description: text("description").notNull(),
    status: text("status").$type<Status>().notNull(),
    category: text("category"),
    voteCount: integer("vote_count").notNull(),
    commentCount: integer("comment_count").notNull(),
    /** log2 of the decayed sum of votes: see domain/trending.ts. */
    trending: real("trending").notNull(),
    authorId: integer("author_id"),
    /** Copied from the author, so that a page of a list needs no look-up per row. */
    authorName: text("author_name"),
    pinned: integer("pinned", { mode: "boolean" }).notNull(),
    moderationState: text("moderation_state").$type<ModerationState>().notNull(),
    isHidden: integer("is_hidden", { mode: "boolean" }).notNull(),
    /** 0 to 100: domain/spam.ts. */
    spamScore: integer("spam_score").notNull().default(0),
    /** The item that this one was merged into, and how many were merged into this one. */
    mergedInto: integer("merged_into"),
    mergedCount: integer("merged_count").notNull().default(0),
    /** Since when it has its status; null: since it was made. */
    statusSince: integer("status_since"),
    /** Approved, not hidden and not merged: what the public sees, and what the list indexes hold. */
    visible: integer("visible", { mode: "boolean" }).notNull(),
    /** The workspace's seq at this row's last change of any kind, at its last change other than votes, and when it became visible. */
    seq: integer("seq").notNull(),
    contentSeq: integer("content_seq").notNull(),
    visibleSeq: integer("visible_seq").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => {
    const visible = sql`visible = 1`;
    const visibleInCategory = sql`visible = 1 and category is not null`;
    return [
      // list?sort=vote_count, and with status, category, both
      index("feedback_by_votes").on(table.boardId, table.voteCount).where(visible),
      index("feedback_by_status_votes").on(table.boardId, table.status, table.voteCount).where(visible),
      index("feedback_by_category_votes").on(table.boardId, table.category, table.voteCount).where(visibleInCategory),
      index("feedback_by_category_status_votes")
        .on(table.boardId, table.category, table.status, table.voteCount)
        .where(visibleInCategory),
      // list?sort=created_at, and with status, category, both
      index("feedback_by_created").on(table.boardId, table.createdAt).where(visible),
      index("feedback_by_status_created").on(table.boardId, table.status, table.createdAt).where(visible),
      index("feedback_by_category_created").on(table.boardId, table.category, table.createdAt).where(visibleInCategory),
      index("feedback_by_category_status_created")
        .on(table.boardId, table.category, table.status, table.createdAt)
        .where(visibleInCategory),
      // list?sort=updated_at, and with status, category, both
      index("feedback_by_updated").on(table.boardId, table.updatedAt).where(visible),
      index("feedback_by_status_updated").on(table.boardId, table.status, table.updatedAt).where(visible),
      index("feedback_by_category_updated").on(table.boardId, table.category, table.updatedAt).where(visibleInCategory),
      index("feedback_by_category_status_updated")
        .on(table.boardId, table.category, table.status, table.updatedAt)
        .where(visibleInCategory),
      // list?sort=trending, and with status, category, both
      index("feedback_by_trending").on(table.boardId, table.trending).where(visible),
      index("feedback_by_status_trending").on(table.boardId, table.status, table.trending).where(visible),
      index("feedback_by_category_trending").on(table.boardId, table.category, table.trending).where(visibleInCategory),
      index("feedback_by_category_status_trending")
        .on(table.boardId, table.category, table.status, table.trending)
        .where(visibleInCategory),
      // live resume: what changed on a board after a seq; purge of a deleted board
      index("feedback_by_seq").on(table.boardId, table.seq),
      // what was merged into an item
      index("feedback_by_merged")
        .on(table.mergedInto)
        .where(sql`merged_into is not null`),
    ];
  },
);

/** One row per person and item. Keyed by the item first: the purge of an item, and the look-up of one person's votes on a page of items. */
export const feedbackVotes = sqliteTable(
  "feedback_votes",
  {
    feedbackId: integer("feedback_id").notNull(),
    endUserId: integer("end_user_id").notNull(),
    weight: integer("weight").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.feedbackId, table.endUserId] })],
);

/** Items that are gone for good, so that a client which was away learns of it. */
export const feedbackTombstones = sqliteTable(
  "feedback_tombstones",
  {
    feedbackId: integer("feedback_id").primaryKey(),
    boardId: integer("board_id").notNull(),
    seq: integer("seq").notNull(),
  },
  (table) => [
    // live resume: what was removed from a board after a seq; forgetting the oldest
    index("tombstones_by_seq").on(table.boardId, table.seq),
  ],
);

/** Who runs the workspace. Email and name are copies of what the person's User object says. */
export const members = sqliteTable("members", {
  userId: text("user_id").primaryKey(),
  role: text("role").$type<Role>().notNull(),
  since: integer("since").notNull(),
  email: text("email"),
  name: text("name"),
});

export const invitations = sqliteTable(
  "invitations",
  {
    id: text("id").primaryKey(),
    email: text("email").notNull(),
    role: text("role").$type<Role>().notNull(),
    /** Base64url of the SHA-256 of the mailed token. */
    tokenHash: text("token_hash").notNull(),
    invitedBy: text("invited_by").notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [
    // accept: which invitation is this token?
    uniqueIndex("invitations_by_token").on(table.tokenHash),
  ],
);

export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    /** Base64url of the SHA-256 of the key, and its last four characters. */
    keyHash: text("key_hash").notNull(),
    lastFour: text("last_four").notNull(),
    scopes: text("scopes", { mode: "json" }).$type<readonly ApiKeyScope[]>().notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
    /** To the hour, so that using a key rarely writes. */
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [
    // who is this key? (once per object and key, then from memory)
    uniqueIndex("api_keys_by_hash").on(table.keyHash),
  ],
);

/** Secrets with which the customer's server signs who its people are: at most two, so that one can follow the other. */
export const signingSecrets = sqliteTable("signing_secrets", {
  id: text("id").primaryKey(),
  secret: text("secret").notNull(),
  lastFour: text("last_four").notNull(),
  createdBy: text("created_by").notNull(),
  createdAt: integer("created_at").notNull(),
});

/** End users who may read a private board. */
export const boardGuests = sqliteTable(
  "board_guests",
  {
    boardId: integer("board_id").notNull(),
    externalId: text("external_id").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.boardId, table.externalId] })],
);

/** Its receivers are people's User objects; messages are `MembershipNews`. */
export const outbox = outboxTable("user_id");
export const schedule = scheduleTable();
export const rateLimits = rateLimitTable();
export const idempotencyKeys = idempotencyTable();
