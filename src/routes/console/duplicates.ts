/** Likely duplicates: what the workspace suggests, what was decided, and putting posts side by side by hand. */
import * as z from "zod";
import type { Params, RequestContext } from "../../edge/context.ts";
import { type Failure, invalidField } from "../../errors.ts";
import { isSlug } from "../../ids.ts";
import { Board } from "../../protocol/rest/boards.ts";
import { DuplicateGroup, ListDuplicates } from "../../protocol/rest/duplicates.ts";
import { MergedItem } from "../../protocol/rest/merges.ts";
import { SimilarFeedback } from "../../protocol/rest/similar.ts";
import { err, ok, type Result } from "../../result.ts";
import { duplicatesPath, type DuplicatesView, withNotice } from "../../web/console/address.ts";
import { DuplicatesPage } from "../../web/console/duplicates.tsx";
import { type Attempt, refused } from "../../web/console/fill.ts";
import { ask, askPage, tell } from "./ask.ts";
import { type Answer, type Form, page, show } from "./page.ts";
import { type Act, apiOf, forms, openTeam, settle, slugOf } from "./team.ts";

export const duplicatesPage = page((context, params) => showDuplicates(context, params, null));

async function showDuplicates(context: RequestContext, params: Params, attempt: Attempt | null): Answer {
  const visit = await openTeam(context, params, "feedback.moderate");
  if (!visit.ok) return visit;
  const view = viewOf(context.url.searchParams);
  const query = new URLSearchParams({
    status: view.status,
    ...(view.cursor === undefined ? {} : { cursor: view.cursor }),
  });
  const [groups, boards] = await Promise.all([
    askPage(context, z.array(DuplicateGroup), `${apiOf(params)}/duplicates?${query.toString()}`),
    ask(context, z.array(Board), "GET", `${apiOf(params)}/boards`),
  ]);
  if (!groups.ok) return groups;
  if (!boards.ok) return boards;
  const found = await search(context, params, view.title, boards.value);
  if (!found.ok) return found;
  const merged = await mergedOf(context, params, view);
  if (!merged.ok) return merged;
  const { shell, team } = visit.value;
  const { items, next } = groups.value;
  const facts = { shell, team, view, groups: items, next, boards: boards.value, found: found.value };
  return show(context, DuplicatesPage({ ...facts, merged: merged.value, attempt }), { attempt });
}

/** What somebody typed into the address wrongly is not asked for. */
function viewOf(sent: URLSearchParams): DuplicatesView {
  const given = [...sent].filter(([name, value]) => (name === "status" || name === "cursor") && value !== "");
  const asked = ListDuplicates.safeParse(Object.fromEntries(given));
  const { status, cursor } = asked.success ? asked.data : { status: "suggested" as const, cursor: undefined };
  const [title, item] = [sent.get("title")?.trim() ?? "", itemIn(sent.get("of") ?? "")];
  return { status, cursor, ...(title === "" ? {} : { title }), ...(item === null ? {} : { of: item }) };
}

/** `ideas/12`: what was merged into that. */
function itemIn(text: string): NonNullable<DuplicatesView["of"]> | null {
  const [board = "", id = ""] = text.split("/");
  return isSlug(board) && /^[1-9][0-9]{0,14}$/u.test(id) ? { board, id: Number(id) } : null;
}

async function search(
  context: RequestContext,
  params: Params,
  title: string | undefined,
  [board]: readonly Board[],
): Promise<Result<readonly SimilarFeedback[] | null, Failure>> {
  if (title === undefined || board === undefined) return ok(null);
  const query = new URLSearchParams({ title, limit: "10" }).toString();
  const found = await ask(
    context,
    z.array(SimilarFeedback),
    "GET",
    `/${encodeURIComponent(slugOf(params))}/${board.slug}/similar?${query}`,
  );
  // A text that cannot be searched for finds nothing.
  return !found.ok && found.error.code === "INVALID_REQUEST" ? ok([]) : found;
}

async function mergedOf(
  context: RequestContext,
  params: Params,
  { of }: DuplicatesView,
): Promise<Result<readonly MergedItem[] | null, Failure>> {
  if (of === undefined) return ok(null);
  const path = `/${encodeURIComponent(slugOf(params))}/${of.board}/feedback/${String(of.id)}/merged`;
  const merged = await ask(context, z.array(MergedItem), "GET", path);
  return !merged.ok && merged.error.code === "FEEDBACK_NOT_FOUND" ? ok([]) : merged;
}

const confirm: Act = (context, params, sent) => {
  const { group = "", intoId = "" } = sent;
  return settle(
    tell(context, "POST", `${apiOf(params)}/duplicates/${encodeURIComponent(group)}/confirm`, {
      intoId: Number(intoId),
    }),
    withNotice(duplicatesPath(slugOf(params), { status: "suggested" }), "duplicates-merged"),
    (failed) => showDuplicates(context, params, refused("page", failed, {}, [])),
  );
};

const dismiss: Act = (context, params, { group = "" }) =>
  settle(
    tell(context, "POST", `${apiOf(params)}/duplicates/${encodeURIComponent(group)}/dismiss`),
    withNotice(duplicatesPath(slugOf(params), { status: "suggested" }), "duplicates-dismissed"),
    (failed) => showDuplicates(context, params, refused("page", failed, {}, [])),
  );

/** Ticked ones, and what was typed: numbers, or addresses that end in one. */
const compare: Act = (context, params, sent) => {
  const feedbackIds = idsIn(sent);
  const again = (failed: Failure) => showDuplicates(context, params, refused("compare", failed, sent, ["numbers"]));
  if (!feedbackIds.ok) return again(feedbackIds.error);
  return settle(
    tell(context, "POST", `${apiOf(params)}/duplicates`, { feedbackIds: feedbackIds.value }),
    withNotice(duplicatesPath(slugOf(params), { status: "suggested" }), "duplicates-made"),
    (failed) => again(atNumbers(failed)),
  );
};

function idsIn(sent: Form): Result<readonly number[], Failure> {
  const ticked = Object.keys(sent).flatMap((name) => /^pick-([1-9][0-9]{0,14})$/u.exec(name)?.[1] ?? []);
  const typed: string[] = [];
  for (const word of (sent["numbers"] ?? "").split(/[\s,;]+/u).filter((each) => each !== "")) {
    const id = /^(?:#|.*\/)?([1-9][0-9]{0,14})\/?$/u.exec(word)?.[1];
    if (id === undefined)
      return err(invalidField("numbers", `does not know “${word}”: numbers or addresses of posts, please`));
    typed.push(id);
  }
  const ids = [...new Set([...ticked, ...typed])].map(Number);
  return ids.length > 1 ? ok(ids) : err(invalidField("numbers", "names at least two posts"));
}

/** The form has one field for them all. */
function atNumbers(failed: Failure): Failure {
  return { ...failed, errors: [{ path: "numbers", message: failed.errors?.[0]?.message ?? failed.detail }] };
}

const unmerge: Act = (context, params, sent) => {
  const item = itemIn(sent["item"] ?? "");
  if (item === null) return Promise.resolve(err(invalidField("item", "is none of this page")));
  const path = `/${encodeURIComponent(slugOf(params))}/${item.board}/feedback/${String(item.id)}/unmerge`;
  const of = itemIn(sent["of"] ?? "");
  const back = duplicatesPath(slugOf(params), { status: "confirmed", ...(of === null ? {} : { of }) });
  return settle(tell(context, "POST", path), withNotice(back, "duplicates-unmerged"), (failed) =>
    showDuplicates(context, params, refused("page", failed, {}, [])),
  );
};

export const changeDuplicates = forms({ confirm, dismiss, compare, unmerge });
