/** Calls an object: once more when the platform says that this is safe, and a busy or broken object becomes a failure, never an exception. */
import type { Identity } from "../../objects/identity.ts";
import type { User } from "../../objects/user.ts";
import type { Workspace } from "../../objects/workspace.ts";
import { type Failure, failure, workspaceNotFound } from "../errors.ts";
import { isSlug } from "../ids.ts";
import { fault, log } from "../log.ts";
import { err, type Result } from "../result.ts";
import type { RequestContext } from "./context.ts";

type PlatformError = { readonly retryable?: boolean; readonly overloaded?: boolean };

/** Errors: those of the call, OVERLOADED, INTERNAL. `repeatable`: running it twice does no harm. */
export function callWorkspace<T>(
  context: RequestContext,
  slug: string,
  repeatable: boolean,
  call: (stub: DurableObjectStub<Workspace>) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  // A name that no workspace can have: no object is woken for it.
  if (!isSlug(slug)) return Promise.resolve(err(workspaceNotFound()));
  return attempt(context, `Workspace ${slug}`, repeatable, () => call(context.env.WORKSPACE.getByName(slug)));
}

/** The same for a person's object. */
export function callUser<T>(
  context: RequestContext,
  userId: string,
  repeatable: boolean,
  call: (stub: DurableObjectStub<User>) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  return attempt(context, "User", repeatable, () => call(context.env.USER.getByName(userId)));
}

/** The same for a way to sign in. */
export function callIdentity<T>(
  context: RequestContext,
  name: string,
  repeatable: boolean,
  call: (stub: DurableObjectStub<Identity>) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  return attempt(context, "Identity", repeatable, () => call(context.env.IDENTITY.getByName(name)));
}

/** `call` takes a fresh stub each time: one that threw stays broken. */
async function attempt<T>(
  context: RequestContext,
  where: string,
  repeatable: boolean,
  call: () => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (thrown) {
      const { retryable, overloaded } = thrown as PlatformError;
      if (repeatable && retryable === true && overloaded !== true && tries === 1) continue;
      return err(failureOf(thrown, context.requestId, where));
    }
  }
}

/** What an object's throw is to the caller: busy, or a fault, which is logged. */
export function failureOf(thrown: unknown, requestId: string, where: string): Failure {
  log("error", fault(requestId, where, thrown));
  const { retryable, overloaded } = thrown as PlatformError;
  if (overloaded === true || retryable === true) return failure("OVERLOADED", "It is busy just now. Try again.");
  return failure("INTERNAL", "Something went wrong on our side.");
}
