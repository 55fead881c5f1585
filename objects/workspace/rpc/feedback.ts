/** Calls of the Workspace object about boards, feedback and votes, and for the pages that show them. */
import type { Call } from "../../../src/call.ts";
import type { CreateBoard, UpdateBoard } from "../../../src/protocol/rest/boards.ts";
import type { CreateFeedback, ListFeedback, UpdateFeedback } from "../../../src/protocol/rest/feedback.ts";
import type { CastVote } from "../../../src/protocol/rest/votes.ts";
import { map } from "../../../src/result.ts";
import { type Actor, authorize } from "../authorize.ts";
import { boardPage, itemPage } from "../board-page.ts";
import { createBoard, deleteBoard, listBoards, readBoard, updateBoard } from "../boards.ts";
import { openBoard, openingOf } from "../open-board.ts";
import { createFeedback, deleteFeedback, readFeedback, updateFeedback } from "../feedback.ts";
import { listFeedback } from "../list-feedback.ts";
import { castVote, lookUpVotes, removeVote } from "../vote.ts";
import { TeamCalls } from "./team.ts";

export abstract class FeedbackCalls extends TeamCalls {
  // Boards

  listBoards(call: Call) {
    return this.calls.read("board.list", call, (actor) => listBoards(this.store, actor));
  }
  createBoard(call: Call, command: CreateBoard) {
    return this.calls.write("board.create", call, (actor) => createBoard(this.store, actor, command));
  }
  readBoard(call: Call, board: string) {
    return this.calls.read("board.read", call, (actor) => readBoard(this.store, actor, board));
  }
  updateBoard(call: Call, board: string, command: UpdateBoard) {
    return this.calls.write("board.update", call, (actor) => updateBoard(this.store, actor, board, command));
  }
  deleteBoard(call: Call, board: string) {
    return this.calls.write("board.delete", call, (actor) => deleteBoard(this.store, actor, board));
  }
  /** All that the server-rendered board page shows, in one hop. */
  boardPage(call: Call, board: string, query: ListFeedback, externalUserId: string | null) {
    return this.calls.read("board.page", call, (actor) =>
      boardPage(this.store, actor, this.name, board, query, externalUserId),
    );
  }
  itemPage(call: Call, board: string, id: number, externalUserId: string | null, after: string | null = null) {
    return this.calls.read("feedback.page", call, (actor) =>
      itemPage(this.store, actor, this.name, board, id, externalUserId, after),
    );
  }

  // Feedback

  /** `items` is JSON text: written here once, it need not be cloned row by row on its way through the Worker. */
  listFeedback(call: Call, board: string, query: ListFeedback) {
    return this.calls.read("feedback.list", call, (actor) =>
      map(listFeedback(this.store, actor, board, query), (page) => ({ ...page, items: JSON.stringify(page.items) })),
    );
  }
  createFeedback(call: Call, board: string, command: CreateFeedback) {
    const create = (actor: Actor) => createFeedback(this.store, actor, board, command);
    const opening = openingOf(this.store, this.calls.isActive(), call, this.name, board);
    const person = command.externalUserId ?? null;
    if (opening === null) return this.calls.write("feedback.create", call, create, person, board);
    return this.calls.found("feedback.create", call, () => {
      const actor = authorize(this.store, this.name, call);
      if (!actor.ok) return actor;
      const opened = openBoard(this.store, actor.value, opening);
      return opened.ok ? this.calls.guarded(call, actor.value, person, () => create(actor.value)) : opened;
    });
  }
  readFeedback(call: Call, board: string, id: number) {
    return this.calls.read("feedback.read", call, (actor) => readFeedback(this.store, actor, board, id));
  }
  updateFeedback(call: Call, board: string, id: number, command: UpdateFeedback) {
    const update = (actor: Actor) => updateFeedback(this.store, actor, board, id, command);
    return this.calls.write("feedback.update", call, update, null, board);
  }
  deleteFeedback(call: Call, board: string, id: number) {
    const remove = (actor: Actor) => deleteFeedback(this.store, actor, board, id);
    return this.calls.write("feedback.delete", call, remove, null, board);
  }

  // Votes

  override castVote(call: Call, board: string, feedbackId: number, command: CastVote) {
    const cast = (actor: Actor) => castVote(this.store, actor, board, feedbackId, command);
    return this.calls.write("vote.cast", call, cast, command.externalUserId ?? null, board);
  }
  override removeVote(call: Call, board: string, feedbackId: number, externalUserId: string | undefined) {
    const remove = (actor: Actor) => removeVote(this.store, actor, board, feedbackId, externalUserId);
    return this.calls.write("vote.remove", call, remove, externalUserId ?? null, board);
  }
  lookUpVotes(call: Call, board: string, ids: readonly number[], externalUserId: string | undefined) {
    return this.calls.read("vote.look-up", call, (actor) => lookUpVotes(this.store, actor, board, ids, externalUserId));
  }
}
