/** One item of the demo. */
import type { Status } from "../../protocol/rest/feedback.ts";

export type DemoItem = {
  readonly title: string;
  readonly description: string;
  readonly category: string;
  /** Open when it is not given. */
  readonly status?: Status;
  readonly pinned?: true;
  /** What the votes on it add up to. */
  readonly votes: number;
};
