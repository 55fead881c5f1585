/**
 * What all of the console's handlers share: forms are taken only from our own pages, who is not signed in is sent to do so, a refusal becomes a page. Every page is the
 * visitor's own, so nothing of it is stored anywhere.
 */
import { checkSession } from "../../auth/sessions.ts";
import { clearedCookies } from "../../auth/session-cookies.ts";
import { readForm } from "../../edge/body.ts";
import { type Handler, isSecure, type Params, type RequestContext } from "../../edge/context.ts";
import { fromOwnOrigin } from "../../edge/own-origin.ts";
import { carries } from "../../edge/problem.ts";
import { FAILURES, type Failure, failure } from "../../errors.ts";
import { fault, log } from "../../log.ts";
import { err, ok, type Result } from "../../result.ts";
import { returnTarget } from "../../domain/return-target.ts";
import { SIGN_IN_PATH, withReturn } from "../../web/console/address.ts";
import { ConsoleFailurePage } from "../../web/console/failure.tsx";
import type { Attempt } from "../../web/console/fill.ts";
import type { Person, Shell } from "../../web/console/frame.tsx";
import { noticeFor } from "../../web/console/words.ts";
import { renderDocument } from "../../web/document.tsx";
import { pageResponse, seeOther } from "../../web/page/response.ts";
import { assetUrl } from "../assets.ts";

export type Answer = Promise<Result<Response, Failure>>;
export type Form = Readonly<Record<string, string>>;

/** A GET. Errors become a page, or the way to the sign-in. */
export function page(answer: (context: RequestContext, params: Params) => Answer): Handler {
  return guarded(async (context, params) => {
    const answered = await answer(context, params);
    return answered.ok ? answered.value : refuse(context, answered.error);
  });
}

/** A POST of one of our own forms. */
export function form(answer: (context: RequestContext, params: Params, fields: Form) => Answer): Handler {
  return guarded(async (context, params) => {
    if (!fromOwnOrigin(context))
      return refuse(context, failure("ORIGIN_NOT_ALLOWED", "The form came from another site."));
    const fields = await readForm(context.request);
    if (!fields.ok) return refuse(context, fields.error);
    const answered = await answer(context, params, fields.value);
    return answered.ok ? answered.value : refuse(context, answered.error);
  });
}

/** Who is signed in; the session is looked up, so that one that was ended shows nothing more. Errors: UNAUTHENTICATED; RATE_LIMITED, OVERLOADED and INTERNAL when it cannot be told, which signs nobody out. */
export async function requirePerson(context: RequestContext): Promise<Result<Person, Failure>> {
  const { caller, callerFailure } = context;
  if (callerFailure !== null) return err(callerFailure);
  if (caller.kind !== "account") return err(notSignedIn());
  const profile =
    caller.profile === null ? await checkSession(context, caller.userId, caller.sessionId) : ok(caller.profile);
  if (!profile.ok) return err(profile.error.code === "INVALID_TOKEN" ? notSignedIn() : profile.error);
  const { email, name } = profile.value;
  return ok({ userId: caller.userId, email, name });
}

export async function findPerson(context: RequestContext): Promise<Person | null> {
  const person = await requirePerson(context);
  return person.ok ? person.value : null;
}

function notSignedIn(): Failure {
  return failure("UNAUTHENTICATED", "Please sign in first.");
}

export function shellOf(context: RequestContext, person: Person | null): Shell {
  return {
    assets: { css: assetUrl("console.css"), js: assetUrl("console.js") },
    person,
    // A notice belongs to the page that was reached, not to a form refused at the same address.
    notice: context.request.method === "POST" ? null : noticeFor(context.url.searchParams.get("done")),
    nowMs: Date.now(),
  };
}

type ShowOptions = {
  readonly attempt?: Attempt | null;
  /** Instead of the policy of our other pages. */
  readonly policy?: string;
};

/** A refused form's page has the refusal's status. */
export function show(
  context: RequestContext,
  document: Parameters<typeof renderDocument>[0],
  { attempt = null, policy }: ShowOptions = {},
): Result<Response, never> {
  const failed = attempt?.failure;
  const status = failed === undefined ? 200 : FAILURES[failed.code].status;
  const response = pageResponse(renderDocument(document), context.origin, {
    // A page that asks for a password again is a page: 401 would ask for an Authorization header.
    status: status === 401 ? 400 : status,
    ...(policy === undefined ? {} : { policy }),
  });
  if (failed !== undefined) {
    carries(response, failed.code);
    if (failed.retryAfterSeconds !== undefined) response.headers.set("retry-after", String(failed.retryAfterSeconds));
  }
  return ok(response);
}

/** After something was done: the browser goes on with GET. */
export function goTo(path: string): Result<Response, never> {
  return ok(seeOther(path, null));
}

/** Where a sign-in leads: a path of this site, whatever was asked for. */
export function ownTarget(requested: string | null | undefined): string {
  return returnTarget(requested ?? undefined, []);
}

function guarded(handler: Handler): Handler {
  return async (context, params) => {
    try {
      return await handler(context, params);
    } catch (error) {
      log("error", fault(context.requestId, "console", error));
      return refuse(context, failure("INTERNAL", "The request failed unexpectedly."));
    }
  };
}

async function refuse(context: RequestContext, failed: Failure): Promise<Response> {
  if (FAILURES[failed.code].status === 401) {
    // Of a session that has ended: every page would ask for it anew.
    if (context.caller.kind === "account") context.cookies.push(...clearedCookies(isSecure(context)));
    return seeOther(withReturn(SIGN_IN_PATH, ownTarget(context.url.pathname)), null);
  }
  const person = failed.code === "INTERNAL" || failed.code === "ORIGIN_NOT_ALLOWED" ? null : await findPerson(context);
  const view = ConsoleFailurePage({
    shell: { ...shellOf(context, person), notice: null },
    failed,
    requestId: context.requestId,
  });
  const response = pageResponse(renderDocument(view), context.origin, { status: FAILURES[failed.code].status });
  if (failed.retryAfterSeconds !== undefined) response.headers.set("retry-after", String(failed.retryAfterSeconds));
  return carries(response, failed.code);
}
