/**
 * The server-rendered pages: the board and the forms on it; landing, API reference and demo site. Views live in `web/page`,
 * rules and storage behind the object's methods. Whatever goes wrong here ends as a page with the right status.
 */
import { readForm } from "../edge/body.ts";
import { idempotencyOf, readIdempotencyKey } from "../edge/idempotency.ts";
import { botRefusal } from "../edge/bots.ts";
import { callOf, type Handler, isSecure, type Params, type RequestContext } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { fromOwnOrigin } from "../edge/own-origin.ts";
import { challengeKey, passChallenge, siteKeyOf } from "../edge/turnstile.ts";
import { type Failure, failure } from "../errors.ts";
import { isSlug, randomId } from "../ids.ts";
import { fault, log } from "../log.ts";
import { feedbackIdParam } from "../protocol/rest/fields.ts";
import type { ListFeedback } from "../protocol/rest/feedback.ts";
import { type AssetUrls, renderDocument } from "../web/document.tsx";
import { type BoardAddress, boardHref, boardPath, changeView, itemPath } from "../web/page/address.ts";
import { BoardPage, WAITING } from "../web/page/board.tsx";
import { DemoPage } from "../web/page/demo.tsx";
import { DocsPage } from "../web/page/docs.tsx";
import { FailurePage } from "../web/page/failure.tsx";
import { parseDraft, parseList } from "../web/page/forms.ts";
import { LandingPage } from "../web/page/landing.tsx";
import { inWords } from "../web/page/in-words.ts";
import { type Draft, EMPTY_DRAFT } from "../web/page/post-form.tsx";
import { CHALLENGES, failureResponse, pageResponse, seeOther } from "../web/page/response.ts";
import { newVisitor, visitorCookie, visitorIn } from "../web/page/visitor-cookie.ts";
import { assetUrl } from "./assets.ts";
import { asNobody, framed, isEmbedded, policyOf } from "./embedded.ts";
import { postOrOpen } from "./post-or-open.ts";

const DEFAULT_LIST = { sort: "vote_count", limit: 20 } as const satisfies ListFeedback;
/** Revalidated every time; a shared cache may keep what everybody sees, never what one visitor sees. */
const CACHE_SHARED = "public, max-age=0, must-revalidate";
const CACHE_PRIVATE = "private, no-cache";

/** GET /w/:workspace/:board */
export const boardPage: Handler = guarded(async (context, params) => {
  const query = parseList(context.url.searchParams);
  if (!query.ok) return refuse(context, params, query.error);
  return showBoard(context, params, query.value, EMPTY_DRAFT, postedIn(context));
});

/** What the visitor has just posted. */
function postedIn({ url }: RequestContext): number | typeof WAITING | null {
  const asked = url.searchParams.get("posted");
  const id = feedbackIdParam.safeParse(asked);
  return id.success ? id.data : asked === WAITING ? WAITING : null;
}

/** POST /w/:workspace/:board */
export const postFeedback: Handler = guarded(async (context, params) => {
  const address = addressOf(context, params);
  if (address === null) return refuse(context, params, missingBoard());
  if (!fromOwnOrigin(context)) return refuse(context, params, foreignForm());
  // Who is signed in would act as a stranger.
  if (context.callerFailure !== null) return refuse(context, params, context.callerFailure);
  const bot = await botRefusal(context, "write");
  if (bot !== null) return refuse(context, params, bot);
  const key = readIdempotencyKey(context);
  if (!key.ok) return refuse(context, params, key.error);
  const form = await readForm(context.request);
  if (!form.ok) return refuse(context, params, form.error);
  const visitor = identify(context);
  const command = parseDraft(form.value, visitor.id);
  if (!command.ok)
    return showBoard(context, params, DEFAULT_LIST, { ...entered(form.value), errors: command.error }, null);
  const { turnstileToken, ...draft } = command.value;
  const again = (refused: Failure) =>
    showBoard(context, params, DEFAULT_LIST, { ...entered(form.value), errors: [], refused }, null);
  const acting = onceOnly(actingAs(context, visitor.id), key.value, { board: address.board, ...entered(form.value) });
  const passed = await passChallenge(acting, turnstileToken);
  if (!passed.ok) return again(passed.error);
  const created = await postOrOpen(acting, address.workspace, address.board, draft);
  if (!created.ok) {
    const { errors, code } = created.error;
    if (code === "RATE_LIMITED") return again(inWords(created.error));
    if (errors === undefined) return refuse(context, params, created.error);
    return showBoard(context, params, DEFAULT_LIST, { ...entered(form.value), errors }, null);
  }
  if (created.value.isHeld) {
    return seeOther(`${boardPath(address)}?sort=created_at&posted=${WAITING}#list`, visitor.cookie);
  }
  const id = String(created.value.item.id);
  return seeOther(`${boardPath(address)}?sort=created_at&posted=${id}#f-${id}`, visitor.cookie);
});

/** POST /w/:workspace/:board/:id/vote */
export const postVote: Handler = guarded(async (context, params) => {
  const address = addressOf(context, params);
  const id = feedbackIdParam.safeParse(params["id"]);
  if (address === null) return refuse(context, params, missingBoard());
  if (!id.success) return refuse(context, params, missingItem());
  if (!fromOwnOrigin(context)) return refuse(context, params, foreignForm());
  // Who is signed in would act as a stranger.
  if (context.callerFailure !== null) return refuse(context, params, context.callerFailure);
  const bot = await botRefusal(context, "write");
  if (bot !== null) return refuse(context, params, bot);
  const form = await readForm(context.request);
  if (!form.ok) return refuse(context, params, form.error);
  const { action, from, view } = form.value;
  if (action !== "vote" && action !== "unvote") {
    return refuse(context, params, failure("INVALID_REQUEST", "action: must be vote or unvote."));
  }
  const visitor = identify(context);
  const call = callOf(context);
  const { board } = address;
  const acting = actingAs(context, visitor.id);
  const outcome = await callWorkspace<{ voted: boolean }>(acting, address.workspace, true, (stub) =>
    action === "vote"
      ? stub.castVote(call, board, id.data, visitor.id === undefined ? {} : { externalUserId: visitor.id })
      : stub.removeVote(call, board, id.data, visitor.id),
  );
  if (!outcome.ok) return refuse(context, params, outcome.error);
  if (from === "item") return seeOther(itemPath(address, id.data), visitor.cookie);
  // Only a list's own parameters survive the parse: the form cannot send anybody elsewhere.
  const list = parseList(new URLSearchParams(view ?? ""));
  const back = boardHref(address, list.ok ? list.value : DEFAULT_LIST);
  return seeOther(`${back}#f-${String(id.data)}`, visitor.cookie);
});

/** GET / */
export const landingPage: Handler = guarded((context) =>
  show(context, LandingPage({ origin: context.origin, assets: assetUrls(), demo: context.env.DEMO === "true" })),
);

/** GET /docs */
export const docsPage: Handler = guarded((context) =>
  show(context, DocsPage({ origin: context.origin, assets: assetUrls() })),
);

/** GET /demo, only where the demo workspace is. */
export const demoPage: Handler = guarded((context, params) => {
  if (context.env.DEMO !== "true")
    return refuse(context, params, failure("NOT_FOUND", "There is no page at this address."));
  const nonce = randomId();
  const socket = context.origin.replace(/^http/u, "ws");
  const challenge = siteKeyOf(context.env) === null ? "" : CHALLENGES;
  const policy = `default-src 'none'; script-src 'self' ${challenge}; frame-src ${challenge || "'none'"}; style-src 'nonce-${nonce}'; img-src data:; connect-src 'self' ${socket}; form-action 'none'; frame-ancestors 'none'; base-uri 'none'`;
  return pageResponse(renderDocument(DemoPage({ nonce })), context.origin, { policy });
});

/** An address that is nothing, for whoever asks with a browser. */
export const missingPage: Handler = guarded((context, params) =>
  refuse(context, params, failure("NOT_FOUND", "There is no page at this address.")),
);

/** A throw is a bug or the platform's fault: it goes to the log, and a plain page to the visitor. */
export function guarded(handler: Handler): Handler {
  return async (context, params) => {
    try {
      return await handler(asNobody(context), params);
    } catch (error) {
      log("error", fault(context.requestId, "pages", error));
      return refuse(
        context,
        params,
        failure("INTERNAL", "The request failed unexpectedly. Please try again in a moment."),
      );
    }
  };
}

async function showBoard(
  context: RequestContext,
  params: Params,
  query: ListFeedback,
  draft: Draft,
  posted: number | typeof WAITING | null,
): Promise<Response> {
  const address = addressOf(context, params);
  if (address === null) return refuse(context, params, missingBoard());
  const visitor = visitorIn(context.request.headers.get("cookie"));
  // Also where a form that was not taken is shown again.
  const reading: RequestContext = { ...context, limit: "read" };
  const found = await callWorkspace(reading, address.workspace, true, (stub) =>
    stub.boardPage(callOf(reading), address.board, query, visitor),
  );
  if (!found.ok) return refuse(context, params, found.error);
  const { sort, status, category, q, cursor } = query;
  const view = changeView({ sort }, { status, category, q, cursor });
  const { allowedOrigins, ...facts } = found.value;
  const page = BoardPage({
    ...factsOf(context),
    ...facts,
    view,
    draft,
    challengeKey: challengeKey(context),
    posted,
    nowMs: Date.now(),
  });
  const shown = { allowedOrigins, refused: draft.refused, challenge: challengeKey(context) !== null };
  return show(context, page, { ...shown, status: draft.errors.length === 0 ? 200 : 400 });
}

/** What every board's page is told of the request. */
export function factsOf(context: RequestContext) {
  return {
    origin: context.origin,
    assets: assetUrls(),
    signedIn: isSignedIn(context),
    embedded: isEmbedded(context),
  };
}

type Shown = {
  readonly status?: number;
  /** Why the page's form was not taken, although no field is at fault. */
  readonly refused?: Failure | undefined;
  /** Of a board's page: which sites may write to it, and so may frame its embedded form. */
  readonly allowedOrigins?: readonly string[];
  /** It shows Turnstile's. */
  readonly challenge?: boolean;
};

export function show(context: RequestContext, page: Parameters<typeof renderDocument>[0], shown: Shown = {}): Response {
  const { method, headers } = context.request;
  const { status = 200, refused, challenge, allowedOrigins = [] } = shown;
  const personal = method === "POST" || headers.has("cookie") || headers.has("authorization");
  const options = {
    // What a renewed session's cookies come with is nobody's to keep.
    cacheControl: context.cookies.length > 0 ? "no-store" : personal ? CACHE_PRIVATE : CACHE_SHARED,
    policy: policyOf(context, allowedOrigins, challenge),
  };
  const html = renderDocument(page);
  const response =
    refused === undefined
      ? pageResponse(html, context.origin, { ...options, status })
      : failureResponse(html, context.origin, refused, options);
  response.headers.set("vary", "cookie, authorization");
  return framed(context, response);
}

export function refuse(context: RequestContext, params: Params, failed: Failure): Response {
  const address = addressOf(context, params);
  const missing = failed.code === "WORKSPACE_NOT_FOUND" || failed.code === "BOARD_NOT_FOUND";
  const back =
    address === null || missing
      ? { href: "/", label: "To the front page" }
      : { href: boardPath(address), label: "Back to the board" };
  const page = FailurePage({ failed: inWords(failed), requestId: context.requestId, assets: assetUrls(), back });
  const policy = policyOf(context, []);
  return framed(context, failureResponse(renderDocument(page), context.origin, failed, { policy }));
}

/** Limits count by who acts. */
export function actingAs(context: RequestContext, person: string | undefined): RequestContext {
  return { ...context, person: person ?? null };
}

/** Null for slugs that nothing can have: no object is woken for them. */
export function addressOf(context: RequestContext, params: Params): BoardAddress | null {
  const { workspace, board } = params;
  if (workspace === undefined || board === undefined || !isSlug(workspace) || !isSlug(board)) return null;
  return { workspace, board, embedded: isEmbedded(context) };
}

export function missingBoard(): Failure {
  return failure("BOARD_NOT_FOUND", "No board lives at this address. It may have been renamed or removed.");
}

export function missingItem(): Failure {
  return failure("FEEDBACK_NOT_FOUND", "No idea lives at this address. It may have been removed.");
}

export function foreignForm(): Failure {
  return failure(
    "ORIGIN_NOT_ALLOWED",
    "Forms are only taken from the board's own page. Open the board and try again there.",
  );
}

/** As whom a form acts: a signed-in visitor as their account, which goes by no id of ours; others by their visitor's cookie. */
export function identify(context: RequestContext): { readonly id: string | undefined; readonly cookie: string | null } {
  if (isSignedIn(context)) return { id: undefined, cookie: null };
  const known = visitorIn(context.request.headers.get("cookie"));
  if (known !== null) return { id: known, cookie: null };
  const id = newVisitor();
  return { id, cookie: visitorCookie(id, isSecure(context), isEmbedded(context)) };
}

function isSignedIn({ caller }: RequestContext): boolean {
  return caller.kind === "account";
}

/** The page's script says when it sends a form once more. Not whose: a visitor who is new gets another id with every try. */
export function onceOnly(context: RequestContext, key: string | null, asked: object): RequestContext {
  return key === null ? context : { ...context, idempotency: idempotencyOf(context, key, asked) };
}

function entered(form: Readonly<Record<string, string>>): Omit<Draft, "errors"> {
  const { title = "", description = "", category = "" } = form;
  return { title, description, category };
}

function assetUrls(): AssetUrls {
  return {
    boardCss: assetUrl("board.css"),
    boardJs: assetUrl("board.js"),
    roadmapJs: assetUrl("roadmap.js"),
    docsCss: assetUrl("docs.css"),
    docsJs: assetUrl("docs.js"),
  };
}
