/** The challenge before anonymous posts, on the real Worker: whom it concerns, and what becomes of the token. Cloudflare is a stub here; its protocol is test/wire/turnstile.test.ts's. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CreateFeedback } from "../../src/protocol/rest/feedback.ts";
import worker from "../../src/worker.ts";
import { account } from "../support/accounts.ts";
import { bearer, forge, claimsOf, identity, makeSecret } from "../support/identity.ts";
import { board, call, OPERATOR, ORIGIN } from "../support/workerd.ts";

const ON = { TURNSTILE_SITE_KEY: "0x4-site", TURNSTILE_SECRET_KEY: "0x4-secret" };
const TOKEN = "0.token-of-a-visitor";

/** What Cloudflare is asked, and answers. */
const asked: unknown[] = [];
let verdict: object = {};

beforeEach(() => {
  asked.length = 0;
  verdict = { success: true, action: "post", hostname: "groundswell.test" };
  vi.spyOn(globalThis, "fetch").mockImplementation((_input, init) => {
    asked.push(JSON.parse(String(init?.body)));
    return Promise.resolve(Response.json(verdict));
  });
});

afterEach(() => vi.restoreAllMocks());

type Headers = Readonly<Record<string, string>>;
type Asking = { readonly headers?: Headers; readonly env?: object };

async function ask(method: string, path: string, body: string | null, { headers = {}, env: more = ON }: Asking) {
  const execution = createExecutionContext();
  const request = new Request<unknown, IncomingRequestCfProperties>(`${ORIGIN}${path}`, { method, headers, body });
  const response = await worker.fetch(request, { ...env, ...more }, execution);
  const text = await response.text();
  await waitOnExecutionContext(execution);
  return { status: response.status, headers: response.headers, text };
}

async function post(path: string, body: object, asking: Asking = {}) {
  const headers = { "content-type": "application/json", ...asking.headers };
  const answer = await ask("POST", `${path}/feedback`, JSON.stringify(body), { ...asking, headers });
  return { ...answer, code: (JSON.parse(answer.text) as { code?: string }).code };
}

function postForm(page: string, fields: Readonly<Record<string, string>>, asking: Asking = {}) {
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "sec-fetch-site": "same-origin",
    ...asking.headers,
  };
  return ask("POST", page, new URLSearchParams(fields).toString(), { ...asking, headers });
}

async function titlesOf(path: string): Promise<string[]> {
  const { body } = await call("GET", `${path}/feedback`);
  return (body as { title: string }[]).map(({ title }) => title);
}

describe("off", () => {
  it("[H1] without a site key nobody is asked, a token does no harm, and the pages are as they were", async () => {
    const { path, workspace } = await board();
    const page = `/w/${workspace}/ideas`;
    for (const off of [{}, { TURNSTILE_SITE_KEY: "", TURNSTILE_SECRET_KEY: "0x4-secret" }]) {
      expect((await post(path, { title: "Plain" }, { env: off })).status).toBe(201);
      expect((await post(path, { title: "With", turnstileToken: TOKEN }, { env: off })).status).toBe(201);
      expect((await postForm(page, { title: "Form" }, { env: off })).status).toBe(303);
      const shown = await ask("GET", page, null, { env: off });
      expect(shown.text).not.toContain("data-challenge");
      expect(shown.headers.get("content-security-policy")).not.toContain("cloudflare");
      const config = await ask("GET", `/api/v1/workspaces/${workspace}/widget-config`, null, { env: off });
      expect(JSON.parse(config.text)).toMatchObject({ turnstileSiteKey: null });
    }
    expect(asked).toEqual([]);
  });
});

describe("whom it concerns", () => {
  it("[H2] nobody in particular posts without a token, whatever id they give; a solved challenge is enough", async () => {
    const { path, workspace } = await board();
    for (const body of [{ title: "No" }, { title: "No", externalUserId: "user-1" }]) {
      const refused = await post(path, body);
      expect([refused.status, refused.code]).toEqual([403, "CHALLENGE_REQUIRED"]);
    }
    expect(asked).toEqual([]);
    const headers = { "cf-connecting-ip": "203.0.113.7", origin: ORIGIN };
    expect((await post(path, { title: "Yes", turnstileToken: TOKEN }, { headers })).status).toBe(201);
    expect(asked).toEqual([
      {
        secret: ON.TURNSTILE_SECRET_KEY,
        response: TOKEN,
        remoteip: "203.0.113.7",
        idempotency_key: expect.stringMatching(/^[\w-]{36}$/u),
      },
    ]);
    expect(await titlesOf(path)).toEqual(["Yes"]);
    const config = await ask("GET", `/api/v1/workspaces/${workspace}/widget-config`, null, {});
    expect(JSON.parse(config.text)).toMatchObject({ turnstileSiteKey: ON.TURNSTILE_SITE_KEY });
  });

  it("[H2] the token of a challenge is 1 to 2,048 characters of text", async () => {
    const { path } = await board();
    expect((await post(path, { title: "Most", turnstileToken: "t".repeat(2_048) })).status).toBe(201);
    for (const turnstileToken of ["t".repeat(2_049), "", 7, null]) {
      expect((await post(path, { title: "No", turnstileToken })).code).toBe("INVALID_REQUEST");
    }
  });

  it("[H3] who says who they are is not asked: account, API key, signed identity, operator", async () => {
    const { path, workspace } = await board();
    const made = await call(
      "POST",
      `/api/v1/workspaces/${workspace}/api-keys`,
      { name: "k", scopes: ["write"] },
      OPERATOR,
    );
    const callers: readonly Headers[] = [
      OPERATOR,
      (await account()).headers,
      bearer((made.body as { key: string }).key),
      bearer(await identity(await makeSecret(workspace), workspace, "ada")),
    ];
    for (const headers of callers) expect((await post(path, { title: "Known" }, { headers })).status).toBe(201);
    const page = await ask("GET", `/w/${workspace}/ideas`, null, { headers: callers[1] ?? {} });
    expect(page.text).toContain("data-signed-in");
    expect(page.text).not.toContain("data-challenge");
    expect(page.headers.get("content-security-policy")).not.toContain("cloudflare");
    expect(asked).toEqual([]);
  });

  it("[H3] what only looks like a key or an identity gets around nothing", async () => {
    const { path, workspace } = await board();
    const forged = await forge("not the secret", { alg: "HS256" }, claimsOf(workspace, "ada"));
    for (const token of [`gsk_${"A".repeat(43)}`, forged, "nonsense"]) {
      expect((await post(path, { title: "Forged" }, { headers: bearer(token) })).status).toBe(401);
    }
    expect(await titlesOf(path)).toEqual([]);
  });
});

describe("the token", () => {
  it("[H4] never reaches the object, over the API or the form", async () => {
    const { path, workspace } = await board();
    const commands: CreateFeedback[] = [];
    const stub = {
      createFeedback: (_call: unknown, _board: string, command: CreateFeedback) => {
        commands.push(command);
        return Promise.resolve({ ok: true, value: { item: { id: 1 }, seq: 1 } });
      },
    };
    const asking = { env: { ...ON, WORKSPACE: { getByName: () => stub } } };
    expect((await post(path, { title: "API", turnstileToken: TOKEN }, asking)).status).toBe(201);
    const fields = { title: "Form", "cf-turnstile-response": TOKEN };
    expect((await postForm(`/w/${workspace}/ideas`, fields, asking)).status).toBe(303);
    expect(commands).toMatchObject([{ title: "API" }, { title: "Form" }]);
    expect(JSON.stringify(commands)).not.toMatch(/turnstile|0\.token/u);
  });

  it("[H5] counts for a post on the page where it was solved, and for nothing else", async () => {
    const { path } = await board();
    const elsewhere = { origin: "https://www.customer.example" };
    const good = { success: true, action: "post", hostname: "www.customer.example" };
    for (const [answer, headers, status] of [
      [good, elsewhere, 201],
      [{ ...good, hostname: "WWW.Customer.Example" }, elsewhere, 201],
      // No browser: where it was solved cannot be compared with anything.
      [good, {}, 201],
      [good, { origin: ORIGIN }, 403],
      [good, { origin: "null" }, 403],
      [good, { origin: "https://customer.example" }, 403],
      [{ ...good, action: "login" }, elsewhere, 403],
      [{ ...good, action: undefined }, elsewhere, 403],
      [{ ...good, hostname: undefined }, elsewhere, 403],
      [{ ...good, success: false }, elsewhere, 403],
      // Cloudflare's testing keys.
      [{ success: true, hostname: "example.com", metadata: { result_with_testing_key: true } }, elsewhere, 201],
      [{ success: false, metadata: { result_with_testing_key: true } }, elsewhere, 403],
    ] as const) {
      verdict = answer;
      const posted = await post(path, { title: "T", turnstileToken: TOKEN }, { headers });
      expect([answer, headers, posted.status]).toEqual([answer, headers, status]);
      if (status === 403) expect(posted.code).toBe("CHALLENGE_FAILED");
    }
  });

  it("[H6] comes again under one UUID for the same post with its Idempotency-Key, under another for any other", async () => {
    const { path } = await board();
    const other = (await board()).path;
    const key = (name: string) => ({ headers: { "idempotency-key": `key-of-the-client-${name}` } });
    const body = { title: "Once", turnstileToken: TOKEN };
    const send = async (to: string, what: object, asking: Asking) => {
      await post(to, what, asking);
      return (asked.at(-1) as { idempotency_key: string }).idempotency_key;
    };
    const first = await send(path, body, key("a"));
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u);
    expect(await send(path, body, key("a"))).toBe(first);
    const others = [
      await send(path, body, {}),
      await send(path, body, {}),
      await send(path, body, key("b")),
      await send(other, body, key("a")),
      await send(path, { ...body, title: "Twice" }, key("a")),
      await send(path, { ...body, externalUserId: "user-1" }, key("a")),
      await send(path, { ...body, turnstileToken: `${TOKEN}2` }, key("a")),
    ];
    expect(new Set([first, ...others]).size).toBe(others.length + 1);
  });
});

describe("a deployment that is not set up completely", () => {
  it("[H8] posts nothing unchecked: 501 for anonymous posts, and a line in the log", async () => {
    const { path, workspace } = await board();
    const lines = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const broken: readonly (readonly [object, string, object?])[] = [
      [{ TURNSTILE_SITE_KEY: "0x4-site" }, "TURNSTILE_SECRET_KEY"],
      [{ ...ON, TURNSTILE_SECRET_KEY: "" }, "TURNSTILE_SECRET_KEY"],
      [{ ...ON, TURNSTILE_VERIFY_URL: "http://verify.example/" }, "TURNSTILE_VERIFY_URL"],
      [{ ...ON, TURNSTILE_VERIFY_URL: "nonsense" }, "TURNSTILE_VERIFY_URL"],
      [ON, "TURNSTILE_SECRET_KEY", { success: false, "error-codes": ["invalid-input-secret"] }],
    ];
    for (const [more, name, answer = verdict] of broken) {
      verdict = answer;
      lines.mockClear();
      const settings = { env: { ...more, LOG_LEVEL: "error" } };
      const refused = await post(path, { title: "No", turnstileToken: TOKEN }, settings);
      expect([refused.status, refused.code]).toEqual([501, "UNAVAILABLE"]);
      expect(refused.text).not.toContain("TURNSTILE");
      expect(lines.mock.calls.flat().join("\n")).toContain(name);
      expect(lines.mock.calls.flat().join("\n")).not.toContain("0x4-secret");
      expect(
        (await postForm(`/w/${workspace}/ideas`, { title: "No", "cf-turnstile-response": TOKEN }, settings)).status,
      ).toBe(501);
      expect((await post(path, { title: "Known" }, { ...settings, headers: OPERATOR })).status).toBe(201);
    }
    const config = await ask("GET", `/api/v1/workspaces/${workspace}/widget-config`, null, {
      env: { TURNSTILE_SITE_KEY: "0x4-site" },
    });
    expect(JSON.parse(config.text)).toMatchObject({ turnstileSiteKey: null });
    expect(await titlesOf(path)).not.toContain("No");
  });
});

describe("the board page", () => {
  it("[H9] has a place for the challenge, and a policy that lets Cloudflare's script and frame in", async () => {
    const { workspace } = await board();
    const { text, headers } = await ask("GET", `/w/${workspace}/ideas`, null, {});
    expect(text).toContain('data-challenge="0x4-site"');
    expect(text).toContain("<noscript>");
    // Its script is board.js's to load, and only when somebody writes.
    expect(text).not.toContain("api.js");
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("script-src 'self' https://challenges.cloudflare.com;");
    expect(policy).toContain("frame-src https://challenges.cloudflare.com;");
    const landing = await ask("GET", "/", null, {});
    expect(landing.headers.get("content-security-policy")).not.toContain("cloudflare");
  });

  it("[H9] a form that is refused comes back with what was typed, and why", async () => {
    const { path, workspace } = await board();
    const page = `/w/${workspace}/ideas`;
    const typed = { title: "Kept <title>", description: "Kept text", category: "Kept" };
    const none = await postForm(page, typed);
    const empty = await postForm(page, { ...typed, "cf-turnstile-response": "" });
    verdict = { success: false, "error-codes": ["timeout-or-duplicate"] };
    const failed = await postForm(page, { ...typed, "cf-turnstile-response": TOKEN });
    verdict = { success: false, "error-codes": ["internal-error"] };
    const busy = await postForm(page, { ...typed, "cf-turnstile-response": TOKEN });
    expect([none, empty, failed, busy].map(({ status }) => status)).toEqual([403, 403, 403, 503]);
    expect(busy.headers.get("retry-after")).toBe("5");
    for (const { text, headers } of [none, empty, failed, busy]) {
      expect(text).toContain("Kept &lt;title&gt;");
      expect(text).toContain("Kept text");
      expect(text).toContain('role="alert"');
      expect(text).toContain('data-challenge="0x4-site"');
      expect(headers.get("content-security-policy")).toContain("cloudflare");
      expect(headers.get("cache-control")).toContain("private");
    }
    expect(failed.text).toContain("has run out or was not passed");
    expect((await postForm(page, { ...typed, turnstileToken: TOKEN })).status).toBe(400);
    expect(await titlesOf(path)).toEqual([]);
  });
});
