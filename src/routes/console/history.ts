/** A workspace's history: the event log, newest first. */
import * as z from "zod";
import { Board } from "../../protocol/rest/boards.ts";
import { WorkspaceEvent } from "../../protocol/rest/events.ts";
import { HistoryPage, type HistoryView } from "../../web/console/history.tsx";
import { SHOWN, type ShownName } from "../../web/console/history-words.ts";
import { ask, askPage } from "./ask.ts";
import { page, show } from "./page.ts";
import { apiOf, openTeam } from "./team.ts";

const ENTRIES = 30;

export const historyPage = page(async (context, params) => {
  const visit = await openTeam(context, params, "workspace.configure");
  if (!visit.ok) return visit;
  const view = viewOf(context.url.searchParams);
  const [events, boards] = await Promise.all([
    askPage(context, z.array(WorkspaceEvent), `${apiOf(params)}/events?${queryOf(view)}`),
    ask(context, z.array(Board), "GET", `${apiOf(params)}/boards`),
  ]);
  if (!events.ok) return events;
  if (!boards.ok) return boards;
  const { shell, team, members } = visit.value;
  const { items, next } = events.value;
  return show(context, HistoryPage({ shell, team, view, events: items, next, members, boards: boards.value }));
});

/** What is no group of ours shows all. */
function viewOf(query: URLSearchParams): HistoryView {
  const of = (name: string) => query.get(name) ?? "";
  return {
    show: isShown(of("show")) ? (of("show") as ShownName) : "",
    actor: of("actor"),
    board: of("board"),
    cursor: of("cursor"),
  };
}

function isShown(name: string): name is ShownName {
  return Object.hasOwn(SHOWN, name);
}

function queryOf({ show: shown, ...view }: HistoryView): string {
  const type = SHOWN[shown].types.join(",");
  const asked = Object.entries({ type, ...view }).filter(([, value]) => value !== "");
  return new URLSearchParams([["order", "desc"], ["limit", String(ENTRIES)], ...asked]).toString();
}
