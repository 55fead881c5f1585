/** Boards: where a workspace collects feedback. */
import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { boardDescription, boardParams, instant, name, slug, workspaceParams } from "./fields.ts";

export const Board = z
  .strictObject({
    slug,
    name,
    description: z.string(),
    feedbackCount: z.int().min(0).meta({ description: "Public items" }),
    voteCount: z.int().min(0).meta({ description: "Sum of the weights of all votes on public items" }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: "Board" });
export type Board = z.infer<typeof Board>;

export const CreateBoard = z
  .strictObject({ slug, name, description: boardDescription.optional() })
  .meta({ id: "CreateBoard" });
export type CreateBoard = z.infer<typeof CreateBoard>;

export const UpdateBoard = z
  .strictObject({ name: name.optional(), description: boardDescription.optional() })
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
  who: "anyone",
  params: workspaceParams,
  answers: { 200: { description: "The boards", schema: z.array(Board) } },
});

export const createBoard = endpoint({
  method: "POST",
  path: "/workspaces/:workspace/boards",
  operationId: "createBoard",
  tag,
  summary: "Create a board",
  who: "operator",
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
  who: "anyone",
  params: boardParams,
  answers: { 200: { description: "The board", schema: Board } },
});

export const updateBoard = endpoint({
  method: "PATCH",
  path,
  operationId: "updateBoard",
  tag,
  summary: "Change a board's name or description",
  who: "operator",
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
  who: "operator",
  params: boardParams,
  answers: { 204: { description: "Gone" } },
});
