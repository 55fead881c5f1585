/**
 * Requests that are sent five times at once, and again after the server was killed, with one Idempotency-Key: one effect, and one answer. Against the built server. Ids are those of test/SPEC.md.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Server, startServer } from "../support/server.ts";
import { type Answer, ask, openAccounts, PASSWORD, type Person, send, type Sent } from "../support/site.ts";

const TIMES = 5;
/** Rounds of all requests at once, in the midst of which the server is killed, after so many answers or so long. */
const KILLS = 3;
const KILL_AFTER_MS = 2_000;
/** One that is still running says 409, for half a minute at most if nobody is there to finish it: its client asks again. */
const PATIENCE_MS = 60_000;
const AGAIN_MS = 100;

type Request = Sent & { readonly method: string; readonly path: string };
/** `effect`: what there is of it afterwards, which must equal `one`. `n`: of one round. */
type Case = {
  readonly what: string;
  readonly request: (n: string) => Request;
  readonly effect: (n: string) => Promise<unknown>;
  readonly one: unknown;
  /** What makes another request of it. */
  readonly changed: object;
  /** It takes several objects: one that was interrupted is not done again at once. */
  readonly isLong?: true;
};

let server: Server;
let dataDir: string;
let owner: Person;
let item: { id: number };

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "groundswell-storm-"));
  await launch();
  [owner] = (await openAccounts(server.origin, ["owner", "ada", "bob"])) as [Person, Person, Person];
  await ask(server.origin, "POST", "/workspaces", { body: { slug: "acme", name: "Acme" }, token: owner.token });
  await ask(server.origin, "POST", "/workspaces/acme/boards", {
    body: { slug: "ideas", name: "Ideas" },
    token: owner.token,
  });
  item = await ask(server.origin, "POST", "/acme/ideas/feedback", { body: { title: "Dark mode" } });
});
afterAll(async () => {
  await server.kill();
  await rm(dataDir, { recursive: true, force: true });
});

async function launch(): Promise<void> {
  const again = server as Server | undefined;
  server = await startServer({
    dataDir,
    vars: { LOG_LEVEL: "error", RATE_LIMIT_SCALE: "100000" },
    ...(again === undefined ? {} : { port: again.port }),
  });
}

const get = (path: string) => ask(server.origin, "GET", path, { token: owner.token });
const mine = () => ({ token: owner.token });
const countOf = async (path: string, isOne: (row: any) => boolean) => (await get(path)).filter(isOne).length;

const CASES: readonly Case[] = [
  {
    what: "a post",
    request: (n) => ({ method: "POST", path: "/acme/ideas/feedback", body: { title: `Post ${n}`, externalUserId: n } }),
    effect: (n) => countOf("/acme/ideas/feedback?sort=created_at&limit=100", ({ title }) => title === `Post ${n}`),
    one: 1,
    changed: { title: "Another" },
  },
  {
    what: "a vote",
    request: (n) => ({
      method: "POST",
      path: `/acme/ideas/feedback/${String(item.id)}/votes`,
      body: { externalUserId: n },
    }),
    effect: (n) => get(`/acme/ideas/votes?ids=${String(item.id)}&externalUserId=${n}`),
    get one() {
      return { [String(item.id)]: 1 };
    },
    changed: { externalUserId: "another" },
  },
  {
    what: "a board",
    request: (n) => ({
      method: "POST",
      path: "/workspaces/acme/boards",
      body: { slug: `b-${n}`, name: "Board" },
      ...mine(),
    }),
    effect: (n) => countOf("/workspaces/acme/boards", ({ slug }) => slug === `b-${n}`),
    one: 1,
    changed: { name: "Another" },
  },
  {
    what: "a workspace",
    request: (n) => ({ method: "POST", path: "/workspaces", body: { slug: `w-${n}`, name: "Workspace" }, ...mine() }),
    effect: (n) => countOf("/workspaces", ({ slug }) => slug === `w-${n}`),
    one: 1,
    changed: { name: "Another" },
  },
  {
    what: "an invitation",
    request: (n) => ({
      method: "POST",
      path: "/workspaces/acme/invitations",
      body: { email: `${n}@example.com`, role: "member" },
      ...mine(),
    }),
    effect: (n) => countOf("/workspaces/acme/invitations", ({ email }) => email === `${n}@example.com`),
    one: 1,
    changed: { email: "another@example.com" },
  },
  {
    what: "an API key",
    request: (n) => ({
      method: "POST",
      path: "/workspaces/acme/api-keys",
      body: { name: n, scopes: ["read"] },
      ...mine(),
    }),
    effect: (n) => countOf("/workspaces/acme/api-keys", ({ name }) => name === n),
    one: 1,
    changed: { name: "another" },
  },
  {
    what: "a setting",
    request: (n) => ({
      method: "PATCH",
      path: "/workspaces/acme/branding",
      body: { logoUrl: `https://x.example/${n}` },
      ...mine(),
    }),
    effect: async (n) => (await get("/workspaces/acme/branding")).logoUrl === `https://x.example/${n}`,
    one: true,
    changed: { logoUrl: "https://y.example" },
  },
  {
    what: "an account",
    request: (n) => ({
      method: "POST",
      path: "/auth/register",
      body: { email: `new-${n}@example.com`, password: PASSWORD },
    }),
    effect: (n) => sessionsOf(`new-${n}`),
    // The one that was opened with the account, and the one that looks.
    one: 2,
    isLong: true,
    changed: { email: "another@example.com" },
  },
  {
    what: "a sign-in",
    request: (n) => ({
      method: "POST",
      path: "/auth/login",
      body: { email: `${signIn(n)}@example.com`, password: PASSWORD },
    }),
    effect: (n) => sessionsOf(signIn(n)),
    // The one with the account, the one that was opened, and the one that looks.
    one: 3,
    isLong: true,
    changed: { password: "another password of nobody" },
  },
];
/** Accounts that sign in once each: one that is interrupted, one that is not. */
const signIn = (n: string) => (n === INTERRUPTED ? "ada" : "bob");
const INTERRUPTED = "interrupted";

async function sessionsOf(name: string): Promise<number> {
  const body = { email: `${name}@example.com`, password: PASSWORD };
  const { accessToken: token } = await ask(server.origin, "POST", "/auth/login", { body });
  return (await ask(server.origin, "GET", "/auth/sessions", { token })).length;
}

/** Five times at once. Null: that one was not answered, and its client does not ask `again`. */
async function storm(
  { method, path, ...sent }: Request,
  key: string,
  again: boolean,
  onAnswer = () => {},
): Promise<(Answer | null)[]> {
  const headers = { "idempotency-key": key };
  const one = async (): Promise<Answer | null> => {
    for (const late = performance.now() + PATIENCE_MS; performance.now() < late; await sleep(AGAIN_MS)) {
      const answer = await send(server.origin, method, path, { ...sent, headers }).catch(() => null);
      if (answer === null && !again) return null;
      // The server hashes few passwords at a time, and says so.
      const isBusy = answer?.status === 409 || answer?.status === 503;
      if (isBusy) expect(["IDEMPOTENCY_IN_PROGRESS", "OVERLOADED"]).toContain(answer.body.code);
      if (answer === null || isBusy) continue;
      onAnswer();
      return answer;
    }
    throw new Error(`${path} is busy for ever`);
  };
  return Promise.all(Array.from({ length: TIMES }, one));
}

/** All at once, and the server killed in their midst. Answers what was answered before. */
async function stormAndKill(all: readonly { one: Case; n: string; key: string }[]): Promise<(Answer | null)[][]> {
  const enough = Math.random() * TIMES * all.length;
  const answered = { times: 0 };
  const count = (): void => void (answered.times += 1);
  const before = Promise.all(all.map(({ one, n, key }) => storm(one.request(n), key, false, count)));
  const late = performance.now() + KILL_AFTER_MS;
  while (answered.times < enough && performance.now() < late) await sleep(1);
  await server.kill();
  const answers = await before;
  await launch();
  return answers;
}

const isReplayed = (answer: Answer | null) => answer?.headers.get("idempotent-replayed") === "true";
const said = (answer: Answer | null) => (answer === null ? null : { status: answer.status, text: answer.text });

describe("retry storms", () => {
  // Their retries go on while other tests run, and kill the server.
  const interrupted = CASES.filter(({ isLong }) => isLong).map((one) => ({ one, n: INTERRUPTED, key: randomUUID() }));
  let finished: Promise<[before: (Answer | null)[][], after: (Answer | null)[][]]>;
  beforeAll(async () => {
    const before = await stormAndKill(interrupted);
    finished = Promise.all(interrupted.map(({ one, n, key }) => storm(one.request(n), key, true))).then((after) => [
      before,
      after,
    ]);
    // Looked at by the last test.
    finished.catch(() => undefined);
  });

  it.each(CASES)("[S27] $what, five times at once and five times after a kill: one effect, one answer", async (one) => {
    const [n, key] = [randomUUID().slice(0, 8), randomUUID()];
    const first = await storm(one.request(n), key, false);
    const [answer = null] = first;
    expect(answer?.status).toBeLessThan(300);
    expect(first.map(said)).toEqual(first.map(() => said(answer)));
    expect(first.filter((each) => !isReplayed(each))).toHaveLength(1);
    await server.kill();
    await launch();
    const again = await storm(one.request(n), key, false);
    expect(again.map(said)).toEqual(again.map(() => said(answer)));
    expect(again.every(isReplayed)).toBe(true);
    expect(await one.effect(n)).toEqual(one.one);
    // Another body is another request; what it asks for is not done.
    const { method, path, ...sent } = one.request(n);
    const body = { ...(sent.body as object), ...one.changed };
    const reused = await send(server.origin, method, path, { ...sent, body, headers: { "idempotency-key": key } });
    expect([reused.status, reused.body.code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
  });

  it("[S27] killed in the midst of storms: what was answered before the kill is answered after it, and done once", async () => {
    const short = CASES.filter(({ isLong }) => isLong !== true);
    for (let kill = 0; kill < KILLS; kill++) {
      const all = short.map((one) => ({ one, n: randomUUID().slice(0, 8), key: randomUUID() }));
      const before = await stormAndKill(all);
      for (const [index, { one, n, key }] of all.entries()) {
        await check(one, n, before[index] ?? [], await storm(one.request(n), key, false));
      }
      const answered = before.flat().filter((answer) => answer !== null).length;
      console.log(
        `kill ${String(kill + 1)}: ${String(answered)} of ${String(TIMES * all.length)} were answered before it`,
      );
    }
  });

  it("[S27] a registration and a sign-in that a kill interrupted are done once, when whoever tries again is let", async () => {
    const [before, after] = await finished;
    for (const [index, { one, n }] of interrupted.entries())
      await check(one, n, before[index] ?? [], after[index] ?? []);
  });
});

async function check(one: Case, n: string, before: (Answer | null)[], after: (Answer | null)[]): Promise<void> {
  const answers = [...before.filter((answer) => answer !== null), ...after];
  expect(answers.map(said), one.what).toEqual(answers.map(() => said(after[0] ?? null)));
  expect(after[0]?.status, one.what).toBeLessThan(300);
  expect(await one.effect(n), one.what).toEqual(one.one);
}
