/** The moderation queue: its pages, and what is decided about one entry or those that are ticked. */
import * as z from "zod";
import type { Params, RequestContext } from "../../edge/context.ts";
import { Board } from "../../protocol/rest/boards.ts";
import {
  ListQueue,
  ModerationAction,
  ModerationResult,
  type ModerationSubject,
  QueueCounts,
  QueueEntry,
  QueueKind,
} from "../../protocol/rest/moderation.ts";
import { withNotice } from "../../web/console/address.ts";
import { type Attempt, refused } from "../../web/console/fill.ts";
import { ModerationPage, queuePath, type QueueView } from "../../web/console/moderation.tsx";
import { ask, askPage } from "./ask.ts";
import { type Answer, goTo, page, show } from "./page.ts";
import { type Act, apiOf, forms, openTeam, slugOf } from "./team.ts";

const Asked = ListQueue.pick({ state: true, kind: true, board: true, cursor: true });

export const moderationPage = page((context, params) =>
  showQueue(context, params, viewOf(Object.fromEntries(context.url.searchParams)), null),
);

async function showQueue(context: RequestContext, params: Params, view: QueueView, attempt: Attempt | null): Answer {
  const visit = await openTeam(context, params, "feedback.moderate");
  if (!visit.ok) return visit;
  const query = new URLSearchParams(
    Object.entries(view).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const [entries, counts, boards] = await Promise.all([
    askPage(context, z.array(QueueEntry), `${apiOf(params)}/moderation?${query.toString()}`),
    ask(context, QueueCounts, "GET", `${apiOf(params)}/moderation/counts`),
    ask(context, z.array(Board), "GET", `${apiOf(params)}/boards`),
  ]);
  if (!entries.ok) return entries;
  if (!counts.ok) return counts;
  if (!boards.ok) return boards;
  const { shell, team } = visit.value;
  const { items, next } = entries.value;
  const facts = { shell, team, view, entries: items, next, counts: counts.value, boards: boards.value, attempt };
  return show(context, ModerationPage(facts), { attempt });
}

/** What is asked for wrongly is not asked for: an address that somebody typed shows what waits. */
function viewOf(sent: Readonly<Record<string, string | undefined>>): QueueView {
  const { state, kind, board, cursor } = sent;
  const given = Object.entries({ state, kind, board, cursor }).filter(
    ([, value]) => value !== undefined && value !== "",
  );
  const asked = Asked.safeParse(Object.fromEntries(given));
  return asked.success ? asked.data : { state: "pending" };
}

/** A button of one entry says which it is; the others are for all that are ticked. */
const decide: Act = async (context, params, sent) => {
  const { one = "", verb = "" } = sent;
  const [only, subject] = one.split(":");
  const action = ModerationAction.safeParse(one === "" ? verb : only);
  const ticked = Object.keys(sent).flatMap(subjectIn);
  const entries = subject === undefined ? ticked : subjectIn(subject);
  const { cursor: _cursor, ...view } = viewOf(sent);
  const command = { action: action.success ? action.data : verb, entries };
  const decided = await ask(context, z.array(ModerationResult), "POST", `${apiOf(params)}/moderation`, command);
  if (!decided.ok) return showQueue(context, params, view, refused("page", decided.error, {}, []));
  const partly = decided.value.some(({ result }) => result === "refused");
  const notice = `moderated-${partly ? "partly" : command.action}`;
  return goTo(withNotice(queuePath(slugOf(params), view), notice));
};

/** `feedback-12` */
function subjectIn(name: string): readonly ModerationSubject[] {
  const [kind, id] = name.split("-");
  const known = QueueKind.safeParse(kind);
  return known.success && /^[1-9][0-9]{0,14}$/u.test(id ?? "") ? [{ kind: known.data, id: Number(id) }] : [];
}

export const changeModeration = forms({ decide });
