/** A board for counting on: items of every category and of some, planned or not, voted for by one person with weights. Item `n` is of the same kind as item `n + 20`. */
import type { env } from "cloudflare:workers";
import { done } from "./counted-verbs.ts";
import { callAs } from "./workerd.ts";

const CATEGORIES = ["api", "billing", "mobile"] as const;
const FORMATS = ["csv", "pdf", "calendar"] as const;
const PLANNED_EVERY = 5;
const VOTES_MAX = 40;

/** For the hook that fills it, on a machine that is busy. */
export const FILLING_TIMEOUT_MS = 60_000;

/** The board `ideas`, of a workspace that is there. `first` is the one who has voted. */
export async function variedBoard(stub: ReturnType<typeof env.WORKSPACE.getByName>, items: number): Promise<void> {
  const operator = callAs("operator", "workspace.configure");
  const visitor = callAs("anonymous", "feedback.write");
  await done(stub.createBoard(operator, { slug: "ideas", name: "Ideas" }));
  for (let n = 1; n <= items; n++) {
    const category = CATEGORIES[n % (CATEGORIES.length + 1)];
    const item = {
      title: `Idea ${String(n)}: export to ${FORMATS[n % FORMATS.length] ?? ""}`,
      description: "What it should do, in a sentence or two.",
      ...(category === undefined ? {} : { category }),
    };
    await done(stub.createFeedback(visitor, "ideas", item));
    if (n % PLANNED_EVERY === 0) await done(stub.updateFeedback(operator, "ideas", n, { status: "planned" }));
    await done(stub.castVote(operator, "ideas", n, { externalUserId: "first", weight: 1 + ((n * 7) % VOTES_MAX) }));
  }
}
