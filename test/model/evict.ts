/** Evictions that a busy machine may refuse. */
import { evictDurableObject } from "cloudflare:test";

const TRIES = 3;

/** Evicts the object. False: the test runtime saw it in use each time and gave up, as it does on a busy machine; it goes on in memory, which is a history as good as any. */
export async function evict(stub: DurableObjectStub, webSockets: "close" | "hibernate"): Promise<boolean> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    try {
      await evictDurableObject(stub, { webSockets });
      return true;
    } catch (thrown) {
      if (!String(thrown).includes("active references")) throw thrown;
    }
  }
  return false;
}
