/**
 * Posts feedback; where the deployment lets anybody open workspaces (OPEN_WORKSPACES), a first post opens the board that it names, and perhaps the workspace. Each makes an object that stays, so
 * the visitor's address is counted, but only once it turned out that there is none: a post to a board that is there costs no more than one call.
 */
import { nameFromSlug } from "../domain/boards.ts";
import { admitVisitor } from "../edge/admit-visitor.ts";
import { callOf, type RequestContext } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import type { Failure } from "../errors.ts";
import type { CreateFeedback, Feedback } from "../protocol/rest/feedback.ts";
import type { Result } from "../result.ts";

type Posted = { readonly item: Feedback; readonly seq: number; readonly isHeld: boolean };

/** Errors: those of the post; RATE_LIMITED and OVERLOADED also for opening too much. */
export async function postOrOpen(
  context: RequestContext,
  workspace: string,
  board: string,
  command: CreateFeedback,
): Promise<Result<Posted, Failure>> {
  const post = (openWorkspaces: boolean) =>
    callWorkspace<Posted>(context, workspace, false, (stub) =>
      stub.createFeedback({ ...callOf(context), openWorkspaces }, board, command),
    );
  const posted = await post(false);
  if (posted.ok || !mayOpen(context, posted.error, workspace, board)) return posted;
  // The second post is counted anew, and says how the limits stand.
  context.heard.limits.length = 0;
  // What is done once is the post, not the count.
  const opening: RequestContext = { ...context, limit: "workspace-open", idempotency: null, idempotencyKey: null };
  const admitted = await admitVisitor(opening);
  return admitted.ok ? post(true) : admitted;
}

/** As far as it can be told here: the workspace's object decides. */
function mayOpen({ env, caller }: RequestContext, { code }: Failure, workspace: string, board: string): boolean {
  if (env.OPEN_WORKSPACES !== "true") return false;
  if (nameFromSlug(workspace) === null || nameFromSlug(board) === null) return false;
  // Of a workspace that is not there nobody has a key, nor a signed identity.
  if (code === "WORKSPACE_NOT_FOUND") return caller.kind !== "key" && caller.kind !== "identity";
  return code === "BOARD_NOT_FOUND";
}
