/** One synchronous transaction per command. A throw rolls back, and so does a failed `Result`: a command that is refused changes nothing. */
import type { Err, Result } from "../../src/result.ts";

class Refused extends Error {
  readonly refusal: Err<unknown>;
  constructor(refusal: Err<unknown>) {
    super("refused");
    this.refusal = refusal;
  }
}

/** Runs `command` in a transaction. Throws on a promise: an asynchronous callback would commit at its first await. */
export function transact<R extends Result<unknown, unknown>>(
  storage: { transactionSync<T>(closure: () => T): T },
  command: () => R,
): R {
  try {
    return storage.transactionSync(() => {
      const result = command();
      if (result instanceof Promise) throw new TypeError("a transaction must be synchronous");
      if (!result.ok) throw new Refused(result);
      return result;
    });
  } catch (thrown) {
    // The refusal left the closure as a throw, the only way to make the platform roll back.
    if (thrown instanceof Refused) return thrown.refusal as R & Err<unknown>;
    throw thrown;
  }
}
