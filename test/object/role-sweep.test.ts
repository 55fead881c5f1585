/**
 * Every endpoint of a workspace × every kind of caller × their own workspace, another's, and one that is not there, as real requests to the real Worker. What is expected is computed
 * from the permission table alone; what differs from it, and why, stands in `TIGHTER`. Nothing that a caller may not see may be in any answer. An endpoint without a recipe fails.
 */
import { env } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { SignJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { type Actor, may } from "../../src/domain/permissions.ts";
import { API_PREFIX } from "../../src/ids.ts";
import { API_KEY_SCOPES, type ApiKeyScope } from "../../src/protocol/rest/api-keys.ts";
import type { Endpoint } from "../../src/protocol/rest/endpoint.ts";
import { ENDPOINTS } from "../../src/protocol/rest/openapi.ts";
import { type Action, ACTIONS, ROLES } from "../../src/protocol/rest/roles.ts";
import { account, ACCOUNTS_TIMEOUT_MS } from "../support/accounts.ts";
import { type Answer, call, OPERATOR, uniqueSlug, upgrade } from "../support/workerd.ts";

/** In every name and address that only the team may see. */
const CANARY = "canary";
const PERSON = "sweep-person";

type Headers = Record<string, string>;
type Caller = {
  readonly name: string;
  readonly headers: Headers;
  /** In the own workspace. */
  readonly actor: Omit<Actor, "person" | "userId">;
  readonly kind: "anonymous" | "account" | "signed" | "key" | "operator";
};
/** What a recipe may name: made anew for each request that could use it up. */
type Target = { readonly workspace: string; readonly item: number; readonly victim: string };
type Request = { readonly path?: Record<string, string>; readonly query?: string; readonly body?: unknown };

const callers: Caller[] = [];
const team = new Map<string, string>();

/** `who` needs to say for whom: nobody in particular and a key do, others act for themselves. */
const forPerson = (caller: Caller) =>
  caller.kind === "anonymous" || caller.kind === "key" || caller.kind === "operator" ? { externalUserId: PERSON } : {};

const made = async (path: string, body?: unknown): Promise<any> => {
  const answer = await call("POST", `${API_PREFIX}/workspaces${path === "" ? "" : `/${path}`}`, body, OPERATOR);
  if (answer.status >= 300) throw new Error(`${path}: ${String(answer.status)} ${JSON.stringify(answer.body)}`);
  return answer.body;
};

/** On the item; what only the team may read has the canary. */
async function commentIn({ workspace, item }: Target, more: { readonly isInternal?: true } = {}): Promise<string> {
  const body = more.isInternal === true ? `${CANARY} note` : "Swept";
  const path = `${API_PREFIX}/${workspace}/ideas/feedback/${String(item)}/comments`;
  const { id } = (await call("POST", path, { body, ...more }, OPERATOR)).body as { readonly id?: number };
  // In a workspace that is not there, there is none.
  return String(id ?? 1);
}

/** One per endpoint: what to send so that whoever may gets a success. */
const RECIPES: Record<string, (target: Target, caller: Caller) => Request | Promise<Request>> = {
  readWorkspace: () => ({}),
  updateWorkspace: () => ({ body: { name: "Renamed" } }),
  deleteWorkspace: () => ({}),
  listMembers: () => ({}),
  updateMember: ({ victim }) => ({ path: { userId: victim }, body: { role: "member" } }),
  removeMember: ({ victim }) => ({ path: { userId: victim } }),
  listInvitations: () => ({}),
  createInvitation: () => ({ body: { email: `${CANARY}-${crypto.randomUUID()}@example.com`, role: "member" } }),
  revokeInvitation: async ({ workspace }) => {
    const invited = { email: `${CANARY}-${crypto.randomUUID()}@example.com`, role: "member" };
    return { path: { id: (await made(`${workspace}/invitations`, invited)).id } };
  },
  listApiKeys: () => ({}),
  createApiKey: () => ({ body: { name: `${CANARY} key`, scopes: ["read"] } }),
  revokeApiKey: async ({ workspace }) => ({
    path: { id: (await made(`${workspace}/api-keys`, { name: `${CANARY} key`, scopes: ["read"] })).id },
  }),
  listSigningSecrets: () => ({}),
  createSigningSecret: async ({ workspace }) => {
    await freeSecret(workspace);
    return {};
  },
  revokeSigningSecret: async ({ workspace }) => {
    await freeSecret(workspace);
    return { path: { id: (await made(`${workspace}/signing-secrets`)).id } };
  },
  readAnalytics: () => ({}),
  listThemes: () => ({}),
  rebuildThemes: () => ({}),
  listThemeItems: async ({ workspace }) => ({ path: { id: String(await themeIn(workspace)) } }),
  updateTheme: async ({ workspace }) => ({ path: { id: String(await themeIn(workspace)) }, body: { pinned: true } }),
  mergeTheme: async ({ workspace }) => ({
    path: { id: String(await themeIn(workspace)) },
    body: { intoId: await themeIn(workspace) },
  }),
  readSettings: () => ({}),
  updateSettings: () => ({ body: { allowedOrigins: [] } }),
  listRateLimits: () => ({}),
  listEvents: () => ({}),
  updateRateLimits: () => ({ body: { "comment-person": 21 } }),
  readBranding: () => ({}),
  updateBranding: () => ({ body: { accentColor: "#0a7c66" } }),
  readWidgetConfig: () => ({}),
  listBoards: () => ({}),
  createBoard: () => ({ body: { slug: uniqueSlug(), name: "Swept board", visibility: "private" } }),
  readBoard: () => ({}),
  updateBoard: () => ({ body: { name: "Ideas" } }),
  deleteBoard: async ({ workspace }) => ({
    path: { board: (await made(`${workspace}/boards`, { slug: uniqueSlug(), name: "Short-lived" })).slug },
  }),
  listGuests: () => ({}),
  inviteGuest: () => ({ body: { externalUserId: "guest" } }),
  removeGuest: async ({ workspace }) => {
    await made(`${workspace}/boards/ideas/guests`, { externalUserId: "guest" });
    return { path: { externalUserId: "guest" } };
  },
  listFeedback: () => ({}),
  createFeedback: (_target, caller) => ({ body: { title: "Swept", ...forPerson(caller) } }),
  readFeedback: () => ({}),
  updateFeedback: () => ({ body: { status: "planned" } }),
  deleteFeedback: () => ({}),
  castVote: (_target, caller) => ({ body: forPerson(caller) }),
  removeVote: (_target, caller) => ({ body: forPerson(caller) }),
  lookUpVotes: ({ item }, caller) => ({
    query: new URLSearchParams({ ids: String(item), ...forPerson(caller) }).toString(),
  }),
  listModeration: () => ({ query: "state=hidden" }),
  countModeration: () => ({}),
  moderate: ({ item }) => ({ body: { action: "hide", entries: [{ kind: "feedback", id: item }] } }),
  mergeFeedback: async ({ workspace }) => ({ body: { intoId: (await targetIn(workspace)).item } }),
  unmergeFeedback: async ({ workspace, item }) => {
    const { item: intoId } = await targetIn(workspace);
    await call("POST", `${API_PREFIX}/${workspace}/ideas/feedback/${String(item)}/merge`, { intoId }, OPERATOR);
    return {};
  },
  listMerged: async ({ workspace, item }) => {
    const path = `${API_PREFIX}/${workspace}/ideas/feedback/${String(await hiddenIn(workspace))}/merge`;
    await call("POST", path, { intoId: item }, OPERATOR);
    return {};
  },
  listDuplicates: async ({ workspace }) => {
    await groupIn(workspace, await hiddenIn(workspace));
    return {};
  },
  createDuplicates: async ({ workspace, item }) => ({
    body: { feedbackIds: [item, (await targetIn(workspace)).item] },
  }),
  confirmDuplicates: async ({ workspace }) => {
    const { item } = await targetIn(workspace);
    return { path: { id: await groupIn(workspace, item) }, body: { intoId: item } };
  },
  dismissDuplicates: async ({ workspace }) => ({
    path: { id: await groupIn(workspace, (await targetIn(workspace)).item) },
  }),
  findSimilar: () => ({ query: "title=Something+like+it" }),
  openLive: () => ({}),
  readRoadmap: () => ({}),
  openRoadmapLive: () => ({}),
  listPhases: () => ({}),
  createPhase: async ({ workspace }) => {
    await freePhase(workspace);
    return { body: { name: "Swept", isPublic: false } };
  },
  updatePhase: async ({ workspace }) => ({ path: { id: await phaseIn(workspace) }, body: { status: "planned" } }),
  deletePhase: async ({ workspace }) => ({ path: { id: await phaseIn(workspace) } }),
  listRoadmapItems: () => ({}),
  createRoadmapItem: async ({ workspace, item }) => ({
    body: { phaseId: Number(await phaseIn(workspace)), feedbackId: item },
  }),
  updateRoadmapItem: async ({ workspace }) => ({
    path: { id: await roadmapItemIn(workspace) },
    body: { isPublic: false },
  }),
  deleteRoadmapItem: async ({ workspace }) => ({ path: { id: await roadmapItemIn(workspace) } }),
  listComments: async (target) => {
    await commentIn(target, { isInternal: true });
    await commentIn(target);
    return {};
  },
  createComment: (_target, caller) => ({ body: { body: "Swept", ...forPerson(caller) } }),
  updateComment: async (target) => ({ path: { commentId: await commentIn(target) }, body: { body: "Swept again" } }),
  deleteComment: async (target) => ({ path: { commentId: await commentIn(target) } }),
};

/** Endpoints where the rule lets in more than may do this very thing: a verb looks closer. */
const TIGHTER: Readonly<Record<string, Action>> = {
  // Nobody here wrote the item.
  updateFeedback: "feedback.moderate",
  deleteFeedback: "feedback.moderate",
  updateComment: "feedback.moderate",
  deleteComment: "feedback.moderate",
  // What is hidden stands there.
  listModeration: "internal.read",
  // Somebody else, not oneself.
  removeMember: "team.manage",
};

const swept = ENDPOINTS.filter(({ path, who }) => path.includes(":workspace") && who !== "account");
const OWN = uniqueSlug();
const OTHER = uniqueSlug();
const NOWHERE = uniqueSlug();

test("[S17] every endpoint of a workspace has a recipe here", () => {
  expect(Object.keys(RECIPES).toSorted()).toEqual(swept.map(({ operationId }) => operationId).toSorted());
});

beforeAll(async () => {
  for (const role of [...ROLES, "stranger"]) {
    const { userId, headers } = await account(`${CANARY} ${role}`);
    team.set(role, userId);
    callers.push({
      name: role,
      headers,
      kind: "account",
      actor: { standing: role === "stranger" ? "end-user" : (role as Actor["standing"]), scopes: null },
    });
  }
  await workspaceOf(OWN, true);
  await workspaceOf(OTHER, false);
  callers.push(
    { name: "anonymous", headers: {}, kind: "anonymous", actor: { standing: "anonymous", scopes: null } },
    { name: "operator", headers: OPERATOR, kind: "operator", actor: { standing: "owner", scopes: null } },
    await signed(OWN),
  );
  for (const scopes of [...API_KEY_SCOPES.map((scope) => [scope]), [...API_KEY_SCOPES]])
    callers.push(await keyed(scopes));
});

describe("in one's own workspace", () => {
  test.each(swept.map((endpoint) => [endpoint.operationId, endpoint] as const))(
    "[S17] %s is done for whom the table names, and refused to all others",
    async (operationId, endpoint) => {
      for (const caller of callers) {
        const consuming = operationId === "deleteWorkspace";
        const workspace = consuming && mayHere(endpoint, caller) ? await fresh() : OWN;
        const answer = await ask(endpoint, caller, await targetIn(workspace));
        const said = `${caller.name}: ${String(answer.status)} ${JSON.stringify(answer.body)}`;
        if (mayHere(endpoint, caller)) expect(Object.keys(endpoint.answers), said).toContain(String(answer.status));
        else expect(answer.body.code, said).toBe(refusalHere(endpoint, caller));
        if (!mayHere(endpoint, caller) || !may(caller.actor, "internal.read")) {
          expect(textOf(answer), said).not.toContain(CANARY);
        }
      }
    },
  );
});

describe("in another's workspace", () => {
  test.each(swept.map((endpoint) => [endpoint.operationId, endpoint] as const))(
    "[S17] %s of another tenant is what it is of nobody's",
    async (_operationId, endpoint) => {
      for (const caller of callers) {
        if (caller.kind === "operator") continue;
        const answer = await ask(endpoint, caller, await targetIn(OTHER));
        const said = `${caller.name}: ${String(answer.status)} ${JSON.stringify(answer.body)}`;
        expect(textOf(answer), said).not.toContain(CANARY);
        const stranger = caller.kind === "account" ? ({ standing: "end-user", scopes: null } as const) : caller.actor;
        const open = caller.kind !== "key" && caller.kind !== "signed" && may(stranger, ruleOf(endpoint));
        if (open) {
          expect(Object.keys(endpoint.answers), said).toContain(String(answer.status));
        } else {
          const nothing = await ask(endpoint, caller, { workspace: NOWHERE, item: 1, victim: "nobody" });
          const foreignItem = endpoint.who === "own.edit" && caller.kind === "account";
          if (foreignItem) expect([403, 404], said).toContain(answer.status);
          else
            expect({ status: answer.status, ...withoutInstance(answer) }, said).toEqual({
              status: nothing.status,
              ...withoutInstance(nothing),
            });
        }
      }
    },
  );
});

describe("a session that was ended", () => {
  const ending: Caller = {
    name: "signed out",
    headers: {},
    kind: "account",
    actor: { standing: "owner", scopes: null },
  };
  let signedOut = ending;

  beforeAll(async () => {
    const { userId, headers } = await account("Gone");
    await insertMember(OWN, userId, "owner");
    await call("POST", `${API_PREFIX}/auth/logout`, {}, headers);
    signedOut = { ...ending, headers };
  }, ACCOUNTS_TIMEOUT_MS);

  test("[S7] whatever runs a workspace or changes an account looks the session up", () => {
    const sensitive: ReadonlySet<string> = new Set(["workspace.configure", "team.manage", "workspace.own", "account"]);
    const unsure = ENDPOINTS.filter(
      ({ method, who, online }) => method !== "GET" && sensitive.has(who) && online !== true,
    );
    expect(unsure.map(({ operationId }) => operationId)).toEqual([]);
  });

  test.each(swept.filter(({ online }) => online === true).map((endpoint) => [endpoint.operationId, endpoint] as const))(
    "[S7] %s refuses its access token at once",
    async (_operationId, endpoint) => {
      const { status, body } = await ask(endpoint, signedOut, await targetIn(OWN));
      expect({ status, code: body.code }).toEqual({ status: 401, code: "INVALID_TOKEN" });
    },
  );
});

test("[S17] the number of combinations swept", () => {
  const combinations = swept.length * callers.length * 2;
  console.log(
    `role sweep: ${String(swept.length)} endpoints × ${String(callers.length)} callers × 2 workspaces = ${String(combinations)} requests, 0 leaks`,
  );
  expect(combinations).toBeGreaterThan(700);
});

test("[S16] every action of the table is asked for by some endpoint, or by a verb", () => {
  const byVerb: readonly Action[] = ["private.read", "behalf.act", "feedback.moderate"];
  const asked = new Set<string>([...swept.map(({ who }) => who), ...byVerb]);
  expect(ACTIONS.filter((action) => !asked.has(action))).toEqual([]);
});

describe("outside of workspaces", () => {
  const personal = ENDPOINTS.filter(
    ({ who }) => who === "account" || who === "operator" || who === "account-or-operator",
  );
  test.each(personal.map((endpoint) => [endpoint.operationId, endpoint] as const))(
    "[S17] %s is for nobody without the right credentials",
    async (_operationId, endpoint) => {
      for (const caller of callers) {
        const { who } = endpoint;
        const right =
          (caller.kind === "account" && who !== "operator") || (caller.kind === "operator" && who !== "account");
        if (right) continue;
        const path = endpoint.path.replaceAll(/:workspace/gu, OWN).replaceAll(/:\w+/gu, "x");
        const answer = await call(
          endpoint.method,
          `${API_PREFIX}${path}`,
          bodyless(endpoint) ? undefined : {},
          caller.headers,
        );
        expect(answer.status, `${caller.name}: ${JSON.stringify(answer.body)}`).toBe(401);
      }
    },
  );
});

function ruleOf({ operationId, who }: Endpoint): Action {
  return TIGHTER[operationId] ?? (who as Action);
}

function mayHere(endpoint: Endpoint, caller: Caller): boolean {
  return may(caller.actor, endpoint.who as Action) && may(caller.actor, ruleOf(endpoint));
}

function refusalHere(endpoint: Endpoint, caller: Caller): string {
  if (caller.kind === "anonymous") return "UNAUTHENTICATED";
  const mayAsk = may(caller.actor, endpoint.who as Action);
  if (caller.kind === "account" && caller.actor.standing === "end-user" && !mayAsk) return "WORKSPACE_NOT_FOUND";
  return "FORBIDDEN";
}

async function ask(endpoint: Endpoint, caller: Caller, target: Target): Promise<Answer> {
  const recipe = RECIPES[endpoint.operationId];
  if (recipe === undefined) throw new Error(`no recipe for ${endpoint.operationId}`);
  // What a recipe makes is made where there is something: nowhere, any name will do.
  const nowhere = target.workspace === NOWHERE;
  const request = await recipe(nowhere ? { ...target, workspace: OTHER } : target, caller);
  const params: Record<string, string> = {
    workspace: target.workspace,
    board: "ideas",
    id: String(target.item),
    ...request.path,
  };
  const path = endpoint.path.replaceAll(/:(\w+)/gu, (_match, name: string) => params[name] ?? "missing");
  if (endpoint.operationId === "openLive" || endpoint.operationId === "openRoadmapLive")
    return openSocket(path.replace(/\/live$/u, ""), caller);
  const query = request.query === undefined ? "" : `?${request.query}`;
  return call(endpoint.method, `${API_PREFIX}${path}${query}`, request.body, caller.headers);
}

async function openSocket(path: string, caller: Caller): Promise<Answer> {
  const response = await upgrade(`${API_PREFIX}${path}`, "", caller.headers);
  if (response.webSocket === null) {
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
  response.webSocket.accept();
  const closed = new Promise<CloseEvent>((resolve) => response.webSocket?.addEventListener("close", resolve));
  response.webSocket.send(JSON.stringify({ type: "hello", since: null }));
  const greeted = new Promise<string>((resolve) =>
    response.webSocket?.addEventListener("message", ({ data }) => resolve(String(data))),
  );
  const first = await Promise.race([closed, greeted]);
  const status = typeof first === "string" ? response.status : 401;
  response.webSocket.close(1000, "seen");
  return { status, headers: response.headers, body: { first: typeof first === "string" ? first : first.reason } };
}

async function targetIn(workspace: string): Promise<Target> {
  const { body } = await call("POST", `${API_PREFIX}/${workspace}/ideas/feedback`, { title: "Swept" }, OPERATOR);
  const victim = crypto.randomUUID();
  await insertMember(workspace, victim, "member");
  return { workspace, item: body.id, victim };
}

/** An item that only the team sees. */
async function hiddenIn(workspace: string): Promise<number> {
  const path = `${API_PREFIX}/${workspace}/ideas/feedback`;
  const { body } = await call("POST", path, { title: `${CANARY} twin` }, OPERATOR);
  await call("PATCH", `${path}/${String(body.id)}`, { isHidden: true }, OPERATOR);
  return body.id;
}

/** An item of everybody's beside that one, as likely the same. */
async function groupIn(workspace: string, other: number): Promise<string> {
  const { item } = await targetIn(workspace);
  return String((await made(`${workspace}/duplicates`, { feedbackIds: [item, other] })).id);
}

/** A workspace with the whole team, a board, and secrets that must not leak. */
async function workspaceOf(workspace: string, withTeam: boolean): Promise<void> {
  await made("", { slug: workspace, name: "Swept" });
  await made(`${workspace}/boards`, { slug: "ideas", name: "Ideas" });
  await made(`${workspace}/boards`, { slug: "secret", name: `${CANARY} board`, visibility: "private" });
  await made(`${workspace}/invitations`, { email: `${CANARY}@example.com`, role: "member" });
  const hidden = await call("POST", `${API_PREFIX}/${workspace}/ideas/feedback`, { title: `${CANARY} item` }, OPERATOR);
  await call(
    "PATCH",
    `${API_PREFIX}/${workspace}/ideas/feedback/${String(hidden.body.id)}`,
    { isHidden: true },
    OPERATOR,
  );
  const phase = await made(`${workspace}/roadmap/phases`, { name: `${CANARY} phase`, isPublic: false });
  await made(`${workspace}/roadmap/items`, { phaseId: phase.id, title: `${CANARY} plan` });
  if (!withTeam) return;
  for (const role of ROLES) await insertMember(workspace, team.get(role) ?? "", role);
}

async function fresh(): Promise<string> {
  const workspace = uniqueSlug();
  await workspaceOf(workspace, true);
  return workspace;
}

/** Straight into the table: the way there is tested elsewhere, and takes four requests. */
async function insertMember(workspace: string, userId: string, role: string): Promise<void> {
  const stub = env.WORKSPACE.getByName(workspace);
  await runInDurableObject(stub, (_instance, state) => {
    state.storage.sql.exec(
      "INSERT INTO members (user_id, role, since, email) VALUES (?, ?, 0, ?)",
      userId,
      role,
      `${CANARY}@example.com`,
    );
  });
  await evictDurableObject(stub);
}

async function signed(workspace: string): Promise<Caller> {
  const { secret } = await made(`${workspace}/signing-secrets`);
  const now = Math.floor(Date.now() / 1_000);
  const token = await new SignJWT({ name: "Signed", role: "owner" })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject("signed-person")
    .setIssuer(workspace)
    .setAudience("groundswell")
    .setIssuedAt(now)
    .setExpirationTime(now + 3_000)
    .sign(new TextEncoder().encode(secret));
  const headers = { authorization: `Bearer ${token}` };
  return { name: "signed end user", headers, kind: "signed", actor: { standing: "end-user", scopes: null } };
}

async function keyed(scopes: readonly ApiKeyScope[]): Promise<Caller> {
  const { key } = await made(`${OWN}/api-keys`, { name: `${CANARY} key`, scopes });
  const headers = { authorization: `Bearer ${key}` };
  return { name: `key ${scopes.join("+")}`, headers, kind: "key", actor: { standing: "admin", scopes } };
}

/** Two are good at a time, and the first signs for a caller of the sweep. */
async function freeSecret(workspace: string): Promise<void> {
  const { body } = await call("GET", `${API_PREFIX}/workspaces/${workspace}/signing-secrets`, undefined, OPERATOR);
  for (const { id } of body.slice(1)) {
    await call("DELETE", `${API_PREFIX}/workspaces/${workspace}/signing-secrets/${id}`, undefined, OPERATOR);
  }
}

/** A roadmap has at most twenty phases: those that hold nothing make room. */
async function freePhase(workspace: string): Promise<void> {
  const path = `${API_PREFIX}/workspaces/${workspace}/roadmap/phases`;
  const { body } = await call("GET", path, undefined, OPERATOR);
  if (body.length < 20) return;
  for (const { id } of body) await call("DELETE", `${path}/${String(id)}`, undefined, OPERATOR);
}

async function phaseIn(workspace: string): Promise<string> {
  await freePhase(workspace);
  return String((await made(`${workspace}/roadmap/phases`, { name: "Swept", isPublic: false })).id);
}

/** In the first phase, so that few are filled. */
async function roadmapItemIn(workspace: string): Promise<string> {
  const { body } = await call("GET", `${API_PREFIX}/workspaces/${workspace}/roadmap/phases`, undefined, OPERATOR);
  const phaseId = Number(body[0]?.id ?? (await phaseIn(workspace)));
  const item = await made(`${workspace}/roadmap/items`, { phaseId, title: "Swept", isPublic: false });
  return String(item.id);
}

/** Straight into the table: themes are found by the alarm. */
async function themeIn(workspace: string): Promise<number> {
  return runInDurableObject(env.WORKSPACE.getByName(workspace), (_instance, { storage }) =>
    Number(
      storage.sql
        .exec(
          "INSERT INTO themes (name, terms, is_named, is_pinned, item_count, vote_count, centroid, created_at, updated_at) VALUES (?, '[]', 1, 0, 0, 0, '[]', 0, 0) RETURNING id",
          `${CANARY} theme`,
        )
        .one()["id"],
    ),
  );
}

/** An answer without a body has no text. */
function textOf({ body }: Answer): string {
  return body === undefined ? "" : JSON.stringify(body);
}

function bodyless({ body }: Endpoint): boolean {
  return body === undefined;
}

function withoutInstance({ body }: Answer): Record<string, unknown> {
  const { instance: _instance, ...rest } = (body === "" || body === null ? {} : body) as Record<string, unknown>;
  return rest;
}
