/** Calls of the Workspace object about comments and moderation. */
import type { Call } from "../../../src/call.ts";
import type { CreateComment, ListComments, UpdateComment } from "../../../src/protocol/rest/comments.ts";
import type { ListQueue, Moderate } from "../../../src/protocol/rest/moderation.ts";
import type { Actor } from "../authorize.ts";
import { createComment } from "../comments/create.ts";
import { deleteComment, updateComment } from "../comments/edit.ts";
import { listComments } from "../comments/list.ts";
import { moderate } from "../moderation/decide.ts";
import { countQueue, listQueue } from "../moderation/list.ts";
import { FeedbackCalls } from "./feedback.ts";

export abstract class DiscussionCalls extends FeedbackCalls {
  // Comments

  listComments(call: Call, board: string, id: number, query: ListComments) {
    return this.calls.read("comment.list", call, (actor) => listComments(this.store, actor, board, id, query));
  }
  createComment(call: Call, board: string, id: number, command: CreateComment) {
    const create = (actor: Actor) => createComment(this.store, actor, board, id, command);
    return this.calls.write("comment.create", call, create, command.externalUserId ?? null, board);
  }
  updateComment(call: Call, board: string, id: number, commentId: number, command: UpdateComment) {
    const update = (actor: Actor) => updateComment(this.store, actor, board, id, commentId, command);
    return this.calls.write("comment.update", call, update, null, board);
  }
  deleteComment(call: Call, board: string, id: number, commentId: number) {
    const remove = (actor: Actor) => deleteComment(this.store, actor, board, id, commentId);
    return this.calls.write("comment.delete", call, remove, null, board);
  }

  // Moderation

  listModeration(call: Call, query: ListQueue) {
    return this.calls.read("moderation.list", call, (actor) => listQueue(this.store, actor, this.name, query));
  }
  countModeration(call: Call) {
    return this.calls.read("moderation.count", call, () => countQueue(this.store));
  }
  moderate(call: Call, command: Moderate) {
    return this.calls.write("moderation.decide", call, (actor) => moderate(this.store, actor, command));
  }
}
