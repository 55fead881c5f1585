/** `/workspaces/:workspace/boards`: see protocol/rest/boards.ts. */
import { callOf } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { json, noContent } from "../edge/respond.ts";
import { createBoard, deleteBoard, listBoards, readBoard, updateBoard } from "../protocol/rest/boards.ts";
import { map } from "../result.ts";
import { type Route, route } from "./endpoint-handler.ts";

export const boardRoutes: readonly Route[] = [
  route(listBoards, async (context, { params }) => {
    const result = await callWorkspace(context, params.workspace, true, (stub) => stub.listBoards(callOf(context)));
    return map(result, (boards) => json(boards));
  }),
  route(createBoard, async (context, { params, body }) => {
    const { workspace } = params;
    const result = await callWorkspace(context, workspace, false, (stub) => stub.createBoard(callOf(context), body));
    return map(result, (board) =>
      json(board, 201, { location: `/api/v1/workspaces/${workspace}/boards/${board.slug}` }),
    );
  }),
  route(readBoard, async (context, { params }) => {
    const { workspace, board } = params;
    const result = await callWorkspace(context, workspace, true, (stub) => stub.readBoard(callOf(context), board));
    return map(result, (found) => json(found));
  }),
  route(updateBoard, async (context, { params, body }) => {
    const { workspace, board } = params;
    const result = await callWorkspace(context, workspace, true, (stub) =>
      stub.updateBoard(callOf(context), board, body),
    );
    return map(result, (changed) => json(changed));
  }),
  route(deleteBoard, async (context, { params }) => {
    const { workspace, board } = params;
    const result = await callWorkspace(context, workspace, false, (stub) => stub.deleteBoard(callOf(context), board));
    return map(result, noContent);
  }),
];
