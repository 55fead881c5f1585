/**
 * Scripts and styles that the build made (see local/assets.ts): their names and hashes stand in the Worker, both compressed forms among its static assets, so that no request compresses anything. A
 * name with the content's hash is immutable; `/widget.js` is the alias that customers embed and moves with a deploy, as `/widget-form.js` does.
 */
import type { Handler, RequestContext } from "../edge/context.ts";
import { problem } from "../edge/problem.ts";
import { failure } from "../errors.ts";
import { ASSET_ALIAS_SECONDS, ASSET_IMMUTABLE_SECONDS } from "../limits.ts";
import { ASSETS } from "../web/generated/assets.ts";

export type AssetName = keyof typeof ASSETS;

const CACHE_ALIAS = `public, max-age=${String(ASSET_ALIAS_SECONDS)}, must-revalidate`;

type Encoding = "br" | "gzip" | "identity";

/** The URL that never changes its bytes. */
export function assetUrl(name: AssetName): string {
  const dot = name.lastIndexOf(".");
  const folder = name === "widget.js" || name === "widget-form.js" ? "/" : "/assets/";
  return `${folder}${name.slice(0, dot)}.${ASSETS[name].hash}${name.slice(dot)}`;
}

const NAME_BY_URL = new Map((Object.keys(ASSETS) as AssetName[]).map((name) => [assetUrl(name), name]));

/** `/widget.<hash>.js`, `/widget-form.<hash>.js`, `/assets/<name>.<hash>.<ext>` */
export const hashedAsset: Handler = (context) => {
  const name = NAME_BY_URL.get(context.url.pathname);
  if (name === undefined) return problem(failure("NOT_FOUND", "There is no such file."), context.requestId);
  return serve(context, name, `public, max-age=${String(ASSET_IMMUTABLE_SECONDS)}, immutable`);
};

/** `/widget.js` */
export const widgetAlias: Handler = (context) => serve(context, "widget.js", CACHE_ALIAS);

/** `/widget-form.js`, for a widget that was loaded before a deploy and asks for the form after it. */
export const widgetFormAlias: Handler = (context) => serve(context, "widget-form.js", CACHE_ALIAS);

async function serve({ request, env }: RequestContext, name: AssetName, cacheControl: string): Promise<Response> {
  const encoding = negotiate(request);
  const etag = `"${ASSETS[name].hash}-${encoding}"`;
  const headers = new Headers({
    "content-type": ASSETS[name].contentType,
    "cache-control": cacheControl,
    vary: "Accept-Encoding",
    etag,
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
  });
  if (
    request.headers
      .get("if-none-match")
      ?.split(",")
      .some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//u, "") === etag) === true
  ) {
    return new Response(null, { status: 304, headers });
  }
  if (encoding === "identity") return new Response(unpacked(await packed(env, name, "gzip")), { headers });
  headers.set("content-encoding", encoding);
  // "manual": the bytes are compressed already.
  return new Response(await packed(env, name, encoding), { headers, encodeBody: "manual" });
}

/** RFC 9110 section 12.5.3; brotli before gzip. Cloudflare's edge rewrites the header, and says in `cf` what the client sent. */
function negotiate(request: Request): Encoding {
  const sent = request.cf?.["clientAcceptEncoding"];
  const header = typeof sent === "string" ? sent : (request.headers.get("accept-encoding") ?? "");
  const accepted = new Map(
    header.split(",").map((part) => {
      const [coding = "", ...parameters] = part.trim().toLowerCase().split(";");
      const quality = parameters
        .map((parameter) => /^\s*q=([0-9.]+)$/u.exec(parameter)?.[1])
        .find((q) => q !== undefined);
      return [coding.trim(), Number(quality ?? 1)] as const;
    }),
  );
  const quality = (coding: Encoding) => accepted.get(coding) ?? accepted.get("*") ?? 0;
  // Everybody takes the plain bytes; only who asks for them gets them before a compressed form.
  if ((accepted.get("identity") ?? 0) > Math.max(quality("br"), quality("gzip"))) return "identity";
  if (quality("br") > 0 && quality("br") >= quality("gzip")) return "br";
  return quality("gzip") > 0 ? "gzip" : "identity";
}

const held = new Map<string, Uint8Array>();

/** Read from the static assets when first asked for, and held: there are few, and they are small. Throws when the deployment lacks the file. */
async function packed(env: Env, name: AssetName, encoding: keyof typeof PACKED_EXTENSIONS): Promise<Uint8Array> {
  const path = `/bundles/${name}.${ASSETS[name].hash}.${PACKED_EXTENSIONS[encoding]}`;
  const known = held.get(path);
  if (known !== undefined) return known;
  const response = await env.ASSETS.fetch(`https://assets.local${path}`);
  if (!response.ok) throw new Error(`the static asset ${path} is missing: ${String(response.status)}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  held.set(path, bytes);
  return bytes;
}

const PACKED_EXTENSIONS = { br: "br", gzip: "gz" } as const;

function unpacked(gzip: Uint8Array): ReadableStream {
  return new Blob([gzip]).stream().pipeThrough(new DecompressionStream("gzip"));
}
