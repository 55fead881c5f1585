/** Comments through the API, and a recount of all that is kept about them. */
import { expect } from "vitest";
import { type Answer, call, OPERATOR } from "./workerd.ts";

/** As far as it is asked here. */
type Sql = { readonly exec: (query: string) => { readonly toArray: () => readonly Record<string, unknown>[] } };
type Headers = Record<string, string>;
type More = { readonly parentId?: number; readonly isInternal?: boolean; readonly externalUserId?: string };

export const commentsOf = (path: string, item: number) => `${path}/feedback/${String(item)}/comments`;

/** Somebody who is nobody in particular says it, unless `headers` say who. */
export function say(path: string, item: number, body: string, more: More = {}, headers: Headers = {}): Promise<Answer> {
  return call("POST", commentsOf(path, item), { body, ...more }, headers);
}

/** The same when it must work; answers the id. */
export async function said(
  path: string,
  item: number,
  body: string,
  more: More = {},
  headers: Headers = {},
): Promise<number> {
  const answer = await say(path, item, body, more, headers);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.id;
}

export function note(path: string, item: number, body: string, more: More = {}): Promise<number> {
  return said(path, item, body, { isInternal: true, ...more }, OPERATOR);
}

export async function listed(path: string, item: number, headers: Headers = {}): Promise<any[]> {
  const { status, body } = await call("GET", `${commentsOf(path, item)}?limit=100`, undefined, headers);
  expect(status).toBe(200);
  return body;
}

export async function countOf(path: string, item: number): Promise<number> {
  const { body } = await call("GET", `${path}/feedback/${String(item)}`, undefined, OPERATOR);
  return body.commentCount;
}

/** Every count, flag and index entry follows from the comments themselves. Call inside the object. */
export function recountComments(sql: Sql): void {
  const rows = (query: string) => sql.exec(query).toArray();
  expect(
    rows(`select i.id, i.comment_count from feedback_items i
          where comment_count <> (select count(*) from feedback_comments c where c.feedback_id = i.id and c.visible = 1)`),
    "an item counts its visible comments",
  ).toEqual([]);
  expect(
    rows(`select id from feedback_comments
          where visible <> (is_internal = 0 and deleted_at is null and moderation_state = 'approved')`),
    "visible: approved, not internal, not deleted",
  ).toEqual([]);
  expect(
    rows(`select id from (select p.id, p.listed, p.visible, p.deleted_at, p.is_internal, p.reply_count, p.listed_replies,
            (select count(*) from feedback_comments c where c.parent_id = p.id) replies,
            (select count(*) from feedback_comments c where c.parent_id = p.id and c.listed = 1) shown,
            (select count(*) from feedback_comments c where c.parent_id = p.id and c.is_internal < p.is_internal) opened
          from feedback_comments p)
          where reply_count <> replies or listed_replies <> shown or listed <> (visible = 1 or shown > 0)
            or (deleted_at is not null and replies = 0) or opened > 0`),
    "replies are counted, listed is what holds a public thread together, tombstones have replies, replies to notes are notes",
  ).toEqual([]);
  expect(
    rows("select rowid as id from comment_search order by rowid"),
    "the search index holds the visible comments",
  ).toEqual(rows("select id from feedback_comments where visible = 1 order by id"));
  sql.exec("insert into comment_search(comment_search) values ('integrity-check')");
}
