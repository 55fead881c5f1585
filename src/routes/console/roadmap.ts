/** The team's roadmap: phases as columns, and every way to arrange them as a form. The page's script sends the same forms. */
import * as z from "zod";
import type { Params, RequestContext } from "../../edge/context.ts";
import type { Failure } from "../../errors.ts";
import { Board } from "../../protocol/rest/boards.ts";
import { Feedback } from "../../protocol/rest/feedback.ts";
import { RoadmapItem, RoadmapPhase } from "../../protocol/rest/roadmap.ts";
import { ok, type Result } from "../../result.ts";
import { teamPath, withNotice } from "../../web/console/address.ts";
import { type Attempt, refused } from "../../web/console/fill.ts";
import { isStep, moveItem } from "../../web/console/roadmap-moves.ts";
import { type Found, RoadmapConsolePage } from "../../web/console/roadmap.tsx";
import { assetUrl } from "../assets.ts";
import { ask, tell } from "./ask.ts";
import { type Answer, type Form, goTo, page, show } from "./page.ts";
import { type Act, apiOf, forms, openTeam, settle, slugOf } from "./team.ts";

/** Boards that a search goes through, and matches that it shows of each. */
const SEARCHED_BOARDS_MAX = 10;
const MATCHES_PER_BOARD = 5;

export const roadmapPage = page((context, params) => showRoadmap(context, params, null));

async function showRoadmap(context: RequestContext, params: Params, attempt: Attempt | null): Answer {
  const visit = await openTeam(context, params);
  if (!visit.ok) return visit;
  const plan = await readPlan(context, params);
  if (!plan.ok) return plan;
  const q = context.url.searchParams.get("q")?.trim() ?? "";
  const found = q === "" ? ok(null) : await search(context, params, q.slice(0, 100), plan.value.items);
  if (!found.ok) return found;
  const { shell, team } = visit.value;
  const script = assetUrl("roadmap-console.js");
  return show(context, RoadmapConsolePage({ shell, team, ...plan.value, q, found: found.value, script, attempt }), {
    attempt,
  });
}

type Plan = { readonly phases: readonly RoadmapPhase[]; readonly items: readonly RoadmapItem[] };

async function readPlan(context: RequestContext, params: Params): Promise<Result<Plan, Failure>> {
  const [phases, items] = await Promise.all([
    ask(context, z.array(RoadmapPhase), "GET", `${apiOf(params)}/roadmap/phases`),
    ask(context, z.array(RoadmapItem), "GET", `${apiOf(params)}/roadmap/items`),
  ]);
  if (!phases.ok) return phases;
  return items.ok ? ok({ phases: phases.value, items: items.value }) : items;
}

/** By words, or by an item's number. */
async function search(
  context: RequestContext,
  params: Params,
  q: string,
  items: readonly RoadmapItem[],
): Promise<Result<readonly Found[], Failure>> {
  const boards = await ask(context, z.array(Board), "GET", `${apiOf(params)}/boards`);
  if (!boards.ok) return boards;
  const number = /^#?([1-9][0-9]{0,14})$/u.exec(q)?.[1];
  const workspace = encodeURIComponent(slugOf(params));
  const lists = await Promise.all(
    boards.value.slice(0, SEARCHED_BOARDS_MAX).map(async ({ slug }) => {
      const path = `/${workspace}/${slug}/feedback`;
      if (number !== undefined) {
        // The team's own fields are not needed here.
        const one = await ask(context, Feedback.loose(), "GET", `${path}/${number}`);
        return one.ok ? [one.value] : [];
      }
      const query = new URLSearchParams({ q, limit: String(MATCHES_PER_BOARD) });
      const list = await ask(context, z.array(Feedback), "GET", `${path}?${query.toString()}`);
      return list.ok ? list.value : [];
    }),
  );
  const taken = new Set(items.map(({ feedbackId }) => feedbackId));
  return ok(
    lists
      .flat()
      .map(({ id, board, title, voteCount, status }) => ({ id, board, title, voteCount, status, isOn: taken.has(id) })),
  );
}

/** Back to the page; `notice`: null says nothing, for what is seen. */
function change(
  name: string,
  fields: readonly string[],
  notice: string | null,
  send: (context: RequestContext, api: string, sent: Form) => ReturnType<typeof tell>,
): Act {
  return (context, params, sent) => {
    const path = teamPath(slugOf(params), "roadmap");
    return settle(
      send(context, `${apiOf(params)}/roadmap`, sent),
      notice === null ? path : withNotice(path, notice),
      (failed) => showRoadmap(context, params, refused(name, failed, sent, fields)),
    );
  };
}

const idOf = ({ id = "" }: Form) => encodeURIComponent(id === "" ? "0" : id);
const statusOf = ({ status = "" }: Form) => (status === "" ? null : status);

/** One step, or, from the page's script, to a place. */
const move: Act = async (context, params, sent) => {
  const api = `${apiOf(params)}/roadmap/items/${idOf(sent)}`;
  const path = teamPath(slugOf(params), "roadmap");
  const again = (failed: Failure) => showRoadmap(context, params, refused("page", failed, sent, []));
  const { to } = sent;
  if (!isStep(to)) {
    const place = { phaseId: sent["phaseId"], beforeId: sent["beforeId"], afterId: sent["afterId"] };
    const asked = Object.entries(place).flatMap(([key, value]) => (value === undefined ? [] : [[key, Number(value)]]));
    return settle(tell(context, "PATCH", api, Object.fromEntries(asked)), path, again);
  }
  const plan = await readPlan(context, params);
  if (!plan.ok) return plan;
  const step = moveItem(plan.value.phases, plan.value.items, Number(sent["id"]), to);
  // Somebody else may have moved it there meanwhile.
  return step === null ? goTo(path) : settle(tell(context, "PATCH", api, step), path, again);
};

export const changeRoadmap = forms({
  move,
  "new-phase": change("new-phase", ["name", "status"], "phase-made", (context, api, sent) =>
    tell(context, "POST", `${api}/phases`, {
      name: sent["name"] ?? "",
      status: statusOf(sent),
      isPublic: sent["isPublic"] !== undefined,
    }),
  ),
  "change-phase": change("page", [], "phase-saved", (context, api, sent) =>
    tell(context, "PATCH", `${api}/phases/${idOf(sent)}`, {
      name: sent["name"] ?? "",
      status: statusOf(sent),
      isPublic: sent["isPublic"] !== undefined,
    }),
  ),
  "move-phase": change("page", [], null, (context, api, sent) =>
    tell(context, "PATCH", `${api}/phases/${idOf(sent)}`, { position: Number(sent["position"]) }),
  ),
  "delete-phase": change("page", [], "phase-deleted", (context, api, sent) =>
    tell(context, "DELETE", `${api}/phases/${idOf(sent)}`),
  ),
  link: change("page", [], "item-added", (context, api, sent) =>
    tell(context, "POST", `${api}/items`, { phaseId: Number(sent["phaseId"]), feedbackId: Number(sent["feedbackId"]) }),
  ),
  "new-item": change("new-item", ["title", "description", "phaseId"], "item-added", (context, api, sent) =>
    tell(context, "POST", `${api}/items`, {
      phaseId: Number(sent["phaseId"]),
      title: sent["title"] ?? "",
      description: sent["description"] ?? "",
    }),
  ),
  "change-item": change("page", [], "item-saved", (context, api, sent) => {
    const { title, description } = sent;
    const words = title === undefined ? {} : { title, description: description ?? "" };
    return tell(context, "PATCH", `${api}/items/${idOf(sent)}`, { ...words, isPublic: sent["isPublic"] !== undefined });
  }),
  "delete-item": change("page", [], "item-removed", (context, api, sent) =>
    tell(context, "DELETE", `${api}/items/${idOf(sent)}`),
  ),
});
