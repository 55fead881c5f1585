/** A workspace at a glance, its team and invitations, and joining it. */
import * as z from "zod";
import type { Params, RequestContext } from "../../edge/context.ts";
import { failure, workspaceNotFound } from "../../errors.ts";
import { isSlug } from "../../ids.ts";
import { Board } from "../../protocol/rest/boards.ts";
import { CreatedInvitation, Invitation } from "../../protocol/rest/members.ts";
import { err, ok } from "../../result.ts";
import { CONSOLE_PATH, teamPath, withNotice } from "../../web/console/address.ts";
import { type Attempt, BLANK, refused } from "../../web/console/fill.ts";
import { allows } from "../../web/console/frame.tsx";
import { JoinPage } from "../../web/console/join.tsx";
import { MembersPage } from "../../web/console/members.tsx";
import { OverviewPage } from "../../web/console/overview.tsx";
import { ask, tell } from "./ask.ts";
import { type Answer, findPerson, goTo, page, shellOf, show } from "./page.ts";
import { codeOf } from "./sign-in.ts";
import { type Act, apiOf, forms, openTeam, settle, slugOf } from "./team.ts";

export const overviewPage = page(async (context, params) => {
  const visit = await openTeam(context, params);
  if (!visit.ok) return visit;
  const boards = await ask(context, z.array(Board), "GET", `${apiOf(params)}/boards`);
  if (!boards.ok) return boards;
  const { shell, team, workspace, members } = visit.value;
  const { origin } = context;
  const memberCount = members.length;
  return show(context, OverviewPage({ shell, team, workspace, boards: boards.value, memberCount, origin }));
});

export const membersPage = page((context, params) => showMembers(context, params));

type Shown = { readonly attempt?: Attempt; readonly made?: CreatedInvitation };

async function showMembers(context: RequestContext, params: Params, { attempt, made }: Shown = {}): Answer {
  const visit = await openTeam(context, params);
  if (!visit.ok) return visit;
  const { shell, team, members } = visit.value;
  const invitations = allows(team.role, "team.manage")
    ? await ask(context, z.array(Invitation), "GET", `${apiOf(params)}/invitations`)
    : ok(null);
  if (!invitations.ok) return invitations;
  const view = { shell, team, members, invitations: invitations.value, made: made ?? null, attempt: attempt ?? null };
  return show(context, MembersPage(view), attempt === undefined ? {} : { attempt });
}

const invite: Act = async (context, params, sent) => {
  const { email = "", role = "" } = sent;
  const made = await ask(context, CreatedInvitation, "POST", `${apiOf(params)}/invitations`, { email, role });
  if (made.ok) return showMembers(context, params, { made: made.value });
  return showMembers(context, params, { attempt: refused("invite", made.error, sent, ["email", "role"]) });
};

/** Small forms of one row: what is refused is said above the page. */
function rowAct(
  method: "PATCH" | "DELETE",
  collection: "members" | "invitations",
  next: (slug: string) => string,
  bodyOf?: (sent: Readonly<Record<string, string>>) => object,
): Act {
  return (context, params, sent) => {
    const id = encodeURIComponent(sent["userId"] ?? sent["id"] ?? "");
    const path = `${apiOf(params)}/${collection}/${id}`;
    return settle(tell(context, method, path, bodyOf?.(sent)), next(slugOf(params)), (failed) =>
      showMembers(context, params, { attempt: refused("page", failed, {}, []) }),
    );
  };
}

export const changeMembers = forms({
  invite,
  role: rowAct("PATCH", "members", backWith("role-changed"), ({ role = "" }) => ({ role })),
  remove: rowAct("DELETE", "members", backWith("member-removed")),
  leave: rowAct("DELETE", "members", () => withNotice(CONSOLE_PATH, "left")),
  "revoke-invitation": rowAct("DELETE", "invitations", backWith("invitation-revoked")),
});

function backWith(notice: string): (slug: string) => string {
  return (slug) => withNotice(teamPath(slug, "members"), notice);
}

export const joinPage = page((context, params) => showJoin(context, params, null));

async function showJoin(context: RequestContext, params: Params, attempt: Attempt | null): Answer {
  const workspace = slugOf(params);
  if (!isSlug(workspace)) return err(workspaceNotFound());
  const shell = shellOf(context, await findPerson(context));
  return show(context, JoinPage({ shell, workspace, fill: attempt?.fill ?? BLANK }), { attempt });
}

const join: Act = async (context, params, sent) => {
  const { token } = codeOf(sent);
  const missing = failure("INVALID_REQUEST", "The code is missing.", [
    { path: "token", message: "Please fill this in." },
  ]);
  const told =
    token === ""
      ? Promise.resolve(err(missing))
      : tell(context, "POST", `${apiOf(params)}/invitations/accept`, { token });
  const next = teamPath(slugOf(params));
  return settle(told, withNotice(next, "joined"), async (failed) => {
    // Whoever follows an old link again, used or not, is where they wanted to be.
    if (failed.code === "ALREADY_MEMBER") return goTo(next);
    if (failed.code === "INVALID_LINK" && (await tell(context, "GET", `${apiOf(params)}/members`)).ok)
      return goTo(next);
    if (failed.code === "UNAUTHENTICATED" || failed.code === "INVALID_TOKEN") return err(failed);
    return showJoin(context, params, refused("join", failed, sent, ["token"]));
  });
};

export const joinTeam = forms({ join });
