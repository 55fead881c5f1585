/**
 * What every answer says to browsers and to caches, over every row of the router's table and every kind of refusal: security headers, nothing personal kept by anybody in between, addresses that
 * try to make a cache believe so, headers that try to change what is answered. Ids are those of test/SPEC.md.
 */
import { env, exports } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { HEADER_CHARS_MAX, URL_CHARS_MAX } from "../../src/limits.ts";
import { TABLE } from "../../src/router.ts";
import { assetUrl } from "../../src/routes/assets.ts";
import worker from "../../src/worker.ts";
import { board, OPERATOR, ORIGIN, post } from "../support/workerd.ts";

let workspace = "";
let id = 0;

beforeAll(async () => {
  const made = await board();
  workspace = made.workspace;
  id = await post(made.path, "An idea", { description: "With *words*" });
});

type Asked = {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
};

async function ask({ method, path, headers = {}, body }: Asked, origin = ORIGIN): Promise<Response> {
  const init: RequestInit = { method, headers, redirect: "manual" };
  if (body !== undefined) init.body = body;
  return await exports.default.fetch(`${origin}${path}`, init);
}

/** A path of each row that leads to something, as far as it can. */
function pathOf(pattern: string): string {
  return pattern
    .replace(/^\/:file\{[^}]*\}$/u, assetUrl("widget.js"))
    .replace("/assets/:file", assetUrl("board.css"))
    .replace("/docs/:file", "/docs/swagger-ui.css")
    .replace(":workspace", workspace)
    .replace(":board", "ideas")
    .replace(":id", String(id))
    .replace(":provider", "github")
    .replaceAll(/:\w+/gu, "x");
}

/** Each row as somebody, as nobody, and with a body that is refused: nothing is to be changed by it. */
function everyRow(): Asked[] {
  const json = { "content-type": "application/json" };
  const form = { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN };
  return TABLE.flatMap(({ method, path: pattern }): Asked[] => {
    const path = pathOf(pattern);
    if (method === "GET")
      return [
        { method, path },
        { method: "HEAD", path },
        { method, path, headers: OPERATOR },
      ];
    const api = path.startsWith("/api/");
    const bare = { method, path, headers: api ? json : form };
    const refused = { ...bare, body: api ? "{" : "a=b&a=b" };
    if (method === "DELETE") return [bare, { method, path }];
    return [refused, { ...refused, headers: { ...bare.headers, ...(api ? OPERATOR : {}) } }, { method, path }];
  });
}

function refusals(): Asked[] {
  const html = { accept: "text/html" };
  return [
    { method: "GET", path: "/nothing" },
    { method: "GET", path: "/nothing", headers: html },
    { method: "GET", path: "/api/v1/nothing", headers: html },
    { method: "GET", path: `/w/${workspace}/nothing`, headers: html },
    { method: "GET", path: `/w/${workspace}/ideas?sort=x` },
    { method: "GET", path: `/${"x".repeat(URL_CHARS_MAX)}` },
    { method: "GET", path: "/%FF" },
    { method: "GET", path: "/", headers: { "x-long": "y".repeat(HEADER_CHARS_MAX) } },
    { method: "GET", path: "/", headers: { authorization: "Bearer x" } },
    { method: "GET", path: "/console", headers: { authorization: "Bearer x" } },
    { method: "PUT", path: "/health" },
    { method: "PURGE", path: "/health" },
    { method: "OPTIONS", path: "/" },
    {
      method: "OPTIONS",
      path: `/api/v1/${workspace}/ideas/feedback`,
      headers: { "access-control-request-method": "POST" },
    },
    { method: "GET", path: assetUrl("board.css"), headers: { "if-none-match": "*" } },
    { method: "GET", path: `/api/v1/${workspace}/ideas/live` },
  ];
}

function expectSafe(asked: Asked, response: Response, https: boolean): void {
  const { headers, status } = response;
  const what = `${asked.method} ${asked.path.slice(0, 100)} ${String(status)}`;
  const of = (name: string) => headers.get(name) ?? "";
  expect(status, what).not.toBe(500);
  expect(of("x-content-type-options"), what).toBe("nosniff");
  expect(["no-referrer", "same-origin"], what).toContain(of("referrer-policy"));
  expect(of("content-security-policy"), what).toMatch(/^default-src 'none'/u);
  // Only what is made to be framed may be.
  const framed = asked.path.startsWith("/embed/") && of("content-type").startsWith("text/html");
  expect(of("content-security-policy"), what).toContain(`frame-ancestors ${framed ? "*" : "'none'"}`);
  expect(of("content-security-policy").replace("frame-ancestors *", ""), what).not.toMatch(/unsafe|\*/u);
  expect(["same-origin", "cross-origin"], what).toContain(of("cross-origin-resource-policy"));
  expect(headers.get("strict-transport-security"), what).toBe(https ? "max-age=31536000" : null);
  expect(headers.has("server") || headers.has("x-powered-by"), what).toBe(false);
  if (of("content-type").startsWith("text/html")) {
    expect(of("content-type"), what).toBe("text/html; charset=utf-8");
    expect(of("cross-origin-opener-policy"), what).toBe("same-origin");
    expect(of("permissions-policy"), what).toContain("camera=()");
    expect(of("cross-origin-resource-policy"), what).toBe(framed ? "cross-origin" : "same-origin");
    expect(of("content-security-policy"), what).toMatch(/form-action '(?:self|none)'/u);
    expect(of("content-security-policy"), what).toContain("base-uri 'none'");
    expect(headers.has("access-control-allow-origin"), what).toBe(false);
  }
  // Only files that are everybody's may be embedded by anybody.
  if (of("cross-origin-resource-policy") === "cross-origin" && !framed)
    expect(of("cache-control"), what).toMatch(/^public/u);
  expect(headers.has("access-control-allow-credentials"), what).toBe(false);
}

it("[S33] every answer of every row and every refusal has the headers that keep browsers from making more of it", async () => {
  const asked = [...everyRow(), ...refusals()];
  expect(asked.length).toBeGreaterThan(200);
  let pages = 0;
  for (const one of asked) {
    const response = await ask(one);
    await response.body?.cancel();
    if (response.headers.get("content-type")?.startsWith("text/html") === true) pages += 1;
    expectSafe(one, response, true);
  }
  expect(pages).toBeGreaterThan(40);
  for (const one of refusals()) {
    const response = await ask(one, "http://groundswell.test");
    await response.body?.cancel();
    expectSafe(one, response, false);
  }
});

const personal = { cookie: "__Host-gs_access=x; gs_visitor=v_AAAAAAAAAAAAAAAAAAAAAA" };

it("[S35] what is answered to a cookie or a token, and every refusal, is kept by no shared cache", async () => {
  const open: string[] = [];
  for (const one of everyRow()) {
    for (const more of one.method === "DELETE" ? [{}, personal] : [{}, personal, OPERATOR]) {
      const headers = { ...one.headers, ...more };
      const response = await ask({ ...one, headers });
      await response.body?.cancel();
      const cache = response.headers.get("cache-control");
      const what = `${one.method} ${one.path} ${JSON.stringify(headers)} ${String(response.status)} ${String(cache)}`;
      const row = TABLE.find(
        ({ method, path }) => pathOf(path) === one.path && method === one.method.replace("HEAD", "GET"),
      );
      if (response.headers.has("set-cookie")) expect(cache, what).toBe("no-store");
      if (cache?.includes("public") !== true) continue;
      expect(response.ok, what).toBe(true);
      const named = "authorization" in headers || "cookie" in headers;
      // A file or a document is the same for everybody, whoever asks.
      if (row?.who === "asset") open.push(row.path);
      else expect(named, what).toBe(false);
    }
  }
  expect(new Set(open).size).toBeGreaterThan(6);
  for (const one of refusals()) {
    const response = await ask(one);
    await response.body?.cancel();
    if (response.status >= 400) expect(response.headers.get("cache-control"), one.path.slice(0, 80)).toBe("no-store");
  }
});

it("[S35] an address that makes a page of somebody's look like a file is nothing", async () => {
  const bases = [
    "/api/v1/me",
    "/api/v1/me/sessions",
    "/api/v1/auth/me",
    "/console",
    "/console/account",
    "/me",
    `/w/${workspace}/ideas`,
    `/api/v1/workspaces/${workspace}`,
  ];
  const tails = [
    "/x.css",
    "/x.js",
    "/a/b.png",
    ";.css",
    ";x=y.css",
    "%2Fx.css",
    "%2fx.js",
    "%5Cx.css",
    "%23x.css",
    "%3Fx.css",
    "%3B.css",
    ".css",
    "/.css",
    "//x.css",
    "%0Ax.css",
    "/",
  ];
  let asked = 0;
  for (const base of bases) {
    for (const tail of tails) {
      for (const headers of [personal, OPERATOR, { accept: "text/html", ...personal }]) {
        const response = await ask({ method: "GET", path: `${base}${tail}`, headers });
        const text = await response.text();
        asked += 1;
        expect([400, 401, 404], `${base}${tail} ${text.slice(0, 100)}`).toContain(response.status);
        expect(response.headers.get("cache-control")).toBe("no-store");
        expect(text).not.toContain("An idea");
      }
    }
  }
  expect(asked).toBeGreaterThan(300);
  // Dots are resolved before anything is looked up, and lead where they say.
  const { status } = await ask({ method: "GET", path: "/assets/../api/v1/nothing" });
  expect(status).toBe(404);
});

const POISON: Readonly<Record<string, string>> = {
  "x-forwarded-host": "evil.example",
  "x-forwarded-server": "evil.example",
  "x-forwarded-proto": "http",
  "x-forwarded-scheme": "http",
  "x-forwarded-port": "1234",
  "x-forwarded-prefix": "/evil",
  "x-forwarded-for": "6.6.6.6",
  "x-host": "evil.example",
  "x-original-host": "evil.example",
  "x-original-url": "/evil",
  "x-rewrite-url": "/evil",
  "x-override-url": "/evil",
  "x-http-method-override": "DELETE",
  "x-method-override": "POST",
  "x-http-method": "PUT",
  "x-http-host-override": "evil.example",
  "x-real-ip": "6.6.6.6",
  "x-client-ip": "6.6.6.6",
  "true-client-ip": "6.6.6.6",
  forwarded: "host=evil.example;proto=http;for=6.6.6.6",
  "front-end-https": "off",
  "x-url-scheme": "javascript",
  "x-wap-profile": "https://evil.example/",
  "x-request-id": "evil",
  "accept-language": "evil",
  "user-agent": "<script>evil</script>",
  referer: "https://evil.example/",
  origin: "https://evil.example",
  te: "trailers",
  "x-amz-website-redirect-location": "/evil",
};

/** What differs from one answer to the next of the same, as it may. */
function stable(text: string): string {
  return text
    .replaceAll(/urn:request:[\w-]+/gu, "urn")
    .replaceAll(/<code>[\w-]{22}<\/code>/gu, "id")
    .replaceAll(/"renderedAt":"[^"]*"/gu, "")
    .replaceAll(/nonce[-=]"?[\w-]+"?/gu, "nonce");
}

it("[S35] no header that a client may add changes what is answered, nor where it leads", async () => {
  const reads = TABLE.filter(({ method }) => method === "GET").map(({ path }) => pathOf(path));
  expect(reads.length).toBeGreaterThan(40);
  for (const path of [...reads, "/nothing", `/w/${workspace}/nothing`]) {
    const seen = async (headers: Record<string, string>) => {
      const response = await ask({ method: "GET", path, headers });
      const { status } = response;
      const own = (name: string) => stable(response.headers.get(name) ?? "");
      return {
        status,
        location: own("location"),
        link: own("link"),
        policy: own("content-security-policy"),
        text: stable(await response.text()),
      };
    };
    const plain = await seen({ accept: "text/html" });
    const poisoned = await seen({ accept: "text/html", ...POISON });
    expect(poisoned, path).toEqual(plain);
    expect(poisoned.text.toLowerCase().includes("evil"), path).toBe(false);
  }
});

it("[S35] with PUBLIC_ORIGIN set, the Host that a client sends stands in no page", async () => {
  const configured = { ...env, PUBLIC_ORIGIN: "https://feedback.example.com" };
  const waited: Promise<unknown>[] = [];
  const execution = {
    waitUntil: (work: Promise<unknown>) => waited.push(work),
    passThroughOnException: () => undefined,
    props: {},
  };
  for (const path of [
    "/",
    `/w/${workspace}/ideas`,
    `/w/${workspace}/ideas/${String(id)}`,
    "/console/sign-in",
    `/api/v1/${workspace}/ideas/feedback?limit=1`,
  ]) {
    const request = new Request(`https://evil.example${path}`) as Request<unknown, IncomingRequestCfProperties>;
    const response = await worker.fetch(request, configured, execution as unknown as ExecutionContext);
    const text = await response.text();
    expect(response.status, path).toBe(200);
    expect(text, path).not.toContain("evil.example");
    expect([...response.headers].flat().join("\n"), path).not.toContain("evil.example");
  }
  await Promise.all(waited);
});
