/** The moderation queue's rows, and what they must be by the items and comments alone. */
import { runInDurableObject } from "cloudflare:test";
import type { env } from "cloudflare:workers";

type Stub = ReturnType<typeof env.WORKSPACE.getByName>;

function query(stub: Stub, sql: string): Promise<unknown[]> {
  return runInDurableObject(stub, (_, { storage }) => storage.sql.exec(sql).toArray());
}

export function queueRows(stub: Stub): Promise<unknown[]> {
  return query(
    stub,
    "select kind, subject_id as id, feedback_id as item, board_id as board, state from moderation_queue order by 1, 2",
  );
}

export function recountedQueue(stub: Stub): Promise<unknown[]> {
  return query(
    stub,
    `select 'comment' as kind, id, feedback_id as item, board_id as board, moderation_state as state
       from feedback_comments where moderation_state <> 'approved' and deleted_at is null
     union all
     select 'feedback', id, id, board_id, iif(moderation_state = 'approved', 'hidden', moderation_state)
       from feedback_items where moderation_state <> 'approved' or is_hidden = 1
     order by 1, 2`,
  );
}
