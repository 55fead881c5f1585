/** Feedback items: what a new one looks like, what a change means for those who watch. */
import type { CreateFeedback, ModerationState, Status, UpdateFeedback } from "../protocol/rest/feedback.ts";
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

export function isVisible(moderationState: ModerationState, isHidden: boolean): boolean {
  return moderationState === "approved" && !isHidden;
}

/** A new item is open and, while workspaces have no moderation policy, approved. */
export function draftFeedback(command: CreateFeedback, now: number): Content & { readonly trending: number } {
  return {
    title: command.title,
    description: command.description ?? "",
    category: command.category ?? null,
    status: "open",
    pinned: false,
    moderationState: "approved",
    isHidden: false,
    visible: true,
    trending: initialTrending(now),
  };
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
export function reviseFeedback(current: Content, command: UpdateFeedback): Revision {
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
    visible: isVisible(moderationState, isHidden),
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
