/**
 * Pending sign-ins and what follows a good one, inside workerd: time that runs out, what an OAuthFlow object keeps, and accounts whose making is cut off between two objects. The provider is a
 * stub of GitHub here; the real protocol is test/wire/oauth.test.ts.
 */
import {
  createExecutionContext,
  runDurableObjectAlarm,
  runInDurableObject,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Identity } from "../../objects/identity.ts";
import { User } from "../../objects/user.ts";
import { hashOf } from "../../src/auth/secret.ts";
import { OAUTH_FLOW_MS } from "../../src/limits.ts";
import worker from "../../src/worker.ts";
import { Clock } from "../model/clock.ts";
import { ORIGIN } from "../support/workerd.ts";

const CLIENT = { GITHUB_CLIENT_ID: "client", GITHUB_CLIENT_SECRET: "secret", LINKEDIN_CLIENT_ID: "without-a-secret" };
const clock = new Clock();

/** What GitHub says; each test has people of its own. */
let person = { id: 0, email: "", verified: true };
let people = 0;
const asked: Request[] = [];

beforeEach(() => {
  clock.install();
  people += 1;
  person = { id: people, email: `person-${String(people)}@example.com`, verified: true };
  asked.length = 0;
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    const request = new Request(input, init);
    asked.push(request);
    return Promise.resolve(gitHub(new URL(request.url).pathname));
  });
});

afterEach(() => {
  clock.restore();
  vi.restoreAllMocks();
});

function gitHub(path: string): Response {
  if (path === "/login/oauth/access_token") return Response.json({ access_token: "gho_x", token_type: "bearer" });
  if (path === "/user") return Response.json({ id: person.id, login: "octocat", name: null });
  if (path === "/user/emails") {
    return Response.json([{ email: person.email, primary: true, verified: person.verified }]);
  }
  return new Response(null, { status: 404 });
}

type Answer = { readonly status: number; readonly headers: Headers; readonly text: string };

async function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const execution = createExecutionContext();
  const request = new Request<unknown, IncomingRequestCfProperties>(`${ORIGIN}/api/v1/auth${path}`, { headers });
  const response = await worker.fetch(request, { ...env, ...CLIENT }, execution);
  const text = await response.text();
  await waitOnExecutionContext(execution);
  return { status: response.status, headers: response.headers, text };
}

type Started = { readonly state: string; readonly cookie: string };

async function start(): Promise<Started> {
  const { status, headers, text } = await get("/github/initiate");
  expect(status).toBe(200);
  const { state } = JSON.parse(text) as { state: string };
  return { state, cookie: headers.getSetCookie()[0]?.split(";")[0] ?? "" };
}

/** Where the callback leads, and the session's cookies. */
async function finish({ state, cookie }: Started): Promise<{ location: string | null; userId: string | null }> {
  const { status, headers } = await get(`/github/callback?code=c&state=${state}`, { cookie });
  expect(status).toBe(303);
  const access = headers.getSetCookie().find((line) => line.startsWith("__Host-gs_access="));
  const [, claims = ""] = (access ?? "").split(".");
  const { sub } = claims === "" ? { sub: null } : JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
  return { location: headers.get("location"), userId: sub };
}

function refused(code: string): { location: string; userId: null } {
  return { location: `/console/sign-in?error_code=${code}`, userId: null };
}

async function flowOf(state: string) {
  return env.OAUTH_FLOW.getByName(await hashOf(state));
}

function rowsOf(stub: DurableObjectStub): Promise<unknown[]> {
  return runInDurableObject(stub, (_, { storage }) => {
    const tables = storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'").toArray();
    return tables.flatMap(({ name }) => storage.sql.exec(`SELECT * FROM "${String(name)}"`).toArray());
  });
}

describe("a pending sign-in", () => {
  it("[S9] is good for ten minutes, and refused from then on, also before the alarm", async () => {
    const inTime = await start();
    const late = await start();
    clock.advance(OAUTH_FLOW_MS - 1);
    expect((await finish(inTime)).location).toBe("/console");
    clock.advance(1);
    expect(await finish(late)).toEqual(refused("expired_state"));
    // It was used up nevertheless.
    expect(await rowsOf(await flowOf(late.state))).toEqual([]);
    expect(asked.map(({ url }) => new URL(url).pathname)).toHaveLength(3);
  });

  it("[S9] is gone with all its storage at the alarm; who comes later is told that it has expired", async () => {
    const started = await start();
    const flow = await flowOf(started.state);
    expect(await runInDurableObject(flow, (_, { storage }) => storage.getAlarm())).toBe(clock.now + OAUTH_FLOW_MS);
    clock.advance(OAUTH_FLOW_MS);
    expect(await runDurableObjectAlarm(flow)).toBe(true);
    expect(
      await runInDurableObject(flow, (_, { storage }) =>
        storage.sql.exec("SELECT * FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
      ),
    ).toEqual([]);
    expect(await finish(started)).toEqual(refused("expired_state"));
    expect(asked).toEqual([]);
  });

  it("[S9] keeps hashes of the state and of the browser's cookie, never themselves", async () => {
    const { state, cookie } = await start();
    const kept = JSON.stringify(await rowsOf(await flowOf(state)));
    const [, secret = ""] = cookie.split("=");
    expect(secret).toMatch(/^[\w-]{43}$/u);
    expect(kept).not.toContain(state);
    expect(kept).not.toContain(secret);
    expect(kept).toContain(await hashOf(secret));
  });

  it("[S9] that never was leaves nothing on disk", async () => {
    const { cookie } = await start();
    const state = `${"a".repeat(43)}.${(clock.now + 60_000).toString(36)}`;
    expect(await finish({ state, cookie })).toEqual(refused("invalid_state"));
    const found = await runInDurableObject(await flowOf(state), (_, { storage }) =>
      storage.sql.exec("SELECT * FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
    );
    expect(found).toEqual([]);
  });

  it("[S9] is bound to the browser by a cookie that no other host can set", async () => {
    const { headers } = await get("/github/initiate");
    const [line = ""] = headers.getSetCookie();
    expect(line).toMatch(/^__Host-gs_oauth=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/u);
    // A browser that has one keeps it; a cookie of another shape is not believed.
    const [pair = ""] = line.split(";");
    expect((await get("/github/initiate", { cookie: pair })).headers.getSetCookie()[0]).toBe(line);
    const odd = await get("/github/initiate", { cookie: "__Host-gs_oauth=x" });
    expect(odd.headers.getSetCookie()[0]).not.toContain("gs_oauth=x;");
  });

  it("[S9] cannot be started where the client's secret is missing", async () => {
    expect((await get("/linkedin/initiate")).status).toBe(404);
    expect((await get("/linkedin/callback?code=c&state=s")).status).toBe(404);
  });
});

describe("an account that is made by a provider", () => {
  it("[S10] is finished by the next sign-in when it was cut off between its objects", async () => {
    const cut = vi.spyOn(Identity.prototype, "claimProvider").mockImplementation(() => {
      throw new Error("the other object is away");
    });
    expect(await finish(await start())).toEqual(refused("internal_error"));
    cut.mockRestore();
    const address = env.IDENTITY.getByName(`password:${person.email}`);
    const claimed = await runInDurableObject(address, (_, { storage }) =>
      storage.sql.exec("SELECT user_id FROM identity").one(),
    );
    const finished = await finish(await start());
    expect(finished).toEqual({ location: "/console", userId: claimed["user_id"] });
    expect((await finish(await start())).userId).toBe(finished.userId);
  });

  it("[S10] is finished by the next sign-in when the person's object could not be told", async () => {
    for (const verified of [true, false]) {
      people += 1;
      person = { id: people, email: `person-${String(people)}@example.com`, verified };
      const cut = vi.spyOn(User.prototype, "hearIdentity").mockImplementation(() => {
        throw new Error("the other object is away");
      });
      expect(await finish(await start())).toEqual(refused("internal_error"));
      cut.mockRestore();
      // An address that was claimed, or where there is none the provider's identity, has the person it was to tell.
      const first = verified ? `password:${person.email}` : `github:${String(person.id)}`;
      const identity = env.IDENTITY.getByName(first);
      const { user_id: userId } = await runInDurableObject(identity, (_, { storage }) =>
        storage.sql.exec("SELECT user_id FROM identity").one(),
      );
      // Who is asked sends what is left first.
      expect(await finish(await start())).toEqual({ location: "/console", userId });
      const profile = await runInDurableObject(env.USER.getByName(String(userId)), (_, { storage }) =>
        storage.sql.exec("SELECT email, email_verified_at IS NOT NULL AS verified FROM profile").one(),
      );
      expect(profile).toEqual({ email: person.email, verified: Number(verified) });
    }
  });

  it("[S9] that fails at its very last step leads to the sign-in page, too", async () => {
    const { state, cookie } = await start();
    const keyring = { getByName: () => ({ keys: () => Promise.reject(new Error("the Keyring is away")) }) };
    const isolate = { ...env, ...CLIENT, KEYRING: keyring as unknown as Env["KEYRING"] };
    const url = `${ORIGIN}/api/v1/auth/github/callback?code=c&state=${encodeURIComponent(state)}`;
    const request = new Request<unknown, IncomingRequestCfProperties>(url, { headers: { cookie } });
    const answered = await worker.fetch(request, isolate, createExecutionContext());
    expect([answered.status, answered.headers.get("location")]).toEqual([
      303,
      "/console/sign-in?error_code=internal_error",
    ]);
  });

  it("[S10] takes the address of an account that was never verified, whenever that was registered", async () => {
    // Registered by somebody else while GitHub was asked: after the identity was looked up, before the address was claimed.
    const address = env.IDENTITY.getByName(`password:${person.email}`);
    const call = { requestId: "r", caller: { kind: "anonymous" }, action: null, openWorkspaces: false } as never;
    const device = { browser: "", os: "", device: "other", address: "", place: "" } as const;
    const command = {
      userId: "squatter-squatter-squa",
      email: person.email,
      name: null,
      passwordHash: "h",
      device,
      browser: null,
    };
    await address.register(call, command, false);
    const { userId } = await finish(await start());
    expect(userId).toBe(command.userId);
    const row = await runInDurableObject(address, (_, { storage }) =>
      storage.sql.exec("SELECT password_hash, email_verified_at IS NOT NULL AS verified FROM identity").one(),
    );
    expect(row).toEqual({ password_hash: null, verified: 1 });
  });

  it("[S10] asks GitHub with a verifier, a user agent and a bearer token, over https only", async () => {
    await finish(await start());
    const [token, user, emails] = asked;
    expect(asked).toHaveLength(3);
    const form = new URLSearchParams(await token?.text());
    expect(Object.fromEntries(form)).toMatchObject({
      client_id: "client",
      client_secret: "secret",
      code: "c",
      grant_type: "authorization_code",
    });
    expect(form.get("code_verifier")).toMatch(/^[\w-]{43}$/u);
    for (const request of [user, emails]) {
      expect(request?.headers.get("authorization")).toBe("Bearer gho_x");
      expect(request?.headers.get("user-agent")).toBe("groundswell");
    }
    expect(asked.every(({ url, redirect }) => url.startsWith("https://") && redirect === "manual")).toBe(true);
  });
});
