/** The team of a workspace over the API: who may change whom, how fast it holds, and what the people concerned hear of it. Ids are those of test/SPEC.md. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { Workspace } from "../../objects/workspace.ts";
import { ROLES } from "../../src/protocol/rest/roles.ts";
import { account, ACCOUNTS_TIMEOUT_MS, type TestAccount } from "../support/accounts.ts";
import { tapLine } from "../support/news-line.ts";
import { join, mine, remove, rolesOf, setRole, workspaceOf } from "../support/team.ts";
import { call, OPERATOR, Peer, upgrade } from "../support/workerd.ts";

let ada: TestAccount, bob: TestAccount, cleo: TestAccount, dan: TestAccount;
beforeAll(async () => {
  ada = await account("Ada");
  bob = await account("Bob");
  cleo = await account("Cléo");
  dan = await account("Dan");
}, ACCOUNTS_TIMEOUT_MS);

/** A socket of somebody who is signed in. */
async function watch(path: string, who: TestAccount): Promise<Peer> {
  const response = await upgrade(path, "", who.headers);
  if (response.webSocket === null) throw new Error(`refused: ${await response.text()}`);
  const peer = new Peer(response.webSocket);
  peer.send({ type: "hello", since: null });
  await peer.until(({ frames }) => frames.length > 0);
  return peer;
}

describe("roles", () => {
  it("[T1] whoever creates a workspace owns it; the team is listed oldest first, to the team only", async () => {
    const slug = await workspaceOf(ada);
    await join(slug, ada, bob, "member");
    const team = await call("GET", `/api/v1/workspaces/${slug}/members`, undefined, bob.headers);
    expect(team.body).toEqual([
      { userId: ada.userId, role: "owner", name: "Ada", email: ada.email, since: expect.any(String) },
      { userId: bob.userId, role: "member", name: "Bob", email: bob.email, since: expect.any(String) },
    ]);
    const stranger = await call("GET", `/api/v1/workspaces/${slug}/members`, undefined, dan.headers);
    const nowhere = await call("GET", "/api/v1/workspaces/not-there/members", undefined, dan.headers);
    expect(stranger.status).toBe(404);
    expect({ ...stranger.body, instance: "" }).toEqual({ ...nowhere.body, instance: "" });
    expect((await call("GET", `/api/v1/workspaces/${slug}/members`)).status).toBe(401);
  });

  it("[T2] owners change everybody, admins all but owners and nobody into one, the others nobody; no one raises themselves", async () => {
    const slug = await workspaceOf(ada);
    await join(slug, ada, bob, "admin");
    await join(slug, ada, cleo, "moderator");
    for (const role of ROLES) expect((await setRole(slug, cleo, cleo, role)).status).toBe(403);
    expect((await setRole(slug, cleo, bob, "member")).status).toBe(403);
    expect((await setRole(slug, bob, bob, "owner")).body).toMatchObject({ status: 403, code: "FORBIDDEN" });
    expect((await setRole(slug, bob, cleo, "owner")).status).toBe(403);
    expect((await setRole(slug, bob, ada, "member")).status).toBe(403);
    expect((await remove(slug, bob, ada)).status).toBe(403);
    expect((await remove(slug, cleo, bob)).status).toBe(403);
    expect((await setRole(slug, dan, dan, "owner")).status).toBe(404);
    expect((await setRole(slug, ada, dan, "member")).body).toMatchObject({ code: "MEMBER_NOT_FOUND" });
    expect(await rolesOf(slug, ada)).toEqual({
      [ada.userId]: "owner",
      [bob.userId]: "admin",
      [cleo.userId]: "moderator",
    });
    expect((await setRole(slug, bob, cleo, "admin")).body).toMatchObject({ userId: cleo.userId, role: "admin" });
    expect((await setRole(slug, ada, bob, "owner")).status).toBe(200);
    expect((await setRole(slug, bob, ada, "member")).status).toBe(200);
    expect(await rolesOf(slug, ada)).toEqual({ [ada.userId]: "member", [bob.userId]: "owner", [cleo.userId]: "admin" });
  });

  it("[T3] the operator acts as an owner", async () => {
    const slug = await workspaceOf(ada);
    await join(slug, ada, bob, "member");
    const path = `/api/v1/workspaces/${slug}/members`;
    expect((await call("PATCH", `${path}/${bob.userId}`, { role: "owner" }, OPERATOR)).status).toBe(200);
    expect((await call("DELETE", `${path}/${ada.userId}`, undefined, OPERATOR)).status).toBe(204);
    expect((await call("DELETE", `${path}/${bob.userId}`, undefined, OPERATOR)).body).toMatchObject({
      code: "LAST_OWNER",
    });
  });

  it("[T4] an unknown role and an unknown field are refused", async () => {
    const slug = await workspaceOf(ada);
    const path = `/api/v1/workspaces/${slug}/members/${ada.userId}`;
    for (const body of [{ role: "root" }, { role: "owner", userId: bob.userId }, {}]) {
      expect((await call("PATCH", path, body, ada.headers)).body).toMatchObject({ code: "INVALID_REQUEST" });
    }
  });
});

describe("removal", () => {
  it("[S19] a removed person, and one whose role was lowered, is refused on the next request, with the same token", async () => {
    const slug = await workspaceOf(ada);
    await join(slug, ada, bob, "admin");
    const rename = (name: string) => call("PATCH", `/api/v1/workspaces/${slug}`, { name }, bob.headers);
    expect((await rename("Bob's")).status).toBe(200);
    await setRole(slug, ada, bob, "member");
    expect((await rename("Bob's again")).status).toBe(403);
    expect((await call("GET", `/api/v1/workspaces/${slug}/members`, undefined, bob.headers)).status).toBe(200);
    expect((await remove(slug, ada, bob)).status).toBe(204);
    expect((await call("GET", `/api/v1/workspaces/${slug}/members`, undefined, bob.headers)).status).toBe(404);
    expect((await rename("Bob's still")).status).toBe(404);
    expect(await mine(bob)).not.toHaveProperty(slug);
  });

  it("[S19] their sockets close within a second, nobody else's does, and they hear nothing more of a private board", async () => {
    const slug = await workspaceOf(ada);
    await join(slug, ada, bob, "member");
    const board = { slug: "inside", name: "Inside", visibility: "private" };
    await call("POST", `/api/v1/workspaces/${slug}/boards`, board, ada.headers);
    const path = `/api/v1/${slug}/inside`;
    const [hers, his, second] = [await watch(path, ada), await watch(path, bob), await watch(path, bob)];
    const startedAt = Date.now();
    expect((await remove(slug, ada, bob)).status).toBe(204);
    await Promise.all([his, second].map((peer) => peer.until(({ closed }) => closed !== null)));
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    for (const peer of [his, second]) expect(peer.closed).toEqual({ code: 1008, reason: "no longer a member" });
    await call("POST", `${path}/feedback`, { title: "What he must not read" }, ada.headers);
    await hers.until(({ frames }) => frames.some(({ type }) => type === "feedback"));
    expect(hers.closed).toBeNull();
    expect(JSON.stringify([his.frames, second.frames])).not.toContain("What he must not read");
    expect((await upgrade(path, "", bob.headers)).status).toBe(404);
  });

  it("[S19] a changed role closes the person's sockets with a code that lets them come back", async () => {
    const slug = await workspaceOf(ada);
    await join(slug, ada, bob, "admin");
    await call("POST", `/api/v1/workspaces/${slug}/boards`, { slug: "ideas", name: "Ideas" }, ada.headers);
    const his = await watch(`/api/v1/${slug}/ideas`, bob);
    // No change, no interruption.
    await setRole(slug, ada, bob, "admin");
    await setRole(slug, ada, bob, "member");
    await his.until(({ closed }) => closed !== null);
    expect(his.closed).toEqual({ code: 1012, reason: "your role has changed" });
    await watch(`/api/v1/${slug}/ideas`, bob);
  });

  it("[S19] sockets that slept through it are closed too", async () => {
    const slug = await workspaceOf(ada);
    await join(slug, ada, bob, "member");
    await call("POST", `/api/v1/workspaces/${slug}/boards`, { slug: "ideas", name: "Ideas" }, ada.headers);
    const his = await watch(`/api/v1/${slug}/ideas`, bob);
    await evictDurableObject(env.WORKSPACE.getByName(slug), { webSockets: "hibernate" });
    await remove(slug, ada, bob);
    await his.until(({ closed }) => closed !== null);
    expect(his.closed).toMatchObject({ code: 1008 });
  });

  it("[T5] anybody may leave, and be invited again", async () => {
    const slug = await workspaceOf(ada);
    for (const role of ROLES) {
      await join(slug, ada, bob, role);
      expect(await mine(bob)).toHaveProperty(slug, { name: "Team", role });
      expect((await remove(slug, bob, bob)).status).toBe(204);
      expect(await mine(bob)).not.toHaveProperty(slug);
    }
    expect((await remove(slug, bob, bob)).status).toBe(404);
    expect(await rolesOf(slug, ada)).toEqual({ [ada.userId]: "owner" });
  });
});

describe("the last owner", () => {
  it("[S19] cannot leave, be removed or step down", async () => {
    const slug = await workspaceOf(ada);
    await join(slug, ada, bob, "admin");
    for (const answer of [
      await remove(slug, ada, ada),
      await setRole(slug, ada, ada, "admin"),
      await setRole(slug, ada, ada, "member"),
    ]) {
      expect(answer.body).toMatchObject({ status: 409, code: "LAST_OWNER" });
    }
    expect(await rolesOf(slug, ada)).toMatchObject({ [ada.userId]: "owner" });
  });

  it("[S19] stays though two owners step down, demote and remove each other at the same moment", async () => {
    const ways = [
      (slug: string, one: TestAccount) => setRole(slug, one, one, "member"),
      (slug: string, one: TestAccount) => remove(slug, one, one),
      (slug: string, one: TestAccount, other: TestAccount) => setRole(slug, one, other, "admin"),
      (slug: string, one: TestAccount, other: TestAccount) => remove(slug, one, other),
    ];
    for (const way of ways) {
      const slug = await workspaceOf(ada);
      await join(slug, ada, bob, "owner");
      const tries = Array.from({ length: 10 }, () => [way(slug, ada, bob), way(slug, bob, ada)]);
      const answers = await Promise.all(tries.flat());
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      const team = await call("GET", `/api/v1/workspaces/${slug}/members`, undefined, OPERATOR);
      const owners = team.body.filter(({ role }: { role: string }) => role === "owner");
      expect(owners, String(way)).toHaveLength(1);
    }
  });
});

describe("what members hear", () => {
  it("[T6] role, name of the workspace and its end reach every member's list", async () => {
    const slug = await workspaceOf(ada);
    await join(slug, ada, bob, "member");
    await setRole(slug, ada, bob, "moderator");
    expect(await mine(bob)).toHaveProperty(slug, { name: "Team", role: "moderator" });
    await call("PATCH", `/api/v1/workspaces/${slug}`, { name: "Renamed" }, ada.headers);
    expect(await mine(bob)).toHaveProperty(slug, { name: "Renamed", role: "moderator" });
    await call("DELETE", `/api/v1/workspaces/${slug}`, undefined, ada.headers);
    for (const who of [ada, bob]) expect(await mine(who)).not.toHaveProperty(slug);
  });

  it("[S31] news that a fault and a kill held up arrive by the alarm, in order", async () => {
    const slug = await workspaceOf(ada);
    const stub = env.WORKSPACE.getByName(slug);
    const line = tapLine("dead");
    await join(slug, ada, bob, "admin");
    await setRole(slug, ada, bob, "member");
    await remove(slug, ada, bob);
    await join(slug, ada, bob, "moderator");
    await join(slug, ada, cleo, "member");
    await remove(slug, cleo, cleo);
    for (const who of [bob, cleo]) expect(await mine(who)).not.toHaveProperty(slug);
    line.restore();
    await evictDurableObject(stub);
    await runDurableObjectAlarm(stub);
    expect(await mine(bob)).toHaveProperty(slug, { name: "Team", role: "moderator" });
    expect(await mine(cleo)).not.toHaveProperty(slug);
    expect(await waiting(stub)).toBe(0);
  });

  it("[S31] news that were taken but not acknowledged come twice and count once", async () => {
    const slug = await workspaceOf(ada);
    const stub = env.WORKSPACE.getByName(slug);
    const line = tapLine("deaf");
    await join(slug, ada, bob, "admin");
    await remove(slug, ada, bob);
    await join(slug, ada, bob, "member");
    line.restore();
    await evictDurableObject(stub);
    await runDurableObjectAlarm(stub);
    expect(await mine(bob)).toHaveProperty(slug, { name: "Team", role: "member" });
    expect(await waiting(stub)).toBe(0);
  });

  it("[S31] news that were overtaken on their way change nothing any more", async () => {
    const slug = await workspaceOf(ada);
    const line = tapLine("good");
    await join(slug, ada, bob, "admin");
    await remove(slug, ada, bob);
    line.restore();
    const [joined, gone] = line.sent.filter(({ workspace }) => workspace === slug);
    if (joined === undefined || gone === undefined) throw new Error("not told");
    await env.USER.getByName(bob.userId).hear(joined);
    expect(await mine(bob)).not.toHaveProperty(slug);
    await join(slug, ada, bob, "member");
    await env.USER.getByName(bob.userId).hear(gone);
    await env.USER.getByName(bob.userId).hear(joined);
    expect(await mine(bob)).toHaveProperty(slug, { name: "Team", role: "member" });
  });

  it("[S31] a new name reaches the teams, also after a fault and a kill; of one who is no member nothing is kept", async () => {
    const eve = await account("Eve");
    const slug = await workspaceOf(eve);
    const away = vi.spyOn(Workspace.prototype, "hearProfile").mockImplementation(() => {
      throw new Error("the other object is away");
    });
    expect((await call("PATCH", "/api/v1/me", { name: "Evelyn" }, eve.headers)).status).toBe(200);
    away.mockRestore();
    const user = env.USER.getByName(eve.userId);
    await evictDurableObject(user);
    await runDurableObjectAlarm(user);
    const named = async () => (await call("GET", `/api/v1/workspaces/${slug}/members`, undefined, eve.headers)).body;
    expect(await named()).toMatchObject([{ userId: eve.userId, name: "Evelyn", email: eve.email }]);
    const stub = env.WORKSPACE.getByName(slug);
    await stub.hearProfile(eve.userId, { email: eve.email, name: "Evelyn" });
    await stub.hearProfile(bob.userId, { email: bob.email, name: "Nobody here" });
    await env.WORKSPACE.getByName("never-there").hearProfile(bob.userId, { email: bob.email, name: "Nobody here" });
    expect(await named()).toMatchObject([{ userId: eve.userId, name: "Evelyn" }]);
  });
});

it("[S31] a name that changed while the news of a membership were held up is told once they arrive", async () => {
  const eve = await account("Eve");
  const slug = await workspaceOf(ada);
  const stub = env.WORKSPACE.getByName(slug);
  const line = tapLine("dead");
  await join(slug, ada, eve, "member");
  line.restore();
  await call("PATCH", "/api/v1/me", { name: "Evelyn" }, eve.headers);
  const named = async () => (await call("GET", `/api/v1/workspaces/${slug}/members`, undefined, ada.headers)).body[1];
  expect(await named()).toMatchObject({ userId: eve.userId, name: "Eve" });
  await evictDurableObject(stub);
  await runDurableObjectAlarm(stub);
  await vi.waitUntil(async () => (await named()).name === "Evelyn", { timeout: 5_000, interval: 20 });
});

function waiting(stub: DurableObjectStub<Workspace>): Promise<number> {
  return runInDurableObject(stub, (_, { storage }) => storage.sql.exec("SELECT * FROM outbox").toArray().length);
}
