/** The SQL that list, create and vote run, counted against the limits, as the Workspace object runs it. `test/object/verbs-baseline.test.ts` fails when they part. */

/** What happens is counted by day, and stands in the event log. */
const HAPPENED = {
  daily:
    'insert into "daily_stats" ("day", "board_id", "status", "category", "posts", "votes", "comments", "departures", "departed_ms") values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict ("daily_stats"."day", "daily_stats"."board_id", "daily_stats"."status", "daily_stats"."category") do update set "posts" = posts + excluded.posts, "votes" = votes + excluded.votes, "comments" = comments + excluded.comments, "departures" = departures + excluded.departures, "departed_ms" = departed_ms + excluded.departed_ms',
  event:
    'insert into "events" ("seq", "at", "type", "actor_kind", "actor_id", "board_id", "feedback_id", "subject", "before", "after") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
} as const;

export const LIST =
  'select "id", "title", "description", "status", "category", "vote_count", "comment_count", "author_name", "pinned", "created_at", "updated_at", "vote_count" from "feedback_items" where ("feedback_items"."board_id" = ? and "feedback_items"."visible" = 1) order by "feedback_items"."vote_count" desc, "feedback_items"."id" desc limit ? offset ?';

export const CREATE = {
  text: 'insert into "text_hashes" ("hash", "count", "last_at") values (?, ?, ?) on conflict ("text_hashes"."hash") do update set "count" = iif(last_at <= ?, 1, count + 1), "last_at" = excluded.last_at returning "count"',
  next: 'update "settings" set "seq" = seq + 1, "last_feedback_id" = last_feedback_id + 1 where "settings"."id" = ? returning "seq", "last_feedback_id"',
  insert:
    'insert into "feedback_items" ("id", "board_id", "title", "description", "status", "category", "vote_count", "comment_count", "trending", "author_id", "author_name", "pinned", "moderation_state", "is_hidden", "spam_score", "merged_into", "merged_count", "status_since", "visible", "seq", "content_seq", "visible_seq", "created_at", "updated_at") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  index: "insert into feedback_search (rowid, title, description, scope) values (?, ?, ?, ?)",
  count:
    'update "boards" set "feedback_count" = feedback_count + ?, "vote_count" = vote_count + ? where "boards"."id" = ?',
  ...HAPPENED,
} as const;

export const VOTE = {
  item: 'select "board_id", "visible", "status", "category", "merged_count", "vote_count", "trending", "created_at" from "feedback_items" where "feedback_items"."id" = ?',
  person:
    'select "id", "name", "email", "avatar_url", "plan", "verified_at", "trusted_at" from "end_users" where "end_users"."external_id" = ?',
  newPerson:
    'insert into "end_users" ("id", "external_id", "name", "email", "avatar_url", "plan", "verified_at", "trusted_at", "created_at") values (null, ?, ?, ?, ?, ?, ?, null, ?) returning "id"',
  vote: 'select "weight", "created_at" from "feedback_votes" where ("feedback_votes"."feedback_id" = ? and "feedback_votes"."end_user_id" = ?)',
  put: 'insert into "feedback_votes" ("feedback_id", "end_user_id", "weight", "created_at") values (?, ?, ?, ?) on conflict ("feedback_votes"."feedback_id", "feedback_votes"."end_user_id") do update set "weight" = excluded.weight',
  seq: 'update "settings" set "seq" = seq + 1 where "settings"."id" = ? returning "seq"',
  tally: 'update "feedback_items" set "vote_count" = ?, "trending" = ?, "seq" = ? where "feedback_items"."id" = ?',
  count: CREATE.count,
  ...HAPPENED,
} as const;

/** What counting against the limits adds: of a post by address, of a vote by person and address, a person who was not counted before. */
export const LIMITS = {
  load: 'select "key", "tat" from "rate_limits" where "key" in (?)',
  save: 'insert into "rate_limits" ("key", "tat") values (?, ?) on conflict ("key") do update set "tat" = excluded."tat"',
  saveTwo:
    'insert into "rate_limits" ("key", "tat") values (?, ?), (?, ?) on conflict ("key") do update set "tat" = excluded."tat"',
} as const;
