/**
 * Every kind of write that there is beside votes and posts, as stories that crash tests' writers live through: the life of a workspace with its team, keys, settings and boards, and the life of an account. Each
 * step is one write in the ledger; a story in which one was not answered ends there.
 */
import { type Person, PASSWORD, send, type Site } from "./site.ts";

/** Between a story's steps, and between workspaces that a first post makes, so that a run makes no more than it can read back. */
const STEP_MS = 5;
const FIRST_POST_MS = 100;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

type Step = (kind: string, method: string, path: string, body: unknown, changes: Record<string, any>) => Promise<any>;

/** The life of one workspace. `mate` is invited into the team. */
export function workspaceStory(site: Site, name: string, owner: Person, mate: Person): (n: number) => Promise<void> {
  return async (n) => {
    const slug = `${name}-${String(n)}`;
    const at = `/workspaces/${slug}`;
    const step: Step = async (kind, method, path, body, changes) => {
      await pause(STEP_MS);
      const [cell = ""] = Object.keys(changes);
      // A change leaves standing what it does not name.
      const whole = method === "PATCH" ? { [cell]: { ...site.ledger.read(cell), ...changes[cell] } } : changes;
      // What the server names itself is known by that name from then on.
      const isNamed = method === "POST" && / (?:key|invitation) /u.test(cell);
      const told = (made: { id: string }) => (isNamed ? { [cell]: { id: made.id } } : {});
      return site.write({ kind, method, path, body, changes: whole, told, token: owner.token });
    };
    const cells = { [slug]: { name: "A" }, [`${slug} member ${owner.id}`]: { role: "owner" } };
    await step("workspace.create", "POST", "/workspaces", { slug, name: "A" }, cells);
    await step("workspace.update", "PATCH", at, { name: "Anew" }, { [slug]: { name: "Anew" } });
    const parts = [
      () => settingsStory(step, slug),
      () => keysStory(site, step, slug),
      () => teamStory(site, step, slug, mate),
      async () => {
        await boardStory(step, slug, n % 3 === 0);
        await feedbackStory(site, step, slug, owner);
      },
    ];
    // Another one first each time, for a server that is often killed sees little of what comes late.
    for (const [turn] of parts.entries()) await parts[(n + turn) % parts.length]?.();
    if (n % 4 === 0)
      await step("board.delete", "DELETE", `${at}/boards/b`, undefined, site.ledger.removal(`${slug} board b`));
    if (n % 5 === 0) await step("workspace.delete", "DELETE", at, undefined, site.ledger.removal(slug));
  };
}

async function settingsStory(step: Step, slug: string): Promise<void> {
  const settings = { allowedOrigins: ["https://one.example"], anonymousPosting: true };
  await step("settings.update", "PATCH", `/workspaces/${slug}/settings`, settings, { [`${slug} settings`]: settings });
  const branding = { accentColor: "#0a7c66", logoUrl: "https://one.example/logo.svg" };
  await step("branding.update", "PATCH", `/workspaces/${slug}/branding`, branding, { [`${slug} branding`]: branding });
}

async function keysStory(site: Site, step: Step, slug: string): Promise<void> {
  const path = `/workspaces/${slug}/api-keys`;
  for (const name of ["kept", "revoked"]) {
    const scopes = ["read", "write"];
    await step("api-key.create", "POST", path, { name, scopes }, { [`${slug} key ${name}`]: { name, scopes } });
  }
  const revoked = `${slug} key revoked`;
  await step("api-key.revoke", "DELETE", `${path}/${String(site.ledger.read(revoked)?.["id"])}`, undefined, {
    [revoked]: null,
  });
  const secrets = `/workspaces/${slug}/signing-secrets`;
  const first = await step("signing-secret.create", "POST", secrets, undefined, { [`${slug} secrets`]: { count: 1 } });
  await step("signing-secret.create", "POST", secrets, undefined, { [`${slug} secrets`]: { count: 2 } });
  await step("signing-secret.revoke", "DELETE", `${secrets}/${first.id}`, undefined, {
    [`${slug} secrets`]: { count: 1 },
  });
}

async function teamStory(site: Site, step: Step, slug: string, mate: Person): Promise<void> {
  const path = `/workspaces/${slug}/invitations`;
  const invitation = (email: string) => `${slug} invitation ${email}`;
  const invite = (email: string, role: string) =>
    step("invitation.create", "POST", path, { email, role }, { [invitation(email)]: { role } });
  await invite("kept@example.com", "member");
  const { id } = await invite("revoked@example.com", "admin");
  await step("invitation.revoke", "DELETE", `${path}/${id}`, undefined, { [invitation("revoked@example.com")]: null });
  const { link } = await invite(mate.email, "member");
  const member = `${slug} member ${mate.id}`;
  await site.write({
    kind: "invitation.accept",
    method: "POST",
    path: `${path}/accept`,
    body: { token: new URL(link).hash.slice(1) },
    token: mate.token,
    changes: { [member]: { role: "member" }, [invitation(mate.email)]: null },
  });
  const members = `/workspaces/${slug}/members/${mate.id}`;
  await step("member.update", "PATCH", members, { role: "moderator" }, { [member]: { role: "moderator" } });
  if (slug.endsWith("1")) await step("member.remove", "DELETE", members, undefined, { [member]: null });
}

async function boardStory(step: Step, slug: string, isPrivate: boolean): Promise<void> {
  const path = `/workspaces/${slug}/boards`;
  const made = { slug: "b", name: "Board", description: "One", visibility: isPrivate ? "private" : "public" };
  await step("board.create", "POST", path, made, { [`${slug} board b`]: made });
  const changed = { name: "Changed", description: "Two" };
  await step("board.update", "PATCH", `${path}/b`, changed, { [`${slug} board b`]: changed });
  for (const externalUserId of ["kept", "removed"]) {
    const guest = { [`${slug} board b guest ${externalUserId}`]: {} };
    await step("guest.invite", "POST", `${path}/b/guests`, { externalUserId }, guest);
  }
  await step("guest.remove", "DELETE", `${path}/b/guests/removed`, undefined, {
    [`${slug} board b guest removed`]: null,
  });
}

async function feedbackStory(site: Site, step: Step, slug: string, owner: Person): Promise<void> {
  const path = `/${slug}/b/feedback`;
  const items: { id: number; cell: string }[] = [];
  for (const category of ["voted", "edited", "hidden", "deleted"]) {
    const cell = `${slug} board b item ${category}`;
    const body = { title: "As posted", description: "Text", category };
    const told = ({ id }: { id: number }) => ({ [cell]: { id } });
    const changes = { [cell]: { title: "As posted", description: "Text" } };
    const { id } = await site.write({
      kind: "feedback.create",
      method: "POST",
      path,
      body,
      changes,
      told,
      token: owner.token,
    });
    items.push({ id, cell });
  }
  for (const { id, cell } of items) {
    const vote = { kind: "vote with weight", method: "POST", path: `${path}/${String(id)}/votes`, token: owner.token };
    const body = { externalUserId: "ada", weight: 7 };
    await site.write({ ...vote, body, changes: { [`${cell} vote ada`]: { weight: body.weight } } });
  }
  const [, edited, hidden, deleted] = items;
  if (edited === undefined || hidden === undefined || deleted === undefined) return;
  const edit = { title: "Edited", status: "planned", pinned: true };
  await step("feedback.update", "PATCH", `${path}/${String(edited.id)}`, edit, { [edited.cell]: edit });
  const hide = { isHidden: true, moderationState: "spam" };
  await step("feedback.moderate", "PATCH", `${path}/${String(hidden.id)}`, hide, { [hidden.cell]: hide });
  await step(
    "feedback.delete",
    "DELETE",
    `${path}/${String(deleted.id)}`,
    undefined,
    site.ledger.removal(deleted.cell),
  );
}

/** The refresh tokens of sessions, by the sessions' names: the last that the server gave. */
export type Tokens = Map<string, string>;
const LONGER_PASSWORD = "another horse battery staple";
/** The passwords that an account of a story has, one after the other. */
export const PASSWORDS = [PASSWORD, LONGER_PASSWORD] as const;

/** The life of one account: opened, signed in elsewhere, renamed, refreshed, its password changed, signed out. */
export function accountStory(site: Site, name: string, tokens: Tokens): (n: number) => Promise<void> {
  return async (n) => {
    const account = `account-${name}-${String(n)}`;
    const email = `${account}@example.com`;
    const [first, second, third] = ["1", "2", "3"].map((which) => `${account} session ${which}`) as [
      string,
      string,
      string,
    ];
    const open = async (kind: string, path: string, session: string, password: string, changes = {}) => {
      const write = { kind, method: "POST", path, body: { email, password }, changes: { [session]: {}, ...changes } };
      const { accessToken: token, refreshToken } = await site.write(write);
      tokens.set(session, refreshToken);
      return token as string;
    };
    const token = await open("register", "/auth/register", first, PASSWORD, { [account]: { password: PASSWORD } });
    await site.write({
      kind: "account.update",
      method: "PATCH",
      path: "/me",
      body: { name: "Ada" },
      token,
      changes: { [account]: { password: PASSWORD, name: "Ada" } },
    });
    await open("log-in", "/auth/login", second, PASSWORD);
    await refresh(site, first, tokens);
    await refresh(site, first, tokens);
    if (n % 2 === 0) {
      // All sessions but the one that changes it end.
      await site.write({
        kind: "password.change",
        method: "POST",
        path: "/auth/password",
        body: { currentPassword: PASSWORD, newPassword: LONGER_PASSWORD },
        token,
        changes: { [account]: { password: LONGER_PASSWORD, name: "Ada" }, [second]: null },
      });
      return;
    }
    await open("log-in", "/auth/login", third, PASSWORD);
    const body = { refreshToken: tokens.get(third) };
    await site.write({ kind: "log-out", method: "POST", path: "/auth/logout", body, changes: { [third]: null } });
    await site.write({
      kind: "sessions.revoke",
      method: "DELETE",
      path: "/auth/sessions",
      token,
      changes: { [second]: null },
    });
  };
}

const REFRESH_TRIES = 200;
const DOWN_WAIT_MS = 40;

/** A token whose use was not answered is used again: whatever became of the first time, the person stays signed in. */
async function refresh(site: Site, session: string, tokens: Tokens): Promise<void> {
  const acknowledge = site.ledger.ask("refresh", { [session]: {} });
  const body = { refreshToken: tokens.get(session) };
  for (let tries = 0; tries < REFRESH_TRIES; tries++) {
    const answer = await send(site.origin, "POST", "/auth/refresh", { body }).catch(() => null);
    if (answer === null) {
      await pause(DOWN_WAIT_MS);
      continue;
    }
    if (answer.status === 200) {
      tokens.set(session, answer.body.refreshToken);
      return acknowledge();
    }
    site.ledger.refuse(`a refresh of ${session} answered ${String(answer.status)}: ${answer.text}`);
    throw new Error("refused");
  }
  throw new Error("the server stays away");
}

/** First posts to unknown workspaces, which make them. */
export function openingStory(site: Site, name: string): (n: number) => Promise<void> {
  return async (n) => {
    const slug = `${name}-${String(n)}`;
    const cell = `${slug} board b item first`;
    await pause(FIRST_POST_MS);
    await site.write({
      kind: "workspace by a first post",
      method: "POST",
      path: `/${slug}/b/feedback`,
      body: { title: "First", category: "first" },
      changes: { [slug]: {}, [`${slug} board b`]: {}, [cell]: { title: "First" } },
      told: ({ id }) => ({ [cell]: { id } }),
    });
  };
}
