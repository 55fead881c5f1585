/** Requests to every endpoint, made from what openapi.json says of them: right in shape, or wrong in one place that the schema does not allow. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { projectPath } from "../../src/local/paths.ts";

type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly format?: string;
  readonly example?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
};
type Parameter = { readonly in: string; readonly name: string; readonly schema: Schema };
type Operation = {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
};
type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

const DOCUMENT = JSON.parse(readFileSync(projectPath("dist/assets/openapi.json"), "utf8")) as Document;
const LOCAL_REF = "#/components/schemas/";

/** Who asks, by bearer tokens; and what is there to be asked about, by the names of path parameters. */
export type Scene = {
  /** The server's own: tokens are good at the origin that they were made for. */
  readonly host: string;
  readonly callers: readonly string[];
  readonly there: Readonly<Record<string, readonly string[]>>;
  /** `METHOD /path` that would end the scene: nobody who may asks them. */
  readonly spared: ReadonlySet<string>;
};

/** Operations that hash a password take as long as hundreds of others. */
const HASHING = /^POST \/auth\/(?:login|register|password)/u;
const WEIGHT = 16;

export type SchemaRequest = { readonly operation: string; readonly bytes: Uint8Array };

/** Every operation of the document, as `METHOD /path`. */
export const OPERATIONS: readonly string[] = Object.entries(DOCUMENT.paths).flatMap(([path, operations]) =>
  Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
);

/** Tokens of nobody. */
const STRANGERS = ["gsk_none", "a.b.c", "none", "x".repeat(5_000)];

/** An arbitrary request to any operation. */
export function schemaRequests(scene: Scene): fc.Arbitrary<SchemaRequest> {
  const all = Object.entries(DOCUMENT.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => {
      const name = `${method.toUpperCase()} ${path}`;
      const callers = scene.spared.has(name) ? STRANGERS : [...scene.callers, ...STRANGERS];
      return {
        arbitrary: requestTo({ ...scene, callers }, method.toUpperCase(), path, operation).map((bytes) => ({
          operation: name,
          bytes,
        })),
        weight: HASHING.test(name) ? 1 : WEIGHT,
      };
    }),
  );
  return fc.oneof(...all);
}

function requestTo(scene: Scene, method: string, pattern: string, operation: Operation): fc.Arbitrary<Uint8Array> {
  const parameters = operation.parameters ?? [];
  const named = (place: string) => parameters.filter((parameter) => parameter.in === place);
  const path = fc.record(
    Object.fromEntries(
      named("path").map(({ name, schema }) => {
        const there = scene.there[name];
        const made = valueOf(schema).map(inAddress);
        const known = there === undefined ? made : fc.constantFrom(...there);
        return [name, often(known, fc.oneof(made, hostile.map(inAddress)))];
      }),
    ),
  );
  const query = fc.record(
    Object.fromEntries(named("query").map(({ name, schema }) => [name, often(valueOf(schema), hostile)])),
    { requiredKeys: [] },
  );
  const schema = operation.requestBody?.content["application/json"]?.schema;
  const body =
    schema === undefined
      ? fc.constant("")
      : often(valueOf(schema), fc.oneof(valueOf(schema).chain(spoiled), hostile)).map((value) => JSON.stringify(value));
  return fc
    .record({ path, query, body, caller: fc.constantFrom("", ...scene.callers), key: fc.option(idempotencyKey) })
    .map((made) => {
      const target = pattern.replaceAll(/\{(\w+)\}/gu, (_, name: string) => made.path[name] ?? "x");
      const search = Object.entries(made.query).map(([name, value]) => `${name}=${inAddress(value)}`);
      const bytes = Buffer.from(made.body);
      const head = [
        `${method} /api/v1${target}${search.length === 0 ? "" : `?${search.join("&")}`} HTTP/1.1`,
        `Host: ${scene.host}`,
        "Connection: close",
        ...(made.caller === "" ? [] : [`Authorization: Bearer ${made.caller}`]),
        ...(made.key === null ? [] : [`Idempotency-Key: ${made.key}`]),
        ...(schema === undefined
          ? []
          : ["Content-Type: application/json", `Content-Length: ${String(bytes.byteLength)}`]),
      ];
      return Buffer.concat([Buffer.from([...head, "", ""].join("\r\n")), bytes]);
    });
}

const often = <T>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: right, weight: 4 }, { arbitrary: wrong, weight: 1 });

const idempotencyKey = fc.oneof(
  fc.uuid(),
  fc.constantFrom("short", "x".repeat(255), "x".repeat(300), "same-key-for-many-requests"),
);

/** What schemas do not expect: other types, edges of numbers, texts that are none. */
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e308, -0, 0.1, Number.MAX_SAFE_INTEGER, "", " ", [], {}, [[]]),
  fc.constantFrom("\u0000", "\ud800", "\udc00x", "\uFEFF", "\u202E", "__proto__", "%00", "../..", "' OR 1=1 --", "NaN"),
  fc.constantFrom("x".repeat(5_000), "é".repeat(300), "💥".repeat(300), "https://10.0.0.1/", "javascript:alert(1)"),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** One place of a value is spoiled: a field another, gone, or one too many. */
function spoiled(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== "object" || value === null) return hostile;
  const keys = Object.keys(value);
  const other = fc
    .tuple(fc.constantFrom(...keys, "role", "workspaceId", "__proto__x", "constructor"), hostile)
    .map(([key, wrong]) => ({ ...value, [key]: wrong }));
  const gone = fc
    .constantFrom("", ...keys)
    .map((key) => Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)));
  return fc.oneof(other, gone);
}

function inAddress(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return encodeURIComponent(text.toWellFormed()).slice(0, 2_000).replace(/%.?$/u, "");
}

const DEPTH_MAX = 6;

function valueOf(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) {
    const found = DOCUMENT.components.schemas[schema.$ref.slice(LOCAL_REF.length)];
    if (found === undefined) throw new Error(`no schema ${schema.$ref}`);
    return valueOf(found, depth + 1);
  }
  if (depth > DEPTH_MAX) return fc.constant(null);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((part) => valueOf(part, depth + 1)));
  const { type } = schema;
  if (typeof type === "object") return fc.oneof(...type.map((one) => valueOf({ ...schema, type: one }, depth + 1)));
  switch (type) {
    case "object":
      return fc.record(
        Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, part]) => [name, valueOf(part, depth + 1)]),
        ),
        { requiredKeys: [...(schema.required ?? [])] },
      );
    case "array":
      return fc.array(valueOf(schema.items ?? {}, depth + 1), { maxLength: Math.min(schema.maxItems ?? 3, 3) });
    case "integer":
    case "number":
      return fc.integer({ min: schema.minimum ?? -5, max: Math.min(schema.maximum ?? 1_000, 2 ** 31 - 1) });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "string":
      return textOf(schema);
    case undefined:
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function textOf({ example, format, pattern, minLength = 0, maxLength = 100 }: Schema): fc.Arbitrary<string> {
  if (typeof example === "string") return fc.constant(example);
  if (format === "uri")
    return fc.constantFrom("https://example.com/", "http://localhost/", "https://example.com/logo.png");
  if (format === "date-time") return fc.constantFrom("2030-01-01T00:00:00.000Z", "2001-01-01T00:00:00.000Z");
  if (format === "password") return fc.constantFrom("short", "correct horse battery staple");
  if (pattern !== undefined) return fc.constantFrom("ideas", "victim", "1", "#0f766e", "anthropic", "a-1");
  const longest = Math.max(minLength, Math.min(maxLength, 60));
  return fc.string({ unit: "grapheme", minLength, maxLength: longest });
}
