/** Scripts and styles over HTTP: which encoding is chosen, what a cache may keep, and that every form holds the same bytes. */
import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ASSET_ALIAS_SECONDS, ASSET_IMMUTABLE_SECONDS } from "../../src/limits.ts";
import { type AssetName, assetUrl } from "../../src/routes/assets.ts";
import { ASSETS } from "../../src/web/generated/assets.ts";
import { readProblem } from "../support/problem.ts";
import { ORIGIN } from "../support/workerd.ts";

const NAMES = Object.keys(ASSETS) as AssetName[];
const HASHED = assetUrl("widget.js");

function get(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}${path}`, { method, headers });
}

const accepting = (encodings: string | null) => get(HASHED, encodings === null ? {} : { "accept-encoding": encodings });

async function hashOf(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .slice(0, 10);
}

/** RFC 9110, section 12.5.3. */
const NEGOTIATION: readonly (readonly [accept: string | null, encoding: "br" | "gzip" | null])[] = [
  ["br, gzip, deflate, zstd", "br"],
  ["gzip, deflate, br", "br"],
  ["gzip, br", "br"],
  ["gzip", "gzip"],
  ["GZIP", "gzip"],
  ["deflate, gzip;q=0.5", "gzip"],
  ["br;q=0.5, gzip;q=1.0", "gzip"],
  ["br;q=0.9, gzip;q=0.8", "br"],
  ["br;q=0, gzip", "gzip"],
  ["br;q=0.000, gzip;q=0", null],
  ["br ; q=1 , gzip ; q=0", "br"],
  ["*", "br"],
  ["*;q=0", null],
  ["br;q=0, *", "gzip"],
  ["identity", null],
  ["identity, *;q=0", null],
  ["identity;q=1, gzip;q=0.5", null],
  ["deflate", null],
  ["", null],
  [null, null],
  [",,;q=1,;", null],
];

describe("assets", () => {
  it.each(NEGOTIATION)("[A50] Accept-Encoding %j is answered with %j", async (accept, encoding) => {
    const response = await accepting(accept);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-encoding")).toBe(encoding);
    expect(response.headers.get("vary")).toBe("Accept-Encoding");
    expect(await hashOf(await response.arrayBuffer())).toBe(ASSETS["widget.js"].hash);
  });

  it.each(NAMES)("[A51] %s has the bytes that its address names, in every encoding", async (name) => {
    const bodies = await Promise.all(
      ["br", "gzip", "identity"].map(async (encoding) => {
        const response = await get(assetUrl(name), { "accept-encoding": encoding });
        expect(response.headers.get("content-type")).toBe(ASSETS[name].contentType);
        return await response.arrayBuffer();
      }),
    );
    for (const body of bodies) {
      expect(body.byteLength).toBe(ASSETS[name].rawBytes);
      expect(await hashOf(body)).toBe(ASSETS[name].hash);
    }
  });

  it.each(NAMES)("[A52] %s under its hash is kept for ever, and its ETag names the encoding", async (name) => {
    const tags = new Set<string>();
    for (const encoding of ["br", "gzip", "identity"]) {
      const response = await get(assetUrl(name), { "accept-encoding": encoding });
      expect(response.headers.get("cache-control")).toBe(`public, max-age=${ASSET_IMMUTABLE_SECONDS}, immutable`);
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(response.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      tags.add(response.headers.get("etag") ?? "none");
      await response.body?.cancel();
    }
    expect(tags.size).toBe(3);
    for (const tag of tags) expect(tag).toMatch(/^"[^"]+"$/u);
  });

  it("[A53] the alias has the same bytes and a short life", async () => {
    const response = await get("/widget.js", { "accept-encoding": "br" });
    expect(response.headers.get("cache-control")).toBe(`public, max-age=${ASSET_ALIAS_SECONDS}, must-revalidate`);
    expect(await hashOf(await response.arrayBuffer())).toBe(ASSETS["widget.js"].hash);
  });

  it("[A57] a widget that is older than a deploy finds the form of the newer one", async () => {
    const response = await get("/widget-form.js?1700000000000", { "accept-encoding": "br" });
    expect(response.headers.get("cache-control")).toBe(`public, max-age=${ASSET_ALIAS_SECONDS}, must-revalidate`);
    // A module from another origin.
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("content-type")).toContain("javascript");
    expect(await hashOf(await response.arrayBuffer())).toBe(ASSETS["widget-form.js"].hash);
    expect(assetUrl("widget-form.js")).toMatch(/^\/widget-form\.[0-9a-f]{10}\.js$/u);
  });

  it("[A54] an unchanged file costs a 304 without a body; another encoding's tag does not match", async () => {
    for (const path of ["/widget.js", HASHED]) {
      const fresh = await get(path, { "accept-encoding": "br" });
      const tag = fresh.headers.get("etag") ?? "";
      await fresh.body?.cancel();
      for (const match of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
        const again = await get(path, { "accept-encoding": "br", "if-none-match": match });
        expect(again.status, match).toBe(304);
        expect(again.headers.get("etag")).toBe(tag);
        expect(again.headers.get("vary")).toBe("Accept-Encoding");
        expect(again.headers.get("cache-control")).toBe(fresh.headers.get("cache-control"));
        expect((await again.arrayBuffer()).byteLength).toBe(0);
      }
      for (const [encoding, match] of [
        ["gzip", tag],
        ["br", '"other"'],
        ["br", ""],
      ] as const) {
        const full = await get(path, { "accept-encoding": encoding, "if-none-match": match });
        expect(full.status, `${encoding} ${match}`).toBe(200);
        await full.body?.cancel();
      }
    }
  });

  it("[A55] HEAD answers what GET would, without the bytes", async () => {
    const head = await get("/widget.js", { "accept-encoding": "gzip" }, "HEAD");
    expect(head.status).toBe(200);
    expect(head.headers.get("content-encoding")).toBe("gzip");
    expect(head.headers.get("etag")).toBe(`"${ASSETS["widget.js"].hash}-gzip"`);
    expect((await head.arrayBuffer()).byteLength).toBe(0);
  });

  it("[A56] an unknown hash or name is 404, and is not kept by caches", async () => {
    const paths = [
      "/widget.0000000000.js",
      "/widget-form.0000000000.js",
      "/widget.deadbeef.js",
      "/widget..js",
      "/widget.XYZ.js",
      "/assets/board.0000000000.js",
      "/assets/board.js",
      `/assets${HASHED}`,
      `${HASHED}/`,
      `${HASHED}.map`,
      "/assets/..%2Fwidget.js",
      "/assets/",
      "/docs/../wrangler.toml",
      "/docs/%2e%2e%2fwrangler.toml",
      "/docs/nothing.js",
    ];
    for (const path of paths) {
      const response = await get(path);
      expect(response.status, path).toBe(404);
      readProblem({ status: response.status, headers: response.headers, text: await response.text() });
    }
  });
});
