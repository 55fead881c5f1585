/**
 * How the board's script and the form's (`widget-form.ts`), which is loaded when somebody begins to write, know each other. A page that was open before a deploy has an older board with a newer form: what
 * stands here is only ever added to, and the build does not shorten its names.
 */
export type BoardSide = {
  readonly origin: string;
  readonly workspace: string;
  /** Calls are made for somebody who is signed in. */
  readonly isSigned: () => boolean;
  /** Ideas that have this word, which the board learns of. */
  readonly search: (
    word: string,
    signal: AbortSignal,
  ) => Promise<readonly { readonly id: number; readonly title: string }[]>;
  /** A list of ideas that can be voted for; which ones `showMatches` says. */
  readonly matches: HTMLElement;
  readonly showMatches: (ids: readonly number[]) => void;
  /** Throws an `ApiError`. */
  readonly post: (idea: Idea) => Promise<void>;
  /** Back to the list. */
  readonly leave: () => Promise<void>;
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
