/** Work that must not show in how long an answer takes, because it is done for some addresses and not for others. */
import type { RequestContext } from "../edge/context.ts";

/** The answer is on its way by then. */
const PAUSE_MS = 20;

/** `work` is begun after the answer, and the runtime waits for it. It catches its own errors. */
export function afterAnswer({ execution }: Pick<RequestContext, "execution">, work: () => Promise<void>): void {
  execution.waitUntil(pause(PAUSE_MS).then(work));
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
