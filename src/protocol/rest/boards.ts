/** Boards: where a workspace collects feedback. */
import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { boardDescription, boardParams, externalUserId, instant, name, slug, workspaceParams } from "./fields.ts";

export const Visibility = z.enum(["public", "private"]).meta({
  id: "Visibility",
  description: "A private board is there only for the team, and for end users invited to it",
});

export const Board = z
  .strictObject({
    slug,
    name,
    description: z.string(),
    visibility: Visibility,
    feedbackCount: z.int().min(0).meta({ description: "Public items" }),
    voteCount: z.int().min(0).meta({ description: "Sum of the weights of all votes on public items" }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: "Board" });
export type Board = z.infer<typeof Board>;

export const CreateBoard = z
  .strictObject({ slug, name, description: boardDescription.optional(), visibility: Visibility.optional() })
  .meta({ id: "CreateBoard" });
export type CreateBoard = z.infer<typeof CreateBoard>;

export const UpdateBoard = z
  .strictObject({ name: name.optional(), description: boardDescription.optional(), visibility: Visibility.optional() })
  .refine((body) => Object.keys(body).length > 0, "must change at least one field")
  .meta({ id: "UpdateBoard" });
export type UpdateBoard = z.infer<typeof UpdateBoard>;

const tag = "Boards";
const path = "/workspaces/:workspace/boards/:board";

export const listBoards = endpoint({
  method: "GET",
  path: "/workspaces/:workspace/boards",
  operationId: "listBoards",
  tag,
  summary: "List a workspace's boards",
  description: "Oldest first. A workspace has at most 100 boards, so the list has no pages.",
  who: "board.read",
  params: workspaceParams,
  answers: { 200: { description: "The boards", schema: z.array(Board) } },
});

export const createBoard = endpoint({
  method: "POST",
  path: "/workspaces/:workspace/boards",
  operationId: "createBoard",
  tag,
  summary: "Create a board",
  who: "workspace.configure",
  online: true,
  params: workspaceParams,
  body: CreateBoard,
  answers: { 201: { description: "Created", schema: Board, headers: { Location: "Where it lives" } } },
});

export const readBoard = endpoint({
  method: "GET",
  path,
  operationId: "readBoard",
  tag,
  summary: "Read a board",
  who: "board.read",
  params: boardParams,
  answers: { 200: { description: "The board", schema: Board } },
});

export const updateBoard = endpoint({
  method: "PATCH",
  path,
  operationId: "updateBoard",
  tag,
  summary: "Change a board's name, description or visibility",
  who: "workspace.configure",
  online: true,
  params: boardParams,
  body: UpdateBoard,
  answers: { 200: { description: "The board", schema: Board } },
});

export const deleteBoard = endpoint({
  method: "DELETE",
  path,
  operationId: "deleteBoard",
  tag,
  summary: "Delete a board and all its feedback",
  who: "workspace.configure",
  online: true,
  params: boardParams,
  answers: { 204: { description: "Gone" } },
});

/** An end user who may read a private board. */
export const Guest = z.strictObject({ externalUserId, since: instant }).meta({ id: "Guest" });
export type Guest = z.infer<typeof Guest>;
/** A path takes no segment "." or "..": such a guest could not be sent away. */
const guestId = externalUserId.refine((id) => id !== "." && id !== "..", 'must not be "." or ".."');
export const InviteGuest = z.strictObject({ externalUserId: guestId }).meta({ id: "InviteGuest" });
export type InviteGuest = z.infer<typeof InviteGuest>;

export const listGuests = endpoint({
  method: "GET",
  path: "/workspaces/:workspace/boards/:board/guests",
  operationId: "listGuests",
  tag,
  summary: "List who may read a private board",
  description: "Oldest first; at most 1,000.",
  who: "workspace.configure",
  params: boardParams,
  answers: { 200: { description: "The guests", schema: z.array(Guest) } },
});

export const inviteGuest = endpoint({
  method: "POST",
  path: "/workspaces/:workspace/boards/:board/guests",
  operationId: "inviteGuest",
  tag,
  summary: "Let an end user read a private board",
  description: "Idempotent. They must come signed by your server.",
  who: "workspace.configure",
  online: true,
  params: boardParams,
  body: InviteGuest,
  answers: { 200: { description: "The guest", schema: Guest } },
});

export const removeGuest = endpoint({
  method: "DELETE",
  path: "/workspaces/:workspace/boards/:board/guests/:externalUserId",
  operationId: "removeGuest",
  tag,
  summary: "No longer let an end user read a private board",
  who: "workspace.configure",
  online: true,
  params: boardParams.extend({ externalUserId: z.string().max(200) }),
  answers: { 204: { description: "Gone" } },
});
