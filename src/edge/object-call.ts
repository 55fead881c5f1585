/** Calls an object: once more when the platform says that this is safe, and a busy or broken object becomes a failure, never an exception. */
import type { Identity } from "../../objects/identity.ts";
import type { User } from "../../objects/user.ts";
import type { Visitor } from "../../objects/visitor.ts";
import type { Workspace } from "../../objects/workspace.ts";
import type { Answered } from "../call.ts";
import { type Failure, failure, workspaceNotFound } from "../errors.ts";
import { quotasOf } from "../domain/rate-limits.ts";
import { isSlug } from "../ids.ts";
import { fault, log } from "../log.ts";
import { err, type Result } from "../result.ts";
import { noteWorkspace, refuseGuessing } from "./absent.ts";
import { noteReading, refusedAtEdge } from "./coarse-limit.ts";
import type { RequestContext } from "./context.ts";
import { deniedBefore, forgetDenials, isAnybodyDenied, noteDenial, type Subjects } from "./denials.ts";
import { visitorOf } from "./visitor.ts";

/** An object by its class and name. */
type Place = { readonly object: "Workspace" | "User" | "Identity" | "Visitor"; readonly name: string };

type PlatformError = { readonly retryable?: boolean; readonly overloaded?: boolean };

/** Errors: those of the call, OVERLOADED, INTERNAL. `repeatable`: running it twice does no harm. */
export function callWorkspace<T>(
  context: RequestContext,
  slug: string,
  repeatable: boolean,
  call: (stub: DurableObjectStub<Workspace>) => Promise<Answered<T>>,
): Promise<Result<T, Failure>> {
  // A name that no workspace can have: no object is woken for it.
  if (!isSlug(slug)) return Promise.resolve(err(workspaceNotFound()));
  return attempt(context, { object: "Workspace", name: slug }, repeatable, () =>
    call(context.env.WORKSPACE.getByName(slug)),
  );
}

/** The same for a person's object. */
export function callUser<T>(
  context: RequestContext,
  userId: string,
  repeatable: boolean,
  call: (stub: DurableObjectStub<User>) => Promise<Answered<T>>,
): Promise<Result<T, Failure>> {
  return attempt(context, { object: "User", name: userId }, repeatable, () => call(context.env.USER.getByName(userId)));
}

/** The same for a way to sign in. */
export function callIdentity<T>(
  context: RequestContext,
  name: string,
  repeatable: boolean,
  call: (stub: DurableObjectStub<Identity>) => Promise<Answered<T>>,
): Promise<Result<T, Failure>> {
  return attempt(context, { object: "Identity", name }, repeatable, () => call(context.env.IDENTITY.getByName(name)));
}

/** The same for a shard of those who are nobody yet; not once more, for it counts. */
export function callVisitor<T>(
  context: RequestContext,
  name: string,
  call: (stub: DurableObjectStub<Visitor>) => Promise<Answered<T>>,
): Promise<Result<T, Failure>> {
  return attempt(context, { object: "Visitor", name }, false, () => call(context.env.VISITOR.getByName(name)));
}

/** `call` takes a fresh stub each time: one that threw stays broken. */
async function attempt<T>(
  context: RequestContext,
  place: Place,
  repeatable: boolean,
  call: () => Promise<Answered<T>>,
): Promise<Result<T, Failure>> {
  const guessing = place.object === "Workspace" ? refuseGuessing(context, place.name) : null;
  const before = guessing ?? refusedBefore(context, place);
  if (before !== null) return heard(context, place, before);
  const isRead = context.limit === "read" && place.object === "Workspace";
  const atEdge = isRead ? await refusedAtEdge(context, place.name) : null;
  if (atEdge !== null) return heard(context, place, atEdge);
  for (let tries = 1; ; tries++) {
    try {
      return heard(context, place, await call());
    } catch (thrown) {
      const { retryable, overloaded } = thrown as PlatformError;
      if (repeatable && retryable === true && overloaded !== true && tries === 1) continue;
      return err(failureOf(thrown, context.requestId, loggedPlace(place)));
    }
  }
}

/** A workspace has other limits now: who was refused may be let through. */
export function forgetRefusals(workspace: string): void {
  forgetDenials(whereOf({ object: "Workspace", name: workspace }));
}

/** Takes off what stands beside the result, and remembers a refusal for as long as it lasts. */
function heard<T>(context: RequestContext, place: Place, answered: Answered<T>): Result<T, Failure> {
  const { limits, replayed, ...result } = answered;
  if (place.object === "Workspace" && (result.ok || result.error.code !== "RATE_LIMITED")) {
    noteWorkspace(context, place.name, result.ok || result.error.code !== "WORKSPACE_NOT_FOUND");
  }
  if (limits !== undefined) {
    context.heard.limits.push(...limits);
    if (place.object === "Workspace") noteReading(context, place.name, limits);
    if (!result.ok && result.error.code === "RATE_LIMITED") noteDenial(limits, subjectsOf(context, place), Date.now());
  }
  if (replayed === true) context.heard.replayed = true;
  return result;
}

function refusedBefore(context: RequestContext, place: Place): Answered<never> | null {
  const { limit, caller } = context;
  if (limit === null || caller.kind === "operator" || !isAnybodyDenied()) return null;
  const names = quotasOf(caller.kind === "key" && place.object !== "Visitor" ? "api-key" : limit);
  const denial = deniedBefore(names, subjectsOf(context, place), Date.now());
  return denial === null ? null : { ok: false, error: denial.failure, limits: denial.limits };
}

function subjectsOf({ caller, request, route, person, limit }: RequestContext, place: Place): Subjects {
  const subject = { place: whereOf(place), route, address: visitorOf(request) };
  // By session, whoever asks besides: see auth/sessions.ts.
  if (limit === "refresh") return { ...subject, person: `session:${person ?? ""}` };
  if (caller.kind === "account") return { ...subject, person: `account:${caller.userId}` };
  if (caller.kind === "key") return { ...subject, person: `key:${caller.hash}` };
  // Not verified here; but nobody has the signature of somebody else's.
  if (caller.kind === "identity") return { ...subject, person: `identity:${caller.token.split(".")[2] ?? ""}` };
  return { ...subject, person: person === null ? null : `bare:${person}` };
}

function whereOf({ object, name }: Place): string {
  return `${object} ${name}`;
}

/** People's objects are named after them, and a log has no business knowing whom. */
function loggedPlace(place: Place): string {
  return place.object === "User" || place.object === "Identity" ? place.object : whereOf(place);
}

/** What an object's throw is to the caller: busy, or a fault, which is logged. */
export function failureOf(thrown: unknown, requestId: string, where: string): Failure {
  log("error", fault(requestId, where, thrown));
  const { retryable, overloaded } = thrown as PlatformError;
  if (overloaded === true || retryable === true) return failure("OVERLOADED", "It is busy just now. Try again.");
  return failure("INTERNAL", "Something went wrong on our side.");
}
