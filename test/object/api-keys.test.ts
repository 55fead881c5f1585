/** API keys on the real Worker: how they are made and kept, what they may do, and when they end. Ids are those of test/SPEC.md. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { may } from "../../src/domain/permissions.ts";
import { API_KEYS_PER_WORKSPACE_MAX } from "../../src/limits.ts";
import { API_KEY_SCOPES, type ApiKeyScope } from "../../src/protocol/rest/api-keys.ts";
import { ENDPOINTS } from "../../src/protocol/rest/openapi.ts";
import { ACTIONS } from "../../src/protocol/rest/roles.ts";
import { fittingBody } from "../support/fitting-bodies.ts";
import { bearer } from "../support/identity.ts";
import { board, call, OPERATOR, Peer, post, upgrade } from "../support/workerd.ts";

const QUERIES: Readonly<Record<string, string>> = {
  lookUpVotes: "?ids=1&externalUserId=somebody",
  findSimilar: "?title=One",
};
const HOUR_MS = 60 * 60 * 1_000;

async function makeKey(workspace: string, scopes: readonly ApiKeyScope[], more: object = {}) {
  const address = `/api/v1/workspaces/${workspace}/api-keys`;
  const { status, body, headers } = await call("POST", address, { name: "Importer", scopes, ...more }, OPERATOR);
  if (status !== 201) throw new Error(JSON.stringify(body));
  return { ...body, headers, as: bearer(body.key) };
}

describe("API keys", () => {
  it("[S20] have the prefix gsk_ and 256 random bits, are shown once, and kept as a hash only", async () => {
    const { workspace, stub } = await board();
    const keys = await Promise.all(Array.from({ length: 5 }, () => makeKey(workspace, ["read", "read", "write"])));
    for (const { key, lastFour, headers } of keys) {
      expect(key).toMatch(/^gsk_[\w-]{43}$/u);
      expect(key.endsWith(lastFour)).toBe(true);
      expect(headers.get("cache-control")).toBe("no-store");
    }
    expect(new Set(keys.map(({ key }) => key)).size).toBe(5);
    const listed = await call("GET", `/api/v1/workspaces/${workspace}/api-keys`, undefined, OPERATOR);
    expect(listed.body).toHaveLength(5);
    expect(listed.body[0]).toMatchObject({
      name: "Importer",
      scopes: ["read", "write"],
      expiresAt: null,
      lastUsedAt: null,
    });
    const rows = await runInDurableObject(stub, (_, { storage }) =>
      JSON.stringify(storage.sql.exec("select * from api_keys").toArray()),
    );
    for (const { key } of keys) {
      expect(rows).not.toContain(key.slice(4));
      expect(JSON.stringify(listed.body)).not.toContain(key.slice(4));
      const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
      const text = btoa(String.fromCharCode(...new Uint8Array(hash)))
        .replaceAll("+", "-")
        .replaceAll("/", "_");
      expect(rows).toContain(text.replaceAll("=", ""));
    }
    expect(rows).toContain('"created_by":"operator"');
  });

  it("[S20] may do what their scopes say and nothing else: every workspace endpoint × every scope", async () => {
    const { workspace, path } = await board();
    const id = await post(path, "One");
    const endpoints = ENDPOINTS.filter(({ who }) => (ACTIONS as readonly string[]).includes(who));
    let asked = 0;
    for (const scope of API_KEY_SCOPES) {
      const { as } = await makeKey(workspace, [scope]);
      for (const endpoint of endpoints) {
        const { method, path: where, who, operationId } = endpoint;
        // A socket is no request; who may leave a team is asked of the verb, and no key may.
        if (where.endsWith("/live") || operationId === "removeMember") continue;
        const board = operationId === "deleteBoard" ? "none" : "ideas";
        const address = `/api/v1${where}`
          .replace(":workspace", workspace)
          .replace(":board", board)
          .replace(":id", "999")
          .replace(":commentId", "1");
        const query = QUERIES[operationId] ?? "";
        const answer = await call(
          method,
          `${address.replaceAll(/:\w+/gu, "nothing")}${query}`,
          fittingBody(endpoint),
          as,
        );
        // Hidden items stand in the queue, which one needs both scopes to read.
        if (scope === "moderate" && operationId === "listModeration") continue;
        const allowed = may({ standing: "admin", scopes: [scope] }, who as (typeof ACTIONS)[number]);
        const about = `${scope}: ${method} ${where} → ${String(answer.status)} ${JSON.stringify(answer.body)}`;
        if (!allowed) expect([answer.status, answer.body.code], about).toEqual([403, "FORBIDDEN"]);
        else expect([401, 403], about).not.toContain(answer.status);
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(100);
    expect((await call("GET", `${path}/feedback/${id}`)).status).toBe(200);
  });

  it("[S20] no key makes keys, secrets, members or owners, whatever its scopes", async () => {
    const { workspace } = await board();
    const { as, id } = await makeKey(workspace, API_KEY_SCOPES);
    const root = `/api/v1/workspaces/${workspace}`;
    for (const [method, address, body] of [
      ["GET", `${root}/api-keys`, undefined],
      ["POST", `${root}/api-keys`, { name: "Another", scopes: ["read"] }],
      ["DELETE", `${root}/api-keys/${id}`, undefined],
      ["GET", `${root}/signing-secrets`, undefined],
      ["POST", `${root}/signing-secrets`, undefined],
      ["POST", `${root}/invitations`, { email: "eve@example.com", role: "owner" }],
      ["DELETE", root, undefined],
    ] as const) {
      expect((await call(method, address, body, as)).body.code, `${method} ${address}`).toBe("FORBIDDEN");
    }
  });

  it("[S20] are good in one workspace: elsewhere, and where nothing is, they are refused alike", async () => {
    const here = await board();
    const there = await board();
    const { as } = await makeKey(here.workspace, API_KEY_SCOPES);
    expect((await call("GET", `${here.path}/feedback`, undefined, as)).status).toBe(200);
    for (const address of [`${there.path}/feedback`, "/api/v1/no-such-place/ideas/feedback"]) {
      const answer = await call("GET", address, undefined, as);
      expect([answer.status, answer.body.code, answer.body.detail]).toEqual([401, "INVALID_TOKEN", expect.anything()]);
      const { detail } = (await call("GET", `${there.path}/feedback`, undefined, as)).body;
      expect(answer.body.detail).toBe(detail);
    }
    for (const wrong of ["gsk_", "gsk_x", `${as.authorization.slice(7)}x`, as.authorization.slice(7, -1)]) {
      expect((await call("GET", `${here.path}/feedback`, undefined, bearer(wrong))).body.code).toBe("INVALID_TOKEN");
    }
  });

  it("[S20] end when they are revoked, on the next request, with their sockets; also after a restart", async () => {
    const { workspace, path, stub } = await board();
    const { as, id } = await makeKey(workspace, ["read", "write"]);
    const other = await makeKey(workspace, ["read"]);
    expect((await call("GET", `${path}/feedback`, undefined, as)).status).toBe(200);
    const response = await upgrade(path, "", as);
    const peer = new Peer(response.webSocket as WebSocket);
    expect((await call("DELETE", `/api/v1/workspaces/${workspace}/api-keys/${id}`, undefined, OPERATOR)).status).toBe(
      204,
    );
    expect((await call("GET", `${path}/feedback`, undefined, as)).status).toBe(401);
    await peer.until(({ closed }) => closed !== null);
    expect(peer.closed).toEqual({ code: 1008, reason: "the API key was revoked" });
    await evictDurableObject(stub);
    expect((await call("GET", `${path}/feedback`, undefined, as)).status).toBe(401);
    expect((await call("GET", `${path}/feedback`, undefined, other.as)).status).toBe(200);
    const again = await call("DELETE", `/api/v1/workspaces/${workspace}/api-keys/${id}`, undefined, OPERATOR);
    expect(again.body.code).toBe("API_KEY_NOT_FOUND");
  });

  it("[S20] end when they say so, and cannot have ended before", async () => {
    const { workspace, path } = await board();
    const past = { name: "Late", scopes: ["read"], expiresAt: new Date(Date.now() - 1_000).toISOString() };
    const refused = await call("POST", `/api/v1/workspaces/${workspace}/api-keys`, past, OPERATOR);
    expect([refused.status, refused.body.errors[0].path]).toEqual([400, "expiresAt"]);
    const { as } = await makeKey(workspace, ["read"], { expiresAt: new Date(Date.now() + HOUR_MS).toISOString() });
    expect((await call("GET", `${path}/feedback`, undefined, as)).status).toBe(200);
    const now = vi.spyOn(Date, "now").mockReturnValue(Date.now() + HOUR_MS + 1_000);
    expect((await call("GET", `${path}/feedback`, undefined, as)).body.code).toBe("INVALID_TOKEN");
    now.mockRestore();
  });

  it("[S20] take their sockets on a private board with them when they end", async () => {
    const { workspace, path } = await board();
    await call("PATCH", `/api/v1/workspaces/${workspace}/boards/ideas`, { visibility: "private" }, OPERATOR);
    const endsAt = Date.now() + 1_500;
    const { as } = await makeKey(workspace, ["read"], { expiresAt: new Date(endsAt).toISOString() });
    const peer = new Peer((await upgrade(path, "", as)).webSocket as WebSocket);
    peer.send({ type: "hello", since: null });
    await peer.until(({ frames }) => frames.length === 1);
    await peer.until(({ closed }) => closed !== null);
    expect(peer.closed).toEqual({ code: 1008, reason: "credentials ended" });
    expect(Date.now()).toBeGreaterThanOrEqual(endsAt);
    expect(Date.now()).toBeLessThan(endsAt + 1_000);
  });

  it("[S20] note their last use to the hour, and write it once an hour at most", async () => {
    const { workspace, path, stub } = await board();
    const { as } = await makeKey(workspace, ["read"]);
    const used = () =>
      runInDurableObject(stub, (_, { storage }) => storage.sql.exec("select last_used_at n from api_keys").one()["n"]);
    const hour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
    await call("GET", `${path}/feedback`, undefined, as);
    expect(await used()).toBe(hour);
    await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("update api_keys set last_used_at = 0").toArray(),
    );
    await call("GET", `${path}/feedback`, undefined, as);
    expect(await used()).toBe(0);
    const now = vi.spyOn(Date, "now").mockReturnValue(hour + HOUR_MS + 1);
    await call("GET", `${path}/feedback`, undefined, as);
    now.mockRestore();
    expect(await used()).toBe(hour + HOUR_MS);
  });

  it("[S20] are not noted as used when only their sockets are looked at, by a change of the board or by the alarm", async () => {
    const { workspace, path, stub } = await board();
    const { as } = await makeKey(workspace, ["read"]);
    const peer = await Peer.open(path, "", as);
    const used = () =>
      runInDurableObject(stub, (_, { storage }) => storage.sql.exec("select last_used_at n from api_keys").one()["n"]);
    const usedAt = await used();
    const now = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 2 * HOUR_MS);
    await call("PATCH", `/api/v1/workspaces/${workspace}/boards/ideas`, { visibility: "private" }, OPERATOR);
    await runDurableObjectAlarm(stub);
    now.mockRestore();
    expect(await used()).toBe(usedAt);
    expect(peer.closed).toBeNull();
  });

  it("[S20] may end in the far future: later than any alarm that the platform takes", async () => {
    const { workspace, path, stub } = await board();
    await call("PATCH", `/api/v1/workspaces/${workspace}/boards/ideas`, { visibility: "private" }, OPERATOR);
    const { as } = await makeKey(workspace, ["read"], { expiresAt: "9999-12-31T23:59:59Z" });
    await runInDurableObject(stub, async (_, { storage }) => {
      storage.sql.exec("delete from schedule");
      await storage.deleteAlarm();
    });
    const peer = await Peer.open(path, "", as);
    peer.send({ type: "hello", since: null });
    await peer.until(({ frames }) => frames.length === 1);
    const alarm = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
    expect(alarm).toBeGreaterThan(Date.now() + HOUR_MS);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await runInDurableObject(stub, (_, { storage }) => storage.getAlarm())).not.toBeNull();
    expect(peer.closed).toBeNull();
  });

  it("[S20] are at most fifty, also when made at once", async () => {
    const { workspace } = await board();
    const keys = `/api/v1/workspaces/${workspace}/api-keys`;
    const made = await Promise.all(
      Array.from({ length: API_KEYS_PER_WORKSPACE_MAX + 5 }, () =>
        call("POST", keys, { name: "One of many", scopes: ["read"] }, OPERATOR),
      ),
    );
    expect(made.filter(({ status }) => status === 201)).toHaveLength(API_KEYS_PER_WORKSPACE_MAX);
    expect(made.filter(({ body }) => body.code === "LIMIT_REACHED")).toHaveLength(5);
  });

  it("[S20] do not outlive their workspace: whoever takes its name next starts with none", async () => {
    const { workspace, path } = await board();
    const { as } = await makeKey(workspace, API_KEY_SCOPES);
    const root = `/api/v1/workspaces/${workspace}`;
    await call("POST", `${root}/signing-secrets`, undefined, OPERATOR);
    await call(
      "PATCH",
      `${root}/settings`,
      { requireIdentity: true, allowedOrigins: ["https://old.example"] },
      OPERATOR,
    );
    await call("PATCH", `${root}/branding`, { accentColor: "#ff0000" }, OPERATOR);
    expect((await call("DELETE", root, undefined, OPERATOR)).status).toBe(204);
    expect((await call("GET", `${path}/feedback`, undefined, as)).body.code).toBe("INVALID_TOKEN");
    const again = () => call("POST", "/api/v1/workspaces", { slug: workspace, name: "Next" }, OPERATOR);
    await expect.poll(async () => (await again()).status, { timeout: 10_000 }).toBe(201);
    expect((await call("GET", root, undefined, as)).body.code).toBe("INVALID_TOKEN");
    expect((await call("GET", `${root}/api-keys`, undefined, OPERATOR)).body).toEqual([]);
    expect((await call("GET", `${root}/signing-secrets`, undefined, OPERATOR)).body).toEqual([]);
    const settings = await call("GET", `${root}/settings`, undefined, OPERATOR);
    expect(settings.body).toEqual({
      anonymousPosting: true,
      requireIdentity: false,
      allowedOrigins: [],
      moderation: "open",
      lockClosed: false,
    });
    expect((await call("GET", `${root}/branding`)).body).toEqual({ accentColor: null, logoUrl: null });
  });
});
