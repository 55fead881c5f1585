/**
 * Makes what the Worker serves besides its own code: the browser bundles, whose hashes it knows and whose compressed forms are static assets, the OpenAPI
 * document, the list of common passwords, and the files of the API reference's viewer. Deterministic, and it leaves a file alone whose content would
 * not change, because `wrangler dev` watches this tree. Leaves the Worker's own bundle to build.ts.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build, type BuildOptions } from "esbuild";
import { PASSWORD_CODE_POINTS_MIN } from "../limits.ts";
import { cssText } from "./css-text.ts";
import { INTERNAL_NAMES, checkInternalNames } from "./internal-names.ts";
import { literalLimits } from "./literal-limits.ts";
import { projectPath } from "./paths.ts";

/** The widget's form stands before the widget, which knows its name by then. */
const ENTRIES = [
  "widget-form.ts",
  "widget.ts",
  "board.ts",
  "roadmap.ts",
  "roadmap-console.ts",
  "board.css",
  "docs.ts",
  "docs.css",
  "console.ts",
  "console.css",
  "charts.ts",
] as const;
const VIEWER_FILES = ["swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png", "LICENSE", "NOTICE"] as const;
/**
 * The oldest browsers that have everything the clients use: Chrome and Edge 131, Firefox 133 and Safari 18, all of 2024. What sets
 * the floor is a relative colour whose origin is `light-dark()`, as the widget's accent is; older ones leave such a colour out.
 */
const TARGETS = ["chrome131", "edge131", "firefox133", "safari18"];
const HASH_CHARS = 10;
/** OWASP ASVS 5.0, 6.2.4. */
const COMMON_PASSWORDS = 3_000;

const CONTENT_TYPES = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
} as const;

type Asset = {
  readonly hash: string;
  readonly contentType: string;
  readonly rawBytes: number;
  readonly brotliBytes: number;
  readonly gzipBytes: number;
};
type Packed = { readonly asset: Asset; readonly brotli: Uint8Array; readonly gzip: Uint8Array };

const CLIENT_SAVINGS = {
  mangleProps: INTERNAL_NAMES,
  plugins: [literalLimits, cssText],
} satisfies BuildOptions;

/** Makes all of it; paths of the files that were written, for the one who watches. */
export async function buildAssets(): Promise<readonly string[]> {
  const packed: Record<string, Packed> = {};
  for (const entry of ENTRIES) {
    const path = projectPath(`src/web/client/${entry}`);
    const extension = entry.endsWith(".css") ? "css" : "js";
    const form = packed["widget-form.js"]?.asset;
    const bytes = await bundle(path, form === undefined ? {} : { FORM_FILE: `"widget-form.${form.hash}.js"` });
    packed[entry.replace(/\.(ts|css)$/u, `.${extension}`)] = pack(bytes, CONTENT_TYPES[extension]);
  }
  const written = [
    await writeChanged(projectPath("dist/assets/openapi.json"), await openapiText()),
    await writeChanged(projectPath("src/web/generated/assets.ts"), assetsModule(packed)),
    ...(await writeBundles(packed)),
    await writeChanged(projectPath("src/auth/generated/common-passwords.ts"), await commonPasswordsModule()),
    ...(await copyViewer()),
  ];
  return written.filter((path) => path !== undefined);
}

/** `define`: names of the build's own, and what stands in their place. */
async function bundle(entry: string, define: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    // The widget imports its form.
    format: /(?:\.css|-form\.ts)$/u.test(entry) ? "esm" : "iife",
    define: { ...define },
    target: TARGETS,
    charset: "utf8",
    legalComments: "none",
    ...(/(?:docs|console|charts)\.\w+$/u.test(entry) ? {} : CLIENT_SAVINGS),
    // Content addresses must not depend on where the checkout lies.
    absWorkingDir: projectPath("."),
    tsconfig: projectPath("tsconfig.client.json"),
    logLevel: "warning",
  });
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error(`esbuild wrote nothing for ${entry}`);
  return output.contents;
}

function pack(bytes: Uint8Array, contentType: string): Packed {
  const brotli = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
    },
  });
  const gzip = gzipSync(bytes, { level: 9 });
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, HASH_CHARS);
  const sizes = { rawBytes: bytes.byteLength, brotliBytes: brotli.byteLength, gzipBytes: gzip.byteLength };
  return { asset: { hash, contentType, ...sizes }, brotli, gzip };
}

/** `dist/assets/bundles/<name>.<hash>.br` and `.gz`; those of builds before this one go, for a deploy would upload them. */
async function writeBundles(packed: Readonly<Record<string, Packed>>): Promise<readonly (string | undefined)[]> {
  const folder = projectPath("dist/assets/bundles");
  const files = new Map<string, Uint8Array>(
    Object.entries(packed).flatMap(([name, { asset, brotli, gzip }]) => [
      [`${name}.${asset.hash}.br`, brotli] as const,
      [`${name}.${asset.hash}.gz`, gzip] as const,
    ]),
  );
  const before = await readdir(folder).catch(() => []);
  await Promise.all(before.filter((file) => !files.has(file)).map((file) => rm(join(folder, file))));
  return Promise.all(Array.from(files, ([file, bytes]) => writeChanged(join(folder, file), bytes)));
}

function assetsModule(packed: Readonly<Record<string, Packed>>): string {
  const assets = Object.fromEntries(Object.entries(packed).map(([name, { asset }]) => [name, asset]));
  return `// Generated by src/local/assets.ts.\nexport const ASSETS = ${JSON.stringify(assets, null, 2)} as const;\n`;
}

async function openapiText(): Promise<string> {
  const module: { openapiDocument: () => object } = await import("../protocol/rest/openapi.ts");
  const document = module.openapiDocument();
  checkInternalNames(document);
  return JSON.stringify(document);
}

/** The most common ones of a list that is sorted so, and those further down that are long enough to be chosen at all. A line each, lower-case. */
async function commonPasswordsModule(): Promise<string> {
  const file = createRequire(import.meta.url).resolve("@zxcvbn-ts/language-common/src/passwords.json");
  const list = JSON.parse(await readFile(file, "utf8")) as string[];
  const kept = list.filter((one, rank) => rank < COMMON_PASSWORDS || one.length >= PASSWORD_CODE_POINTS_MIN);
  const text = [...new Set(kept.map((one) => one.toLowerCase()))].join("\n");
  return `// Generated by src/local/assets.ts from @zxcvbn-ts/language-common (MIT).\nexport const COMMON_PASSWORDS: string = ${JSON.stringify(text)};\n`;
}

async function copyViewer(): Promise<readonly (string | undefined)[]> {
  const from = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  return Promise.all(
    VIEWER_FILES.map(async (file) =>
      writeChanged(projectPath(`dist/assets/docs/${file}`), await readFile(join(from, file))),
    ),
  );
}

/** Writes only what differs; the path if it did. */
async function writeChanged(path: string, content: string | Uint8Array): Promise<string | undefined> {
  const bytes = Buffer.from(content);
  const before = await readFile(path).catch(() => undefined);
  if (before?.equals(bytes) === true) return undefined;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  return path;
}
