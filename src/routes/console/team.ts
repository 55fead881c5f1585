/** What every page of a workspace needs first: that its visitor is in the team, and as what. */
import * as z from "zod";
import type { Handler, Params, RequestContext } from "../../edge/context.ts";
import { type Failure, failure } from "../../errors.ts";
import { isSlug } from "../../ids.ts";
import { Member } from "../../protocol/rest/members.ts";
import type { Action as Right } from "../../protocol/rest/roles.ts";
import { Workspace } from "../../protocol/rest/workspaces.ts";
import { err, ok, type Result } from "../../result.ts";
import { allows, type Shell, type Team } from "../../web/console/frame.tsx";
import { ask } from "./ask.ts";
import { type Answer, type Form, form, goTo, requirePerson, shellOf } from "./page.ts";

export type TeamVisit = {
  readonly shell: Shell;
  readonly team: Team;
  readonly workspace: Workspace;
  readonly members: readonly Member[];
};

/** The workspace's path in the API. The slug is checked by whoever opens the visit. */
export function apiOf(params: Params): string {
  return `/workspaces/${encodeURIComponent(slugOf(params))}`;
}

export function slugOf(params: Params): string {
  return params["workspace"] ?? "";
}

/** Errors: UNAUTHENTICATED, WORKSPACE_NOT_FOUND, FORBIDDEN. `right`: what the page as a whole is for. */
export async function openTeam(
  context: RequestContext,
  params: Params,
  right: Right = "internal.read",
): Promise<Result<TeamVisit, Failure>> {
  const slug = slugOf(params);
  const person = await requirePerson(context);
  if (!person.ok) return person;
  // No object is woken for what can be no workspace.
  if (!isSlug(slug)) return err(failure("WORKSPACE_NOT_FOUND", "There is no workspace of this name."));
  const [workspace, members] = await Promise.all([
    ask(context, Workspace, "GET", apiOf(params)),
    ask(context, z.array(Member), "GET", `${apiOf(params)}/members`),
  ]);
  if (!workspace.ok) return workspace;
  if (!members.ok) return members;
  const me = members.value.find(({ userId }) => userId === person.value.userId);
  if (me === undefined || !allows(me.role, right)) return err(failure("FORBIDDEN", "Your role does not allow this."));
  const team = { slug, name: workspace.value.name, role: me.role };
  return ok({ shell: shellOf(context, person.value), team, workspace: workspace.value, members: members.value });
}

/** One form of a page, by its `action`. */
export type Act = (context: RequestContext, params: Params, sent: Form) => Answer;

/** Takes a page's forms at the page's own address. */
export function forms(acts: Readonly<Record<string, Act>>): Handler {
  return form(async (context, params, sent) => {
    const { action = "" } = sent;
    const act = Object.hasOwn(acts, action) ? acts[action] : undefined;
    if (act === undefined) return err(failure("INVALID_REQUEST", "The form is not one of this page."));
    if (!isSlug(slugOf(params))) return err(failure("WORKSPACE_NOT_FOUND", "There is no workspace of this name."));
    // Not every endpoint looks the session up; a page that is left open must not go on after its session was ended.
    const person = await requirePerson(context);
    if (!person.ok) return person;
    return act(context, params, sent);
  });
}

/** A form that shows nothing of what it made: on to `next`, or the page again. */
export async function settle(
  told: Promise<Result<unknown, Failure>>,
  next: string,
  again: (failed: Failure) => Answer,
): Answer {
  const result = await told;
  return result.ok ? goTo(next) : again(result.error);
}
