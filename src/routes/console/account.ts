/** A person's own page, and the workspaces they belong to. */
import * as z from "zod";
import type { RequestContext } from "../../edge/context.ts";
import { failure } from "../../errors.ts";
import { Me, SecurityEvent, Session } from "../../protocol/rest/account.ts";
import { MyWorkspace, Workspace } from "../../protocol/rest/workspaces.ts";
import { err } from "../../result.ts";
import { ACCOUNT_PATH, teamPath, withNotice } from "../../web/console/address.ts";
import { AccountPage } from "../../web/console/account.tsx";
import { type Attempt, refused } from "../../web/console/fill.ts";
import { WorkspacesPage } from "../../web/console/workspaces.tsx";
import { ask, tell } from "./ask.ts";
import { type Answer, type Form, form, goTo, page, requirePerson, shellOf, show } from "./page.ts";

export const workspacesPage = page((context) => showWorkspaces(context, null));

export const makeWorkspace = form(async (context, _params, sent) => {
  const { slug = "", name = "" } = sent;
  const made = await ask(context, Workspace, "POST", "/workspaces", { slug, name });
  if (made.ok) return goTo(withNotice(teamPath(made.value.slug), "workspace-made"));
  return showWorkspaces(context, refused("new", taken(made.error), sent, ["name", "slug"]));
});

/** A slug that is taken is said at its field. */
export function taken(failed: ReturnType<typeof failure>): ReturnType<typeof failure> {
  if (failed.code !== "SLUG_TAKEN") return failed;
  return { ...failed, errors: [{ path: "slug", message: "This address is taken. Please choose another one." }] };
}

async function showWorkspaces(context: RequestContext, attempt: Attempt | null): Answer {
  const [person, workspaces] = await Promise.all([
    requirePerson(context),
    ask(context, z.array(MyWorkspace), "GET", "/workspaces"),
  ]);
  if (!person.ok) return person;
  if (!workspaces.ok) return workspaces;
  return show(
    context,
    WorkspacesPage({ shell: shellOf(context, person.value), workspaces: workspaces.value, attempt }),
    {
      attempt,
    },
  );
}

export const accountPage = page((context) => showAccount(context, null));

type Act = (context: RequestContext, sent: Form) => Promise<{ readonly done: string } | { readonly attempt: Attempt }>;

/** The account's forms, by their `action`. */
const ACTS: Readonly<Record<string, Act>> = {
  profile: async (context, sent) => {
    const name = sent["name"]?.trim() ?? "";
    return outcome(
      "profile",
      sent,
      "name-saved",
      await tell(context, "PATCH", "/me", { name: name === "" ? null : name }),
    );
  },
  password: async (context, sent) => {
    const { currentPassword = "", newPassword = "" } = sent;
    const changed = await tell(context, "POST", "/auth/password", { currentPassword, newPassword });
    if (!changed.ok && changed.error.code === "INVALID_CREDENTIALS") {
      const wrong = { path: "currentPassword", message: "This is not your current password." };
      return outcome("password", sent, "", err({ ...changed.error, errors: [wrong] }));
    }
    return outcome("password", sent, "password-changed", changed);
  },
  verify: async (context, sent) =>
    outcome("page", sent, "verification-sent", await tell(context, "POST", "/auth/email/verify/send")),
  "end-session": async (context, sent) => {
    const id = encodeURIComponent(sent["id"] ?? "");
    return outcome("page", sent, "session-ended", await tell(context, "DELETE", `/auth/sessions/${id}`));
  },
  "end-others": async (context, sent) =>
    outcome("page", sent, "others-ended", await tell(context, "DELETE", "/auth/sessions")),
};

function outcome(name: string, sent: Form, done: string, told: Awaited<ReturnType<typeof tell>>) {
  return told.ok ? { done } : { attempt: refused(name, told.error, sent, ["name", "currentPassword", "newPassword"]) };
}

export const changeAccount = form(async (context, _params, sent) => {
  const { action = "" } = sent;
  const act = Object.hasOwn(ACTS, action) ? ACTS[action] : undefined;
  if (act === undefined) return err(failure("INVALID_REQUEST", "The form is not one of this page."));
  const person = await requirePerson(context);
  if (!person.ok) return person;
  const result = await act(context, sent);
  return "done" in result ? goTo(withNotice(ACCOUNT_PATH, result.done)) : showAccount(context, result.attempt);
});

async function showAccount(context: RequestContext, attempt: Attempt | null): Answer {
  const [person, me, sessions, events] = await Promise.all([
    requirePerson(context),
    ask(context, Me, "GET", "/me"),
    ask(context, z.array(Session), "GET", "/auth/sessions"),
    ask(context, z.array(SecurityEvent), "GET", "/me/security-events"),
  ]);
  if (!person.ok) return person;
  if (!me.ok) return me;
  if (!sessions.ok) return sessions;
  if (!events.ok) return events;
  const view = {
    shell: shellOf(context, person.value),
    me: me.value,
    sessions: sessions.value,
    events: events.value,
    attempt,
  };
  return show(context, AccountPage(view), { attempt });
}
