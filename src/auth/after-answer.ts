/** What must not show in how long an answer takes, because it is done for some addresses and not for others, or takes longer for some. */
import type { RequestContext } from "../edge/context.ts";

/** The answer is on its way by then. */
const PAUSE_MS = 20;

/** `work` is begun after the answer, and the runtime waits for it. It catches its own errors. */
export function afterAnswer({ execution }: Pick<RequestContext, "execution">, work: () => Promise<void>): void {
  execution.waitUntil(pause(PAUSE_MS).then(work));
}

/** For whoever is refused, asking an Identity takes this long: one that nobody has used yet takes longer to answer, and nobody is to learn which are. */
const ASKING_MS = 100;

/** `askedMs`: how long it took already. */
export function padAsking(askedMs: number): Promise<void> {
  return pause(Math.max(0, ASKING_MS - askedMs));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
