/** Feedback items: what a new one looks like, what a change means for those who watch. */
import type { CreateFeedback, ModerationState, Status, UpdateFeedback } from "../protocol/rest/feedback.ts";
import { type Failure, failure } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { initialTrending } from "./trending.ts";

/** The columns of an item that its own changes set; ids, authors, counters and seqs are the object's. */
export type Content = {
  readonly title: string;
  readonly description: string;
  readonly category: string | null;
  readonly status: Status;
  readonly pinned: boolean;
  readonly moderationState: ModerationState;
  readonly isHidden: boolean;
  readonly visible: boolean;
};

/** What was merged is seen as part of what it was merged into. */
export function isVisible(moderationState: ModerationState, isHidden: boolean, mergedInto: number | null): boolean {
  return moderationState === "approved" && !isHidden && mergedInto === null;
}

/** All that somebody wrote of an item. */
export function textOf({ title, description = "" }: Pick<CreateFeedback, "title" | "description">): string {
  return description === "" ? title : `${title}\n${description}`;
}

/** A new item is open. */
export function draftFeedback(
  command: CreateFeedback,
  moderationState: ModerationState,
  now: number,
): Content & { readonly trending: number } {
  return {
    title: command.title,
    description: command.description ?? "",
    category: command.category ?? null,
    status: "open",
    pinned: false,
    moderationState,
    isHidden: false,
    visible: isVisible(moderationState, false, null),
    trending: initialTrending(now),
  };
}

const AUTHORS_FIELDS: ReadonlySet<string> = new Set(["title", "description", "category"]);

/** What whoever posted an item, and is no moderator, may change of it. Errors: FORBIDDEN, naming each other field. */
export function checkAuthorsFields(command: UpdateFeedback): Result<null, Failure> {
  const fields = Object.entries(command).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const errors = fields
    .filter((field) => !AUTHORS_FIELDS.has(field))
    .map((path) => ({ path, message: "only the team's moderators change this" }));
  const [first] = errors;
  return first === undefined ? ok(null) : err(failure("FORBIDDEN", `${first.path}: ${first.message}`, errors));
}

/** What the public sees of a change. */
export type Appearance = "appeared" | "changed" | "disappeared" | "unseen";

export type Revision = {
  /** False when every field already had its new value. */
  readonly changed: boolean;
  readonly content: Content;
  readonly appearance: Appearance;
};

/** Fields that the command leaves out stay as they are. */
export function reviseFeedback(
  current: Content & { readonly mergedInto: number | null },
  command: UpdateFeedback,
): Revision {
  const moderationState = command.moderationState ?? current.moderationState;
  const isHidden = command.isHidden ?? current.isHidden;
  const content: Content = {
    title: command.title ?? current.title,
    description: command.description ?? current.description,
    category: command.category === undefined ? current.category : command.category,
    status: command.status ?? current.status,
    pinned: command.pinned ?? current.pinned,
    moderationState,
    isHidden,
    visible: isVisible(moderationState, isHidden, current.mergedInto),
  };
  const keys = Object.keys(content) as (keyof Content)[];
  return {
    changed: keys.some((key) => content[key] !== current[key]),
    content,
    appearance: appearance(current.visible, content.visible),
  };
}

function appearance(before: boolean, after: boolean): Appearance {
  if (before) return after ? "changed" : "disappeared";
  return after ? "appeared" : "unseen";
}
