/** What comments cost in rows, at none and at a thousand of them: see test/support/counted-verbs.ts. Ids are those of test/SPEC.md. */
import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { beforeAll, expect, it } from "vitest";
import { ListComments } from "../../src/protocol/rest/comments.ts";
import { cost, type Costs, done } from "../support/counted-verbs.ts";
import { callAs, uniqueSlug } from "../support/workerd.ts";

const COMMENTS = 1_000;
const PAGE = 20;

const OPERATOR = callAs("operator", "workspace.configure");
const TEAM = callAs("operator", "board.read");
const READER = callAs("anonymous", "board.read");
const VISITOR = callAs("anonymous", "feedback.write");
const MODERATOR = callAs("operator", "own.edit");

const stub = env.WORKSPACE.getByName(uniqueSlug());
const page = (more: Record<string, string> = {}) => ListComments.parse({ limit: String(PAGE), ...more });
const [QUIET, BUSY] = [1, 2];

beforeAll(async () => {
  await done(stub.createWorkspace(OPERATOR, { slug: "counted", name: "Counted" }));
  await done(stub.createBoard(OPERATOR, { slug: "ideas", name: "Ideas" }));
  for (const title of ["Quiet", "Busy"]) await done(stub.createFeedback(VISITOR, "ideas", { title }));
  // Every third is a note.
  await runInDurableObject(stub, (_, { storage: { sql } }) => {
    sql.exec(
      `insert into feedback_comments (id, feedback_id, board_id, depth, body, is_internal, is_official, moderation_state,
         spam_score, visible, listed, reply_count, listed_replies, seq, created_at)
       with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
       select i, 2, 1, 0, 'Words', i % 3 = 0, 0, 'approved', 0, i % 3 > 0, i % 3 > 0, 0, 0, 2, 1 from n`,
      COMMENTS,
    );
    sql.exec("update settings set last_comment_id = ?", COMMENTS);
  });
});

it("[CM28] pages of the public and of the team", async () => {
  const first = await done(stub.listComments(READER, "ideas", BUSY, page()));
  const cursor = first.nextCursor ?? "";
  const costs: Costs = {
    public: await cost(() => stub.listComments(READER, "ideas", BUSY, page())),
    "public, by cursor": await cost(() => stub.listComments(READER, "ideas", BUSY, page({ cursor }))),
    team: await cost(() => stub.listComments(TEAM, "ideas", BUSY, page())),
  };
  for (const [name, { rowsRead, rowsWritten }] of Object.entries(costs)) {
    expect(rowsRead, name).toBeLessThanOrEqual(2 * PAGE + 10);
    expect(rowsWritten, name).toBe(0);
  }
});

it("[CM28] writing, replying, editing, deleting", async () => {
  const costsOn = async (item: number, parentId: number) => {
    const say = (more = {}) => stub.createComment(VISITOR, "ideas", item, { body: `On ${String(item)}`, ...more });
    const { item: known } = await done(say());
    return {
      said: await cost(() => say()),
      replied: await cost(() => say({ parentId })),
      edited: await cost(() => stub.updateComment(MODERATOR, "ideas", item, known.id, { body: "Other words" })),
      deleted: await cost(() => stub.deleteComment(MODERATOR, "ideas", item, known.id)),
    };
  };
  const { item: parent } = await done(stub.createComment(VISITOR, "ideas", QUIET, { body: "Parent" }));
  const quiet = await costsOn(QUIET, parent.id);
  expect(await costsOn(BUSY, 1)).toEqual(quiet);
});
