/** The part of a model run that a team does: comments, moderation, merges, the roadmap. Each answer must be the model's. */
import { expect } from "vitest";
import { COMMENT_DEPTH_MAX, MERGE_DEPTH_MAX, MERGED_ITEMS_MAX } from "../../src/limits.ts";
import type { ModerationAction } from "../../src/protocol/rest/moderation.ts";
import {
  type Changes,
  commentCount,
  type CommentModel,
  isVisible,
  type ItemModel,
  voteCount,
  type WorkspaceModel,
} from "../support/model.ts";
import { RoadmapModel } from "../support/model-roadmap.ts";
import { type Answer, call, OPERATOR } from "../support/workerd.ts";
import type { Clock } from "./clock.ts";
import type { Command } from "./commands.ts";

type Named = { readonly id: number; readonly board: string; readonly item: ItemModel | null };
type Step<K extends Command["kind"]> = Extract<Command, { kind: K }>;
type Curation = Step<
  "comment" | "comment-delete" | "moderate" | "moderate-comment" | "merge" | "unmerge" | "plan" | "unplan"
>;
type Written = { readonly comment: CommentModel; readonly item: ItemModel; readonly depth: number };

const PHASES = [
  { name: "Thinking", status: null, isPublic: true },
  { name: "Planned", status: "planned", isPublic: true },
  { name: "Shipped", status: "completed", isPublic: false },
] as const;

/** One merge in so many names any item at all; the others name such as can be merged, or taken out. */
const WILD = 4;

const SETS: Readonly<Record<Exclude<ModerationAction, "delete">, Changes>> = {
  approve: { moderationState: "approved" },
  reject: { moderationState: "rejected" },
  spam: { moderationState: "spam" },
  hide: { isHidden: true },
  unhide: { isHidden: false },
};

export class CurationRun {
  readonly #workspace: string;
  readonly #model: WorkspaceModel;
  readonly #roadmap: RoadmapModel;
  readonly #clock: Clock;
  readonly #named: (at: number) => Named;
  readonly #comments: Written[] = [];

  constructor(workspace: string, model: WorkspaceModel, clock: Clock, named: (at: number) => Named) {
    this.#workspace = workspace;
    this.#model = model;
    this.#roadmap = new RoadmapModel(model);
    this.#clock = clock;
    this.#named = named;
  }

  async begin(): Promise<void> {
    for (const phase of PHASES) {
      const { body } = await this.#ask("POST", this.#team("/roadmap/phases"), phase, 201);
      this.#roadmap.phases.push({ id: body.id, ...phase, entries: [] });
    }
  }

  async step(command: Curation): Promise<void> {
    switch (command.kind) {
      case "comment":
        return await this.#comment(command);
      case "comment-delete":
        return await this.#deleteComment(command);
      case "moderate":
        return await this.#moderate(command);
      case "moderate-comment":
        return await this.#moderateComment(command);
      case "merge":
        return await this.#merge(command);
      case "unmerge":
        return await this.#unmerge(command);
      case "plan":
        return await this.#plan(command);
      case "unplan": {
        const entry = this.#roadmap.entryOf(this.#named(command.at).id);
        if (entry === null) return;
        await this.#ask("DELETE", this.#team(`/roadmap/items/${String(entry.id)}`), undefined, 204);
        this.#roadmap.take(entry);
      }
    }
  }

  async check(): Promise<void> {
    const { body } = await this.#ask("GET", `/api/v1/${this.#workspace}/roadmap`, undefined, 200);
    const seen = this.#roadmap.seen().map(({ id, items }) => ({
      id,
      items: items.map(({ id: entry, item }) => ({
        id: entry,
        title: item.title,
        feedbackId: item.id,
        board: item.board,
        status: item.status,
        category: item.category,
        voteCount: voteCount(item),
        commentCount: commentCount(item),
      })),
    }));
    expect(body).toMatchObject(seen);
    expect(body.map(({ items }: { items: unknown[] }) => items.length)).toEqual(seen.map(({ items }) => items.length));
    for (const item of this.#model.items.values()) await this.#checkComments(item);
  }

  removed(item: ItemModel): void {
    this.#leave(item);
    for (const merged of item.merged.toSorted((a, b) => a.id - b.id)) this.#leave(merged);
    this.#model.remove(item);
    this.#roadmap.forget();
  }

  boardRemoved(): void {
    this.#roadmap.forget();
  }

  /** Whether whoever votes for it learns where it went. */
  isSentOn(item: ItemModel, isTeam: boolean): boolean {
    if (item.mergedInto === null) return false;
    let root = item;
    for (let next: number | null = item.mergedInto; next !== null; next = root.mergedInto) {
      root = this.#model.items.get(next) ?? root;
    }
    return isTeam || (isVisible(root) && item.moderationState === "approved" && !item.isHidden);
  }

  /** A place that was taken over is given back. */
  #leave(item: ItemModel): void {
    const { mergedInto } = item;
    this.#model.unmerge(item);
    if (mergedInto !== null) this.#roadmap.unmerged(item, mergedInto);
  }

  async #comment({ at, person, under, isInternal }: Step<"comment">): Promise<void> {
    const { id, board, item } = this.#named(at);
    const parent = under === null ? null : (this.#comments[under % Math.max(1, this.#comments.length)] ?? null);
    const named = parent === null ? {} : { parentId: parent.comment.id };
    const body = { body: `Said by ${person}`, externalUserId: person, isInternal, ...named };
    const isWrong =
      parent !== null && (parent.item !== item || parent.comment.isDeleted || parent.depth >= COMMENT_DEPTH_MAX);
    const status = item === null ? 404 : item.mergedInto !== null ? 409 : isWrong ? 400 : 201;
    const answer = await this.#ask("POST", `${this.#item(board, id)}/comments`, body, status);
    if (status !== 201 || item === null) return;
    const comment: CommentModel = {
      id: answer.body.id,
      parentId: parent?.comment.id ?? null,
      isInternal: isInternal || parent?.comment.isInternal === true,
      moderationState: "approved",
      isDeleted: false,
    };
    item.comments.set(comment.id, comment);
    this.#comments.push({ comment, item, depth: parent === null ? 0 : parent.depth + 1 });
    expect(answer.body).toMatchObject({ isInternal: comment.isInternal, isDeleted: false });
  }

  async #deleteComment({ comment: at }: Step<"comment-delete">): Promise<void> {
    const written = this.#written(at);
    if (written === null) return;
    const { comment, item } = written;
    const path = `${this.#item(item.board, item.id)}/comments/${String(comment.id)}`;
    await this.#ask("DELETE", path, undefined, this.#isThere(written) ? 204 : 404);
    comment.isDeleted = true;
  }

  async #moderate({ at, action }: Step<"moderate">): Promise<void> {
    const entries = at.map((index) => this.#named(index).id).map((id) => ({ kind: "feedback", id }));
    const { body } = await this.#ask("POST", this.#team("/moderation"), { action, entries }, 200);
    const expected = entries.map(({ id }) => {
      const item = this.#model.items.get(id);
      if (item === undefined) return "refused";
      if (action === "delete") {
        this.removed(item);
        return "changed";
      }
      const before = JSON.stringify([item.moderationState, item.isHidden]);
      this.#model.edit(item, SETS[action], this.#clock.now);
      return JSON.stringify([item.moderationState, item.isHidden]) === before ? "unchanged" : "changed";
    });
    expect(body.map(({ result }: { result: string }) => result)).toEqual(expected);
  }

  async #moderateComment({ comment: at, action }: Step<"moderate-comment">): Promise<void> {
    const written = this.#written(at);
    if (written === null) return;
    const { comment } = written;
    const entries = [{ kind: "comment", id: comment.id }];
    const { body } = await this.#ask("POST", this.#team("/moderation"), { action, entries }, 200);
    const { moderationState = comment.moderationState } = SETS[action];
    // The team's notes wait for nobody.
    const result =
      comment.isInternal || !this.#isThere(written)
        ? "refused"
        : comment.moderationState === moderationState
          ? "unchanged"
          : "changed";
    expect(body).toMatchObject([{ result }]);
    if (result === "changed") comment.moderationState = moderationState;
  }

  /** Within a board: how merges across boards end when one of them goes depends on when its alarm runs. */
  async #merge({ at, into }: Step<"merge">): Promise<void> {
    const source = this.#named(at);
    const beside = this.#model.on(source.board);
    const target = into % WILD === 0 ? this.#named(into) : namedOf(beside[into % Math.max(1, beside.length)] ?? null);
    if (target === null || source.board !== target.board) return;
    const path = `${this.#item(source.board, source.id)}/merge`;
    const status = mergeStatus(source, target);
    const answer = await this.#ask("POST", path, { intoId: target.id }, status);
    if (status !== 200 || source.item === null || target.item === null) return;
    this.#model.merge(source.item, target.item);
    this.#roadmap.merged(source.item, target.item);
    expect(answer.body).toEqual({
      feedbackId: source.id,
      mergedInto: target.id,
      target: {
        id: target.id,
        board: target.board,
        voteCount: voteCount(target.item),
        mergedCount: target.item.merged.length,
      },
    });
  }

  async #unmerge({ at }: Step<"unmerge">): Promise<void> {
    const merged = [...this.#model.items.values()].filter(({ mergedInto }) => mergedInto !== null);
    const drawn = at % WILD === 0 ? null : namedOf(merged[at % Math.max(1, merged.length)] ?? null);
    const { id, board, item } = drawn ?? this.#named(at);
    const status = item === null ? 404 : item.mergedInto === null ? 409 : 200;
    await this.#ask("POST", `${this.#item(board, id)}/unmerge`, undefined, status);
    if (status === 200 && item !== null) this.#leave(item);
  }

  async #plan({ at, phase: index, before: rank }: Step<"plan">): Promise<void> {
    const { id, item } = this.#named(at);
    const phase = this.#roadmap.phases[index] ?? expect.fail("no such phase");
    const known = this.#roadmap.entryOf(id);
    const neighbour = rank === null ? null : (phase.entries[rank] ?? null);
    const before = neighbour === known ? null : neighbour;
    const place = { phaseId: phase.id, ...(before === null ? {} : { beforeId: before.id }) };
    if (known === null) {
      const status = item === null ? 404 : item.mergedInto === null ? 201 : 409;
      const { body } = await this.#ask("POST", this.#team("/roadmap/items"), { feedbackId: id, ...place }, status);
      if (item === null || status !== 201) return;
      this.#roadmap.place({ id: body.id, feedbackId: id, mergedFrom: [] }, phase, before);
      this.#takeStatus(item, phase.status);
      return;
    }
    await this.#ask("PATCH", this.#team(`/roadmap/items/${String(known.id)}`), place, 200);
    const stays = this.#roadmap.phaseOf(known) === phase;
    if (!stays || before !== null) this.#roadmap.place(known, phase, before);
    if (!stays && item !== null) this.#takeStatus(item, phase.status);
  }

  #takeStatus(item: ItemModel, status: ItemModel["status"] | null): void {
    if (status !== null && item.mergedInto === null) this.#model.edit(item, { status }, this.#clock.now);
  }

  /** The public's list: what is visible, and the places of what is not and has visible replies. */
  async #checkComments(item: ItemModel): Promise<void> {
    const path = `/api/v1/${this.#workspace}/${item.board}/feedback/${String(item.id)}/comments?limit=100`;
    const { status, body } = await call("GET", path);
    expect(status).toBe(isVisible(item) ? 200 : 404);
    if (status !== 200) return;
    const all = [...item.comments.values()];
    const seen = (comment: CommentModel): boolean =>
      !comment.isInternal &&
      ((comment.moderationState === "approved" && !comment.isDeleted) ||
        all.some((other) => other.parentId === comment.id && seen(other)));
    const isGone = (comment: CommentModel) => comment.isDeleted || comment.moderationState !== "approved";
    expect(
      body.map(({ id, isDeleted }: { id: number; isDeleted: boolean }) => ({ id, isDeleted })),
      `comments of ${String(item.id)}`,
    ).toEqual(all.filter(seen).map((comment) => ({ id: comment.id, isDeleted: isGone(comment) })));
  }

  #written(at: number): Written | null {
    return this.#comments[at % Math.max(1, this.#comments.length)] ?? null;
  }

  #isThere({ comment, item }: Written): boolean {
    return !comment.isDeleted && this.#model.items.get(item.id) === item;
  }

  #item(board: string, id: number): string {
    return `/api/v1/${this.#workspace}/${board}/feedback/${String(id)}`;
  }

  #team(path: string): string {
    return `/api/v1/workspaces/${this.#workspace}${path}`;
  }

  async #ask(method: string, path: string, body: unknown, status: number): Promise<Answer> {
    const answer = await call(method, path, body, OPERATOR);
    expect(answer, `${method} ${path} ${JSON.stringify(answer.body)}`).toMatchObject({ status });
    return answer;
  }
}

function namedOf(item: ItemModel | null): Named | null {
  return item === null ? null : { id: item.id, board: item.board, item };
}

function mergeStatus({ item: source }: Named, { item: target }: Named): number {
  if (source === null || target === null) return 404;
  if (source === target) return 400;
  if (source.mergedInto !== null || target.mergedInto !== null) return 409;
  const isTooMuch =
    countOf(source) + countOf(target) > MERGED_ITEMS_MAX ||
    Math.max(depthOf(source) + 1, depthOf(target)) > MERGE_DEPTH_MAX;
  return isTooMuch ? 409 : 200;
}

function countOf(item: ItemModel): number {
  return item.merged.reduce((sum, merged) => sum + countOf(merged), 1);
}

function depthOf(item: ItemModel): number {
  return item.merged.reduce((most, merged) => Math.max(most, depthOf(merged) + 1), 1);
}
