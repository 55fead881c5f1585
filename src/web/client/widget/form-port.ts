/**
 * How the board's script and the form's (`widget-form.ts`), which is loaded when somebody begins to write, know each other. A page that was open before a deploy has an older board with a newer form: what
 * stands here is only ever added to, and the build does not shorten its names.
 */
import type { Status } from "../../../protocol/rest/feedback.ts";

export type BoardSide = {
  readonly origin: string;
  readonly workspace: string;
  readonly board: string;
  /** Calls are made for somebody who is signed in. */
  readonly isSigned: () => boolean;
  /** Ideas on any board that may say what this title says, best first; the board learns of them. One of before it was asked so searches its own for all of the words. */
  readonly search: (title: string, signal: AbortSignal) => Promise<readonly SimilarIdea[]>;
  /** A list of ideas that can be voted for; which ones `showMatches` says. */
  readonly matches: HTMLElement;
  readonly showMatches: (ids: readonly number[]) => void;
  /** Throws an `ApiError`. */
  readonly post: (idea: Idea) => Promise<void>;
  /** Back to the list. */
  readonly leave: () => Promise<void>;
};

export type SimilarIdea = {
  readonly id: number;
  readonly board: string;
  readonly title: string;
  readonly status: Status;
  readonly voteCount: number;
};

export type Idea = {
  readonly title: string;
  readonly description: string;
  readonly turnstileToken?: string | undefined;
};

export type FormSide = {
  readonly form: HTMLFormElement;
  /** It is shown, with this title if none was typed before. */
  readonly begin: (title: string) => void;
  /** It is hidden; what was typed stays. */
  readonly end: () => void;
};

/** What `widget-form.ts` exports under this name. */
export type OpenForm = (board: BoardSide) => FormSide;
