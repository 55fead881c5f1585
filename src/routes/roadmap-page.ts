/** GET /w/:workspace/roadmap, and the same under /embed for frames on customers' sites. */
import { narrowed } from "../domain/roadmap.ts";
import { callOf, type Handler } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { uniqueFields } from "../edge/body.ts";
import { check } from "../edge/parse.ts";
import { failure } from "../errors.ts";
import { isSlug } from "../ids.ts";
import { type RoadmapColumn, RoadmapQuery } from "../protocol/rest/roadmap.ts";
import { RoadmapPage } from "../web/page/roadmap.tsx";
import { factsOf, guarded, refuse, show } from "./pages.ts";

export const roadmapPage: Handler = guarded(async (context, params) => {
  const { workspace = "" } = params;
  if (!isSlug(workspace))
    return refuse(context, params, failure("WORKSPACE_NOT_FOUND", "No roadmap lives at this address."));
  const fields = uniqueFields(context.url.searchParams, "query.");
  if (!fields.ok) return refuse(context, params, fields.error);
  // What a form sends of a filter that was not chosen.
  const chosen = Object.fromEntries(Object.entries(fields.value).filter(([, value]) => value !== ""));
  const query = check(RoadmapQuery, chosen, "query");
  if (!query.ok) return refuse(context, params, query.error);
  const found = await callWorkspace(context, workspace, true, (stub) => stub.roadmapPage(callOf(context), query.value));
  if (!found.ok) return refuse(context, params, found.error);
  const { allowedOrigins, phases, boards, ...shown } = found.value;
  const columns = JSON.parse(phases) as RoadmapColumn[];
  const facts = { phases: narrowed(columns, query.value), ...choicesOf(columns, boards), home: boards[0] ?? null };
  const page = RoadmapPage({ ...factsOf(context), ...shown, ...facts, view: query.value });
  return show(context, page, { allowedOrigins });
});

/** What there is to filter by: whose feedback is on the roadmap, as far as this visitor sees. */
function choicesOf<Board extends { readonly slug: string }>(
  columns: readonly RoadmapColumn[],
  boards: readonly Board[],
) {
  const items = columns.flatMap((column) => column.items);
  const used = new Set(items.map(({ board }) => board));
  const categories = new Set(items.flatMap(({ category }) => category ?? []));
  return {
    boards: boards.filter(({ slug }) => used.has(slug)),
    categories: [...categories].toSorted((a, b) => a.localeCompare(b, "en")),
  };
}
