/** The page of one item and the forms of its discussion, which work without JavaScript. A form that is not taken comes back on the page, with what was written and why. */
import { readForm } from "../edge/body.ts";
import { botRefusal } from "../edge/bots.ts";
import { callOf, type Handler, type Params, type RequestContext } from "../edge/context.ts";
import { readIdempotencyKey } from "../edge/idempotency.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { fromOwnOrigin } from "../edge/own-origin.ts";
import type { Failure } from "../errors.ts";
import { CURSOR_CHARS_MAX } from "../limits.ts";
import { feedbackIdParam } from "../protocol/rest/fields.ts";
import { err, ok, type Result } from "../result.ts";
import { type BoardAddress, itemPath } from "../web/page/address.ts";
import { type CommentForm, isCommentProblem, parseCommentForm, whyNotSaid } from "../web/page/comment-forms.ts";
import { commentAnchor, type CommentDraft, NO_COMMENT, type ShownComment } from "../web/page/comments.tsx";
import { ItemPage } from "../web/page/item.tsx";
import { seeMerged, seeOther } from "../web/page/response.ts";
import { visitorIn } from "../web/page/visitor-cookie.ts";
import {
  actingAs,
  addressOf,
  factsOf,
  foreignForm,
  guarded,
  identify,
  missingBoard,
  missingItem,
  onceOnly,
  refuse,
  show,
} from "./pages.ts";

type Place = { readonly address: BoardAddress; readonly id: number };
type Asked = { readonly after: string | null; readonly notice: string | null };

/** GET /w/:workspace/:board/:id */
export const itemPage: Handler = guarded(async (context, params) => {
  const place = placeOf(context, params);
  if (!place.ok) return refuse(context, params, place.error);
  const { searchParams } = context.url;
  const asked = { after: afterIn(searchParams.get("after")), notice: noticeIn(searchParams) };
  const target = (act: string) => feedbackIdParam.safeParse(searchParams.get(act)).data ?? null;
  const [reply, edit] = [target("reply"), target("edit")];
  return showItem(context, params, place.value, asked, ({ comments, editable }) => {
    const found = comments.find(({ id, isDeleted }) => id === (edit ?? reply) && !isDeleted);
    if (found === undefined) return NO_COMMENT;
    if (edit === null) return { ...NO_COMMENT, kind: "reply", target: found.id };
    return editable.includes(edit) ? { ...NO_COMMENT, kind: "edit", target: edit, body: found.body } : NO_COMMENT;
  });
});

/** POST /w/:workspace/:board/:id/comments */
export const postComment: Handler = guarded(async (context, params) => {
  const posted = await postedForm(context, params);
  if (!posted.ok) return refuse(context, params, posted.error);
  const { place, key, form } = posted.value;
  const { address, id } = place;
  const visitor = identify(context);
  const draft: CommentDraft = { ...draftOf(form), kind: form.parentId === undefined ? "new" : "reply" };
  if (form.problem !== undefined) return again(context, params, place, form, { ...draft, message: form.problem });
  const { body, parentId, isInternal } = form;
  const acting = onceOnly(actingAs(context, visitor.id), key, { ...address, id, body, parentId, isInternal });
  const written = await callWorkspace<{ item: { id: number }; isHeld: boolean }>(
    acting,
    address.workspace,
    false,
    (stub) =>
      stub.createComment(callOf(acting), address.board, id, {
        body,
        ...(parentId === undefined ? {} : { parentId }),
        ...(isInternal ? { isInternal } : {}),
        ...(visitor.id === undefined ? {} : { externalUserId: visitor.id }),
      }),
  );
  if (!written.ok) return refusedSaying(context, params, place, form, draft, written.error);
  const { item, isHeld } = written.value;
  const done = isHeld ? discussionHref(place, form, "held", null) : discussionHref(place, form, "new", item.id);
  return seeOther(done, visitor.cookie);
});

/** POST /w/:workspace/:board/:id/comments/:comment */
export const changeComment: Handler = guarded(async (context, params) => {
  const posted = await postedForm(context, params);
  if (!posted.ok) return refuse(context, params, posted.error);
  const comment = feedbackIdParam.safeParse(params["comment"]);
  if (!comment.success) return refuse(context, params, missingItem());
  const { place, key, form } = posted.value;
  const { address, id } = place;
  const draft: CommentDraft = { ...draftOf(form), kind: "edit", target: comment.data };
  const acting = onceOnly(context, key, { ...address, id, comment: comment.data, ...form });
  const call = callOf(acting);
  if (form.action === "delete") {
    const deleted = await callWorkspace(acting, address.workspace, false, (stub) =>
      stub.deleteComment(call, address.board, id, comment.data),
    );
    if (!deleted.ok) return refusedSaying(context, params, place, form, draft, deleted.error);
    return seeOther(discussionHref(place, form, "deleted", null), null);
  }
  if (form.problem !== undefined) return again(context, params, place, form, { ...draft, message: form.problem });
  const changed = await callWorkspace<{ isHeld: boolean }>(acting, address.workspace, true, (stub) =>
    stub.updateComment(call, address.board, id, comment.data, { body: form.body }),
  );
  if (!changed.ok) return refusedSaying(context, params, place, form, draft, changed.error);
  const done = changed.value.isHeld
    ? discussionHref(place, form, "held", null)
    : discussionHref(place, form, "saved", comment.data);
  return seeOther(done, null);
});

type Posted = { readonly place: Place; readonly key: string | null; readonly form: CommentForm };

/** What both forms are asked first. */
async function postedForm(context: RequestContext, params: Params): Promise<Result<Posted, Failure>> {
  const place = placeOf(context, params);
  if (!place.ok) return place;
  if (!fromOwnOrigin(context)) return err(foreignForm());
  // Who is signed in would act as a stranger.
  if (context.callerFailure !== null) return err(context.callerFailure);
  const bot = await botRefusal(context, "write");
  if (bot !== null) return err(bot);
  const key = readIdempotencyKey(context);
  if (!key.ok) return key;
  const fields = await readForm(context.request);
  if (!fields.ok) return fields;
  return ok({ place: place.value, key: key.value, form: parseCommentForm(fields.value) });
}

function placeOf(context: RequestContext, params: Params): Result<Place, Failure> {
  const address = addressOf(context, params);
  const id = feedbackIdParam.safeParse(params["id"]);
  if (address === null) return err(missingBoard());
  return id.success ? ok({ address, id: id.data }) : err(missingItem());
}

type Discussed = { readonly comments: readonly ShownComment[]; readonly editable: readonly number[] };

async function showItem(
  context: RequestContext,
  params: Params,
  { address, id }: Place,
  { after, notice }: Asked,
  draftAmong: (discussed: Discussed) => CommentDraft,
  refused?: Failure,
): Promise<Response> {
  const visitor = visitorIn(context.request.headers.get("cookie"));
  // Also where a form that was not taken is shown again.
  const reading: RequestContext = { ...context, who: "board.read", limit: "read", idempotency: null };
  const found = await callWorkspace(reading, address.workspace, true, (stub) =>
    stub.itemPage(callOf(reading), address.board, id, visitor, after),
  );
  if (!found.ok) return refuse(context, params, found.error);
  if ("movedTo" in found.value) {
    const { board, id: target } = found.value.movedTo;
    return seeMerged(itemPath({ ...address, board }, target));
  }
  const { allowedOrigins, discussion, ...shown } = found.value;
  const { items: comments, editable, nextCursor } = discussion;
  const draft = draftAmong({ comments, editable });
  const page = ItemPage({
    ...factsOf(context),
    ...shown,
    discussion: { comments, editable, nextCursor, after, draft, notice },
    nowMs: Date.now(),
  });
  const status = draft.message === null ? 200 : 400;
  return show(context, page, { allowedOrigins, status, ...(refused === undefined ? {} : { refused }) });
}

/** The form as it was, with what is wrong with it. */
function again(
  context: RequestContext,
  params: Params,
  place: Place,
  { after }: CommentForm,
  draft: CommentDraft,
  refused?: Failure,
): Promise<Response> {
  return showItem(context, params, place, { after, notice: null }, () => draft, refused);
}

/** What was written is kept where trying again may help. */
function refusedSaying(
  context: RequestContext,
  params: Params,
  place: Place,
  form: CommentForm,
  draft: CommentDraft,
  failed: Failure,
): Promise<Response> | Response {
  if (!isCommentProblem(failed)) return refuse(context, params, failed);
  return again(context, params, place, form, { ...draft, message: whyNotSaid(failed) }, failed);
}

function draftOf({ body, isInternal, parentId }: CommentForm): CommentDraft {
  return { ...NO_COMMENT, body, isInternal, target: parentId ?? null };
}

const NOTICES = {
  new: "Thank you! Your comment is there.",
  saved: "The comment is changed.",
  held: "Thank you! A moderator will look at your comment before others see it.",
  deleted: "The comment is deleted.",
} as const;

/** The part of the discussion that the form stood on, and there the comment, if it is to be seen: `at` tells the page's script, which does not learn of the fragment. One that is beyond that part is not in sight, but the notice says that it is written. */
function discussionHref(
  { address, id }: Place,
  { after }: CommentForm,
  said: keyof typeof NOTICES,
  comment: number | null,
): string {
  const query = new URLSearchParams(after === null ? {} : { after });
  query.set("said", said);
  if (comment !== null) query.set("at", String(comment));
  return `${itemPath(address, id)}?${query.toString()}#${comment === null ? "comments" : commentAnchor(comment)}`;
}

/** Null for what no cursor can be: a link that was cut off shows the beginning. */
function afterIn(text: string | null): string | null {
  return text === null || text === "" || text.length > CURSOR_CHARS_MAX ? null : text;
}

function noticeIn(query: URLSearchParams): string | null {
  const said = query.get("said") ?? "";
  return Object.hasOwn(NOTICES, said) ? NOTICES[said as keyof typeof NOTICES] : null;
}
