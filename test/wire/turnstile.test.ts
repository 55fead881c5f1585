/** Anonymous posts with Turnstile on: the built server and a siteverify that speaks the documented protocol, or anything but. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type Server, startServer } from "../support/server.ts";
import {
  DUMMY_TOKEN,
  type Manner,
  SECRET_KEY,
  SITE_KEY,
  type Siteverify,
  startSiteverify,
  TESTING_SECRET_KEY,
} from "../support/siteverify.ts";

/** The server waits 5 s for siteverify. */
const ANSWERED_WITHIN_MS = 8_000;
const CUSTOMER = "https://www.customer.example";

const MANNERS: readonly Manner[] = ["silent", "drip", "status 500", "internal-error", "html", "huge", "array"];
const boardOf = (manner: Manner) => `bad-${manner.replace(" ", "-")}`;

let siteverify: Siteverify;
let server: Server;

const variables = (more: Readonly<Record<string, string>> = {}) => ({
  TURNSTILE_SITE_KEY: SITE_KEY,
  TURNSTILE_SECRET_KEY: SECRET_KEY,
  TURNSTILE_VERIFY_URL: siteverify.url,
  RATE_LIMIT_SCALE: "1000",
  ...more,
});

beforeAll(async () => {
  siteverify = await startSiteverify();
  server = await startServer({ vars: variables() });
  for (const board of ["once", "race", "retry", "elsewhere", ...MANNERS.map(boardOf)]) await makeBoard(server, board);
});

beforeEach(() => {
  siteverify.manner = "well";
  siteverify.asked.length = 0;
});

afterAll(async () => {
  await server.stop();
  await siteverify.stop();
});

type Answer = { readonly status: number; readonly headers: Headers; readonly body: any };

async function post(
  body: object,
  {
    headers = {},
    board = "ideas",
    to = server,
  }: { headers?: Record<string, string>; board?: string; to?: Server } = {},
): Promise<Answer> {
  const response = await fetch(`${to.origin}/api/v1/acme/${board}/feedback`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: CUSTOMER, ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function titles(board: string): Promise<string[]> {
  const response = await fetch(`${server.origin}/api/v1/acme/${board}/feedback?sort=created_at`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { title: string }[]).map(({ title }) => title);
}

/** In the workspace `acme`, which is made with the first. */
async function makeBoard({ origin, operatorToken }: Server, slug: string): Promise<void> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${operatorToken}` };
  for (const [path, body] of [
    ["", { slug: "acme", name: "Acme" }],
    ["/acme/boards", { slug, name: slug }],
  ] as const) {
    await fetch(`${origin}/api/v1/workspaces${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  }
}

const solved = () => siteverify.solve("www.customer.example");

it("[H5] a token is good once: used, unknown, of another page or for another action it is refused, and nothing is posted", async () => {
  const turnstileToken = solved();
  const first = await post({ title: "First", turnstileToken }, { board: "once" });
  expect([first.status, Object.keys(first.body).includes("turnstileToken")]).toEqual([201, false]);
  for (const wrong of [
    turnstileToken,
    "0.never-solved",
    siteverify.solve("evil.example"),
    siteverify.solve("www.customer.example", "login"),
    DUMMY_TOKEN,
    ' \u{1F600} {"}',
  ]) {
    const { status, body } = await post({ title: "Again", turnstileToken: wrong }, { board: "once" });
    expect([wrong, status, body.code]).toEqual([wrong, 403, "CHALLENGE_FAILED"]);
  }
  expect((await post({ title: "Again" }, { board: "once" })).body.code).toBe("CHALLENGE_REQUIRED");
  expect(await titles("once")).toEqual(["First"]);
  expect(siteverify.asked[0]).toEqual({
    type: "application/json",
    body: {
      secret: SECRET_KEY,
      response: turnstileToken,
      remoteip: "127.0.0.1",
      idempotency_key: expect.stringMatching(/^[\da-f-]{36}$/u),
    },
  });
});

it("[H5] ten posts at once with one token: one is posted", async () => {
  const turnstileToken = solved();
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, n) => post({ title: `Race ${String(n)}`, turnstileToken }, { board: "race" })),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ body }) => body.code === "CHALLENGE_FAILED")).toHaveLength(9);
  expect(await titles("race")).toHaveLength(1);
});

it("[H6] with its Idempotency-Key the same post comes again with the same token, or a new one, and is posted once", async () => {
  const headers = { "idempotency-key": randomUUID() };
  const turnstileToken = solved();
  const retry = { board: "retry", headers };
  const first = await post({ title: "Once", turnstileToken }, retry);
  const second = await post({ title: "Once", turnstileToken }, retry);
  const third = await post({ title: "Once", turnstileToken: solved() }, retry);
  expect([first, second, third].map(({ status, body }) => [status, body.id])).toEqual([
    [201, first.body.id],
    [201, first.body.id],
    [201, first.body.id],
  ]);
  expect([second, third].map((answer) => answer.headers.get("idempotent-replayed"))).toEqual(["true", "true"]);
  // The used token is good for nothing else, whatever key it comes with.
  const others = [
    await post({ title: "Other", turnstileToken }, retry),
    await post({ title: "Once", turnstileToken }, { ...retry, board: "elsewhere" }),
    await post({ title: "Once", turnstileToken }, { board: "retry", headers: { "idempotency-key": randomUUID() } }),
    await post({ title: "Once", turnstileToken }, { board: "retry" }),
  ];
  expect(others.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  expect([await titles("retry"), await titles("elsewhere")]).toEqual([["Once"], []]);
});

it.each(MANNERS)(
  "[H7] siteverify answers badly (%s): 503 with Retry-After, soon, and nothing is posted",
  async (manner) => {
    siteverify.manner = manner;
    const board = boardOf(manner);
    const turnstileToken = solved();
    const startedAt = Date.now();
    const { status, headers, body } = await post({ title: "Waiting", turnstileToken }, { board });
    expect([status, body.code, headers.get("retry-after")]).toEqual([503, "OVERLOADED", "5"]);
    expect(Date.now() - startedAt).toBeLessThan(ANSWERED_WITHIN_MS);
    expect(await titles(board)).toEqual([]);
    // Reading, and posting as somebody, go on meanwhile.
    const known = { authorization: `Bearer ${server.operatorToken}` };
    expect((await post({ title: "Known" }, { board, headers: known })).status).toBe(201);
    siteverify.manner = "well";
    expect((await post({ title: "Waiting", turnstileToken: solved() }, { board })).status).toBe(201);
    const log = server.logs().join("\n");
    expect(log).toContain('"where":"turnstile"');
    for (const secret of [SECRET_KEY, turnstileToken]) expect(log).not.toContain(secret);
  },
);

it("[H7] siteverify is not there: 503", async () => {
  const gone = await startSiteverify();
  await gone.stop();
  const alone = await startServer({ vars: variables({ TURNSTILE_VERIFY_URL: gone.url }) });
  try {
    const { status, body } = await post({ title: "Waiting", turnstileToken: "0.token" }, { to: alone });
    expect([status, body.code]).toEqual([503, "OVERLOADED"]);
  } finally {
    await alone.stop();
  }
});

it("[H8] a secret that siteverify does not know is told to the operator; Cloudflare's testing keys pass its dummy token only", async () => {
  const wrong = await startServer({ vars: variables({ TURNSTILE_SECRET_KEY: "0x4AAAAAAA-mistyped" }) });
  try {
    const { status, body } = await post({ title: "No", turnstileToken: solved() }, { to: wrong });
    expect([status, body.code]).toEqual([501, "UNAVAILABLE"]);
    await expect.poll(() => wrong.logs().join("\n")).toContain("TURNSTILE_SECRET_KEY");
    expect(wrong.logs().join("\n")).not.toContain("0x4AAAAAAA-mistyped");
  } finally {
    await wrong.stop();
  }
  const testing = await startServer({ vars: variables({ TURNSTILE_SECRET_KEY: TESTING_SECRET_KEY }) });
  try {
    await makeBoard(testing, "ideas");
    expect((await post({ title: "Yes", turnstileToken: DUMMY_TOKEN }, { to: testing })).status).toBe(201);
    expect((await post({ title: "No", turnstileToken: solved() }, { to: testing })).status).toBe(403);
  } finally {
    await testing.stop();
  }
});
