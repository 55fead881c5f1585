/** A board's page in a frame on a customer's site: who may frame it, as whom it acts, and where it leads. Ids are those of test/SPEC.md. */
import { exports } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { frameAncestors } from "../../src/web/page/response.ts";
import { account, type TestAccount } from "../support/accounts.ts";
import { board, call, OPERATOR, ORIGIN, post } from "../support/workerd.ts";

let api = "";
let workspace = "";
let id = 0;
let ada: TestAccount;

beforeAll(async () => {
  const made = await board();
  api = made.path;
  workspace = made.workspace;
  id = await post(api, "An idea", { description: "See [this](https://example.com/x)" });
  ada = await account();
}, 60_000);

const SITE = "https://shop.example";
const policyOf = (response: Response) => response.headers.get("content-security-policy") ?? "";

async function get(path: string, headers: Record<string, string> = {}): Promise<{ response: Response; text: string }> {
  const response = await exports.default.fetch(`${ORIGIN}${path}`, { headers });
  return { response, text: await response.text() };
}

async function send(
  path: string,
  form: string,
  headers: Record<string, string> = {},
  origin = ORIGIN,
): Promise<Response> {
  const response = await exports.default.fetch(`${origin}${path}`, {
    method: "POST",
    body: form,
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded", origin, ...headers },
  });
  await response.body?.cancel();
  return response;
}

async function allow(...allowedOrigins: string[]): Promise<void> {
  const { status } = await call("PATCH", `/api/v1/workspaces/${workspace}/settings`, { allowedOrigins }, OPERATOR);
  expect(status).toBe(200);
}

it("[S33] a board is framed by the sites that its workspace names, by any when it names none, and only under /embed", async () => {
  const paths = [`/embed/${workspace}/ideas`, `/embed/${workspace}/ideas/${String(id)}`];
  for (const path of paths) expect(policyOf((await get(path)).response), path).toContain("frame-ancestors *;");
  await allow(SITE, "https://www.shop.example:8443");
  for (const path of paths) {
    const { response } = await get(path);
    expect(response.status).toBe(200);
    expect(policyOf(response)).toContain(`frame-ancestors ${SITE} https://www.shop.example:8443;`);
    expect(policyOf(response)).toContain("script-src 'self';");
    expect(response.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(policyOf((await get(path.replace("/embed/", "/w/"))).response)).toContain("frame-ancestors 'none';");
  }
  await allow();
  // Characters that an origin may hold and a policy would read.
  expect(frameAncestors(["https://a.example;sandbox", "https://*", "https://b.example"])).toBe("https://b.example");
  expect(frameAncestors(["https://*"])).toBe("'none'");
  expect(frameAncestors(["http://[::1]:8080"])).toBe("http://[::1]:8080");
});

it("[S33] in a frame everything leads to framed pages, or to a tab of its own", async () => {
  const { text } = await get(`/embed/${workspace}/ideas`);
  const leads = [...text.matchAll(/(?:href|action)="(\/[^"]*)"/gu)].map(([, path]) => path ?? "");
  const inside = leads.filter((path) => !path.startsWith("/assets/") && path !== `/w/${workspace}/ideas`);
  expect(inside.length).toBeGreaterThan(5);
  for (const path of inside) expect(path).toMatch(new RegExp(`^/embed/${workspace}/ideas`, "u"));
  expect(text).toContain(`<a href="/w/${workspace}/ideas" target="_blank" rel="noopener">`);
  expect(text).toContain(`<link rel="canonical" href="${ORIGIN}/w/${workspace}/ideas"`);
  const item = (await get(`/embed/${workspace}/ideas/${String(id)}`)).text;
  expect(item).toContain('<a href="https://example.com/x" rel="nofollow ugc noopener noreferrer" target="_blank">');
  expect((await get(`/w/${workspace}/ideas/${String(id)}`)).text).not.toContain("_blank");
});

it("[S33] in a frame nobody is signed in: a click under somebody's disguise is a visitor's", async () => {
  const cookie = `__Host-gs_access=${ada.accessToken}`;
  const own = await get(`/w/${workspace}/ideas`, { cookie });
  expect(own.text).toContain("data-signed-in");
  const framed = await get(`/embed/${workspace}/ideas`, { cookie });
  expect(framed.response.status).toBe(200);
  expect(framed.text).not.toContain("data-signed-in");
  expect((await send(`/embed/${workspace}/ideas`, "title=From+a+frame", { cookie })).status).toBe(303);
  const [newest] = (await call("GET", `${api}/feedback?sort=created_at&limit=1`, undefined, OPERATOR)).body;
  expect([newest.title, newest.authorName, newest.authorEmail ?? null]).toEqual(["From a frame", null, null]);
  expect((await send(`/embed/${workspace}/ideas/${String(id)}/vote`, "action=vote", { cookie })).status).toBe(303);
  const mine = await call("GET", `${api}/votes?ids=${String(id)}`, undefined, ada.headers);
  expect(mine.body).toEqual({});
  // What only a member sees is not there.
  await call("PATCH", `/api/v1/workspaces/${workspace}/boards/ideas`, { visibility: "private" }, OPERATOR);
  expect((await get(`/embed/${workspace}/ideas`, { cookie })).response.status).toBe(404);
  await call("PATCH", `/api/v1/workspaces/${workspace}/boards/ideas`, { visibility: "public" }, OPERATOR);
});

it("[S33] a visitor in a frame is known by a cookie of that site's own, and forms of other sites are refused", async () => {
  const voted = await send(`/embed/${workspace}/ideas/${String(id)}/vote`, "action=vote");
  expect(voted.headers.get("location")).toBe(`/embed/${workspace}/ideas#f-${String(id)}`);
  expect(voted.headers.get("set-cookie")).toMatch(
    /^gs_visitor=v_[\w-]{22}; Path=\/; Max-Age=\d+; SameSite=None; Secure; Partitioned$/u,
  );
  const plain = await send(`/w/${workspace}/ideas/${String(id)}/vote`, "action=vote");
  expect(plain.headers.get("set-cookie")).toMatch(/; SameSite=Lax; Secure$/u);
  const http = "http://groundswell.test";
  const insecure = await send(`/embed/${workspace}/ideas/${String(id)}/vote`, "action=vote", {}, http);
  expect(insecure.headers.get("set-cookie")).toMatch(/; SameSite=Lax$/u);
  const foreign = await send(`/embed/${workspace}/ideas`, "title=x", { origin: SITE });
  expect([foreign.status, policyOf(foreign).includes("frame-ancestors *")]).toEqual([403, true]);
  for (const site of ["cross-site", "same-site"]) {
    expect((await send(`/embed/${workspace}/ideas`, "title=x", { "sec-fetch-site": site })).status).toBe(403);
  }
});
