/**
 * The server-rendered pages: the board, one item, and the forms on them; landing, API reference and demo site. Views live in `web/page`,
 * rules and storage behind the object's methods. Whatever goes wrong here ends as a page with the right status.
 */
import { readForm } from "../edge/body.ts";
import { callOf, type Handler, type Params, type RequestContext } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { type Failure, failure } from "../errors.ts";
import { isSlug, randomId } from "../ids.ts";
import { fault, log } from "../log.ts";
import { feedbackIdParam } from "../protocol/rest/fields.ts";
import type { ListFeedback } from "../protocol/rest/feedback.ts";
import { type AssetUrls, renderDocument } from "../web/document.tsx";
import { type BoardAddress, boardHref, boardPath, changeView, itemPath } from "../web/page/address.ts";
import { BoardPage } from "../web/page/board.tsx";
import { DemoPage } from "../web/page/demo.tsx";
import { DocsPage } from "../web/page/docs.tsx";
import { FailurePage } from "../web/page/failure.tsx";
import { parseDraft, parseList } from "../web/page/forms.ts";
import { ItemPage } from "../web/page/item.tsx";
import { LandingPage } from "../web/page/landing.tsx";
import { type Draft, EMPTY_DRAFT } from "../web/page/post-form.tsx";
import { failureResponse, pageResponse, seeOther } from "../web/page/response.ts";
import { newVisitor, visitorCookie, visitorIn } from "../web/page/visitor-cookie.ts";
import { assetUrl } from "./assets.ts";

const DEFAULT_LIST = { sort: "vote_count", limit: 20 } as const satisfies ListFeedback;
/** Revalidated every time; a shared cache may keep what everybody sees, never what one visitor sees. */
const CACHE_SHARED = "public, max-age=0, must-revalidate";
const CACHE_PRIVATE = "private, no-cache";

/** GET /w/:workspace/:board */
export const boardPage: Handler = guarded(async (context, params) => {
  const query = parseList(context.url.searchParams);
  if (!query.ok) return refuse(context, params, query.error);
  const posted = feedbackIdParam.safeParse(context.url.searchParams.get("posted"));
  return showBoard(context, params, query.value, EMPTY_DRAFT, posted.success ? posted.data : null);
});

/** GET /w/:workspace/:board/:id */
export const itemPage: Handler = guarded(async (context, params) => {
  const address = addressOf(params);
  const id = feedbackIdParam.safeParse(params["id"]);
  if (address === null) return refuse(context, params, missingBoard());
  if (!id.success) return refuse(context, params, missingItem());
  const visitor = visitorIn(context.request.headers.get("cookie"));
  const found = await callWorkspace(context, address.workspace, true, (stub) =>
    stub.itemPage(callOf(context), address.board, id.data, visitor),
  );
  if (!found.ok) return refuse(context, params, found.error);
  return show(context, ItemPage({ origin: originOf(context), assets: assetUrls(), ...found.value, nowMs: Date.now() }));
});

/** POST /w/:workspace/:board */
export const postFeedback: Handler = guarded(async (context, params) => {
  const address = addressOf(params);
  if (address === null) return refuse(context, params, missingBoard());
  if (!fromOwnPage(context)) return refuse(context, params, foreignForm());
  const form = await readForm(context.request);
  if (!form.ok) return refuse(context, params, form.error);
  const visitor = identify(context);
  const command = parseDraft(form.value, visitor.id);
  if (!command.ok)
    return showBoard(context, params, DEFAULT_LIST, { ...entered(form.value), errors: command.error }, null);
  const created = await callWorkspace(context, address.workspace, false, (stub) =>
    stub.createFeedback(callOf(context), address.board, command.value),
  );
  if (!created.ok) {
    const { errors } = created.error;
    if (errors === undefined) return refuse(context, params, created.error);
    return showBoard(context, params, DEFAULT_LIST, { ...entered(form.value), errors }, null);
  }
  const id = String(created.value.item.id);
  return seeOther(`${boardPath(address)}?sort=created_at&posted=${id}#f-${id}`, visitor.cookie);
});

/** POST /w/:workspace/:board/:id/vote */
export const postVote: Handler = guarded(async (context, params) => {
  const address = addressOf(params);
  const id = feedbackIdParam.safeParse(params["id"]);
  if (address === null) return refuse(context, params, missingBoard());
  if (!id.success) return refuse(context, params, missingItem());
  if (!fromOwnPage(context)) return refuse(context, params, foreignForm());
  const form = await readForm(context.request);
  if (!form.ok) return refuse(context, params, form.error);
  const { action, from, view } = form.value;
  if (action !== "vote" && action !== "unvote") {
    return refuse(context, params, failure("INVALID_REQUEST", "action: must be vote or unvote."));
  }
  const visitor = identify(context);
  const call = callOf(context);
  const { board } = address;
  const outcome = await callWorkspace<{ voted: boolean }>(context, address.workspace, true, (stub) =>
    action === "vote"
      ? stub.castVote(call, board, id.data, { externalUserId: visitor.id })
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
  show(context, LandingPage({ origin: originOf(context), assets: assetUrls(), demo: context.env.DEMO === "true" })),
);

/** GET /docs */
export const docsPage: Handler = guarded((context) =>
  show(context, DocsPage({ origin: originOf(context), assets: assetUrls() })),
);

/** GET /demo, only where the demo workspace is. */
export const demoPage: Handler = guarded((context, params) => {
  if (context.env.DEMO !== "true")
    return refuse(context, params, failure("NOT_FOUND", "There is no page at this address."));
  const nonce = randomId();
  const socket = originOf(context).replace(/^http/u, "ws");
  const policy = `default-src 'none'; script-src 'self'; style-src 'nonce-${nonce}'; img-src data:; connect-src 'self' ${socket}; base-uri 'none'`;
  return pageResponse(renderDocument(DemoPage({ nonce })), originOf(context), { policy });
});

/** An address that is nothing, for whoever asks with a browser. */
export const missingPage: Handler = guarded((context, params) =>
  refuse(context, params, failure("NOT_FOUND", "There is no page at this address.")),
);

/** A throw is a bug or the platform's fault: it goes to the log, and a plain page to the visitor. */
function guarded(handler: Handler): Handler {
  return async (context, params) => {
    try {
      return await handler(context, params);
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
  posted: number | null,
): Promise<Response> {
  const address = addressOf(params);
  if (address === null) return refuse(context, params, missingBoard());
  const visitor = visitorIn(context.request.headers.get("cookie"));
  const found = await callWorkspace(context, address.workspace, true, (stub) =>
    stub.boardPage(callOf(context), address.board, query, visitor),
  );
  if (!found.ok) return refuse(context, params, found.error);
  const { sort, status, category, q, cursor } = query;
  const view = changeView({ sort }, { status, category, q, cursor });
  const page = BoardPage({
    origin: originOf(context),
    assets: assetUrls(),
    ...found.value,
    view,
    draft,
    posted,
    nowMs: Date.now(),
  });
  return show(context, page, draft.errors.length === 0 ? 200 : 400);
}

function show(context: RequestContext, page: Parameters<typeof renderDocument>[0], status = 200): Response {
  const personal = context.request.method === "POST" || context.request.headers.has("cookie");
  const response = pageResponse(renderDocument(page), originOf(context), {
    status,
    cacheControl: personal ? CACHE_PRIVATE : CACHE_SHARED,
  });
  response.headers.set("vary", "cookie");
  return response;
}

function refuse(context: RequestContext, params: Params, failed: Failure): Response {
  const address = addressOf(params);
  const missing = failed.code === "WORKSPACE_NOT_FOUND" || failed.code === "BOARD_NOT_FOUND";
  const back =
    address === null || missing
      ? { href: "/", label: "To the front page" }
      : { href: boardPath(address), label: "Back to the board" };
  const page = FailurePage({ failed, requestId: context.requestId, assets: assetUrls(), back });
  return failureResponse(renderDocument(page), originOf(context), failed);
}

/** Null for slugs that nothing can have: no object is woken for them. */
function addressOf(params: Params): BoardAddress | null {
  const { workspace, board } = params;
  if (workspace === undefined || board === undefined || !isSlug(workspace) || !isSlug(board)) return null;
  return { workspace, board };
}

function missingBoard(): Failure {
  return failure("BOARD_NOT_FOUND", "No board lives at this address. It may have been renamed or removed.");
}

function missingItem(): Failure {
  return failure("FEEDBACK_NOT_FOUND", "No idea lives at this address. It may have been removed.");
}

function foreignForm(): Failure {
  return failure(
    "ORIGIN_NOT_ALLOWED",
    "Forms are only taken from the board's own page. Open the board and try again there.",
  );
}

/**
 * Cross-site request forgery: the browser itself says where a form came from. `Sec-Fetch-Site` comes only over HTTPS or from localhost,
 * `Origin` with every POST of the last ten years; a request with neither is not a browser's form.
 */
function fromOwnPage(context: RequestContext): boolean {
  const { headers } = context.request;
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  const origin = headers.get("origin");
  return origin !== null && (origin === context.url.origin || origin === originOf(context));
}

function identify(context: RequestContext): { readonly id: string; readonly cookie: string | null } {
  const known = visitorIn(context.request.headers.get("cookie"));
  if (known !== null) return { id: known, cookie: null };
  const id = newVisitor();
  return { id, cookie: visitorCookie(id, originOf(context).startsWith("https:")) };
}

function entered(form: Readonly<Record<string, string>>): Omit<Draft, "errors"> {
  const { title = "", description = "", category = "" } = form;
  return { title, description, category };
}

function originOf({ env, url }: RequestContext): string {
  return env.PUBLIC_ORIGIN === "" ? url.origin : env.PUBLIC_ORIGIN;
}

function assetUrls(): AssetUrls {
  return {
    boardCss: assetUrl("board.css"),
    boardJs: assetUrl("board.js"),
    docsCss: assetUrl("docs.css"),
    docsJs: assetUrl("docs.js"),
  };
}
