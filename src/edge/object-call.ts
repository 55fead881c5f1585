/** Calls an object: once more when the platform says that this is safe, and a busy or broken object becomes a failure, never an exception. */
import type { Workspace } from "../../objects/workspace.ts";
import { type Failure, failure } from "../errors.ts";
import { fault, log } from "../log.ts";
import { err, type Result } from "../result.ts";
import type { RequestContext } from "./context.ts";

type PlatformError = { readonly retryable?: boolean; readonly overloaded?: boolean };

/**
 * `call` gets a fresh stub each time: one that threw stays broken. Only calls that may run twice are tried again. Errors: those of the call, OVERLOADED,
 * INTERNAL.
 */
export async function callWorkspace<T>(
  context: RequestContext,
  slug: string,
  repeatable: boolean,
  call: (stub: DurableObjectStub<Workspace>) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call(context.env.WORKSPACE.getByName(slug));
    } catch (thrown) {
      const { retryable, overloaded } = thrown as PlatformError;
      if (repeatable && retryable === true && overloaded !== true && attempt === 1) continue;
      log("error", fault(context.requestId, `Workspace ${slug}`, thrown));
      if (overloaded === true || retryable === true)
        return err(failure("OVERLOADED", "The workspace is busy. Try again."));
      return err(failure("INTERNAL", "Something went wrong on our side."));
    }
  }
}
