/** Sizes that users wait for: what a deploy uploads, and what a customer's page loads. Needs the build. */
import { readFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { ASSETS } from "../../src/web/generated/assets.ts";

const packed = (name: keyof typeof ASSETS, extension: "br" | "gz"): Promise<Buffer> =>
  readFile(new URL(`../../dist/assets/bundles/${name}.${ASSETS[name].hash}.${extension}`, import.meta.url));

const WORKER_GZIP_BYTES_MAX = 350 * 1024;
const WIDGET_BROTLI_BYTES_MAX = 10 * 1024;
const WIDGET_FORM_BROTLI_BYTES_MAX = 4 * 1024;

test("[A1] the Worker's bundle is at most 350 KiB gzip", async () => {
  const bundle = await readFile(new URL("../../dist/worker/worker.js", import.meta.url));
  expect(bundle.byteLength).toBeGreaterThan(100_000);
  expect(gzipSync(bundle).byteLength).toBeLessThanOrEqual(WORKER_GZIP_BYTES_MAX);
});

test("[A2] the widget is at most 10 KiB brotli, and the bytes served are those counted", async () => {
  const { rawBytes, brotliBytes } = ASSETS["widget.js"];
  const bytes = await packed("widget.js", "br");
  expect(bytes.byteLength).toBe(brotliBytes);
  expect(rawBytes).toBeGreaterThan(brotliBytes);
  expect(brotliBytes).toBeLessThanOrEqual(WIDGET_BROTLI_BYTES_MAX);
});

test("[A5] the form for new ideas is at most 4 KiB brotli, and the widget asks for the very one that was built with it", async () => {
  const { brotliBytes, hash } = ASSETS["widget-form.js"];
  expect(brotliBytes).toBeLessThanOrEqual(WIDGET_FORM_BROTLI_BYTES_MAX);
  const widget = brotliDecompressSync(await packed("widget.js", "br")).toString();
  expect(widget).toContain(`"widget-form.${hash}.js"`);
  expect(widget).not.toContain("challenges.cloudflare.com");
});

test("[A3] both compressed forms of every asset hold the bytes that its hash names", async () => {
  for (const name of Object.keys(ASSETS) as (keyof typeof ASSETS)[]) {
    const asset = ASSETS[name];
    const plain = brotliDecompressSync(await packed(name, "br"));
    expect([name, gunzipSync(await packed(name, "gz")).equals(plain)]).toEqual([name, true]);
    expect([name, createHash("sha256").update(plain).digest("hex").slice(0, 10)]).toEqual([name, asset.hash]);
    const best = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
    expect(asset.brotliBytes).toBeLessThanOrEqual(best.byteLength);
  }
});
