/** The pages where something is missing, forged or wrong, what they say to machines, and axe on all of them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "./axe.ts";
import { openSite, type Site } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site.close();
});

describe("what is not there, and what is not taken", () => {
  test("[W12] unknown workspaces, boards and items are pages with status 404", async () => {
    await site.boardWith("known", []);
    for (const path of [
      "/w/nobody/known",
      "/w/acme/unknown",
      "/w/acme/known/999999",
      "/w/acme/known/abc",
      "/w/ACME/known",
    ]) {
      const response = await fetch(site.server.origin + path);
      expect([path, response.status, response.headers.get("content-type")]).toEqual([
        path,
        404,
        "text/html; charset=utf-8",
      ]);
      expect(await response.text()).not.toMatch(/\bat .+\.(js|ts):\d/u);
    }
    const { page } = await site.open("/w/acme/unknown");
    expect(await page.locator("h1").textContent()).toBe("There is no such board");
  });

  test("[W13] a bad view is 400 and names the parameter; foreign parameters are ignored", async () => {
    await site.boardWith("queried", []);
    for (const [query, named] of [
      ["sort=bogus", "sort"],
      ["status=bogus", "status"],
      ["cursor=bogus", "cursor"],
    ] as const) {
      const response = await fetch(`${site.server.origin}/w/acme/queried?${query}`);
      expect(response.status).toBe(400);
      expect((await response.text()).toLowerCase()).toContain(named);
    }
    expect((await fetch(`${site.server.origin}/w/acme/queried?utm_source=mail&q=&status=`)).status).toBe(200);
  });

  test("[W14] forms from elsewhere are 403 and change nothing", async () => {
    const [id] = await site.boardWith("forged", ["Target"]);
    const base = `${site.server.origin}/w/acme/forged`;
    for (const headers of [
      {},
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: site.server.origin, "sec-fetch-site": "cross-site" },
    ]) {
      for (const [path, body] of [
        ["", "title=Forged"],
        [`/${String(id)}/vote`, "action=vote"],
      ] as const) {
        const type = { "content-type": "application/x-www-form-urlencoded" };
        const response = await fetch(base + path, {
          method: "POST",
          body,
          headers: { ...type, ...headers },
          redirect: "manual",
        });
        expect(response.status).toBe(403);
      }
    }
    const items = (await (await site.api("GET", "/acme/forged/feedback")).json()) as {
      title: string;
      voteCount: number;
    }[];
    expect(items.map(({ title, voteCount }) => [title, voteCount])).toEqual([["Target", 0]]);
  });

  test("[W15] forms: too large 413, another type 415, a bad action 400, a way out of the site is not taken", async () => {
    const [id] = await site.boardWith("forms", ["Target"]);
    const send = async (path: string, body: string, type = "application/x-www-form-urlencoded") =>
      await fetch(`${site.server.origin}/w/acme/forms${path}`, {
        method: "POST",
        body,
        headers: { "content-type": type, origin: site.server.origin },
        redirect: "manual",
      });
    expect((await send("", `title=${"x".repeat(70_000)}`)).status).toBe(413);
    expect((await send("", '{"title":"x"}', "application/json")).status).toBe(415);
    expect((await send("", "title=x&externalUserId=someone")).status).toBe(400);
    expect((await send("", "title=x&weight=9")).status).toBe(400);
    expect((await send("", `title=${"x".repeat(201)}`)).status).toBe(400);
    expect((await send(`/${String(id)}/vote`, "action=toggle")).status).toBe(400);
    const voted = await send(`/${String(id)}/vote`, "action=vote&view=//evil.example/?sort=bogus");
    expect(voted.status).toBe(303);
    expect(voted.headers.get("location")).toBe(`/w/acme/forms#f-${String(id)}`);
    expect(voted.headers.get("set-cookie")).toMatch(/^gs_visitor=v_[\w-]{22}; Path=\/; Max-Age=\d+; SameSite=Lax$/u);
  });

  test("[W16] headers: strict policy, no sniffing, caching by cookie; titles and Open Graph tags", async () => {
    const [id] = await site.boardWith("headed", ["Shared <widely>"]);
    const response = await fetch(`${site.server.origin}/w/acme/headed/${String(id)}`);
    const policy = response.headers.get("content-security-policy") ?? "";
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]) {
      expect(policy).toContain(part);
    }
    expect(policy).not.toContain("unsafe");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("cache-control")).toBe("public, max-age=0, must-revalidate");
    const cookie = { cookie: `gs_visitor=v_${"a".repeat(22)}` };
    const personal = await fetch(`${site.server.origin}/w/acme/headed`, { headers: cookie });
    expect(personal.headers.get("cache-control")).toBe("private, no-cache");
    const { page } = await site.open(`/w/acme/headed/${String(id)}`);
    expect(await page.title()).toBe("Shared <widely> · Acme");
    expect(await page.getAttribute("meta[property='og:title']", "content")).toBe("Shared <widely> · Acme");
    expect(await page.getAttribute("link[rel=canonical]", "href")).toBe(
      `${site.server.origin}/w/acme/headed/${String(id)}`,
    );
    expect(await page.getAttribute("html", "lang")).toBe("en");
  });
});

describe.each(["light", "dark"] as const)("axe finds nothing serious, %s", (colorScheme) => {
  test.each([
    ["board", "/w/acme/axe-list"],
    ["a filtered board", "/w/acme/axe-list?status=planned&category=Mobile&q=idea"],
    ["an empty board", "/w/acme/axe-empty"],
    ["item", "/w/acme/axe-list/ITEM"],
    ["not found", "/w/acme/no-such-board"],
    ["landing", "/"],
  ])("[W17] %s", async (_, path) => {
    const ids = await site.boardWith(`axe-list`, ["First idea", "Second idea"]);
    await site.boardWith("axe-empty", []);
    for (const [index, status] of ["planned", "under_review", "in_progress", "completed", "closed"].entries()) {
      const id = String(ids[index % 2]);
      await site.api("PATCH", `/acme/axe-list/feedback/${id}`, { status, category: "Mobile", pinned: true });
    }
    const { page } = await site.open(path.replace("ITEM", String(ids[0])), { colorScheme, bypassCSP: true });
    if (!path.includes("no-such") && path !== "/") await page.locator("[data-presence]:not([hidden])").waitFor();
    if (path.endsWith("axe-list")) {
      await page.locator(".row button").first().click();
      await page.fill("#post-title", " ");
      await page.click("text=Post idea");
      await page.locator("#error-title").waitFor();
    }
    expect(await seriousFindings(page)).toEqual([]);
  });
});
