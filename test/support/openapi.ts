/** Reads the API's description: the structure that OpenAPI 3.1 asks for, as far as we use it, and its schemas as validators. */
import * as z from "zod";

const jsonSchema = z.record(z.string(), z.unknown());
const media = z.strictObject({ schema: jsonSchema.optional() });
const answer = z.strictObject({
  description: z.string().min(1),
  headers: z.record(z.string(), z.strictObject({ description: z.string().min(1), schema: jsonSchema })).optional(),
  content: z.record(z.string(), media).optional(),
});
const operation = z.strictObject({
  operationId: z.string(),
  tags: z.array(z.string()).min(1),
  summary: z.string().min(1),
  description: z.string().min(1).optional(),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  parameters: z
    .array(
      z.strictObject({
        name: z.string(),
        in: z.enum(["path", "query", "header", "cookie"]),
        required: z.boolean().optional(),
        description: z.string().optional(),
        schema: jsonSchema,
        example: z.unknown().optional(),
      }),
    )
    .default([]),
  requestBody: z.strictObject({ required: z.boolean().optional(), content: z.record(z.string(), media) }).optional(),
  responses: z.record(z.string().regex(/^([1-5]\d\d|default)$/u), answer),
});
export type Operation = z.infer<typeof operation>;

const openapi = z.strictObject({
  openapi: z.string(),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string().optional() }),
  servers: z.array(z.strictObject({ url: z.string() })),
  paths: z.record(
    z.string().startsWith("/"),
    z.partialRecord(z.enum(["get", "post", "put", "patch", "delete"]), operation),
  ),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^[\w.-]+$/u), jsonSchema),
    securitySchemes: z.record(
      z.string(),
      z.strictObject({ type: z.literal("http"), scheme: z.string(), description: z.string() }),
    ),
  }),
});
export type OpenApi = z.infer<typeof openapi>;

/** Throws on what is no OpenAPI document, and on any member that these tests do not know. */
export function readDocument(value: unknown): OpenApi {
  return openapi.parse(value);
}

/** The target of every `$ref` in a document. */
export function refsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]: [string, unknown]) =>
    key === "$ref" && typeof part === "string" ? [part] : refsIn(part),
  );
}

/** Turns the document's schemas into validators, made from the JSON Schema alone and not from the code behind it. */
export function schemaReader(document: OpenApi): (schema: unknown) => z.ZodType {
  const $defs: unknown = JSON.parse(localRefs(document.components.schemas));
  return (schema) => {
    const own = JSON.parse(localRefs(schema)) as Record<string, unknown>;
    return z.fromJSONSchema({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      ...own,
      $defs,
    } as z.core.JSONSchema.JSONSchema);
  };
}

function localRefs(schemas: unknown): string {
  return JSON.stringify(schemas).replaceAll("#/components/schemas/", "#/$defs/");
}
