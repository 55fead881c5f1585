/**
 * The API's description: a well-formed OpenAPI 3.1 document, one operation per endpoint. That its schemas fit live answers is shown by
 * test/object/rest.test.ts, and that every route is described by test/object/router.test.ts.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { projectPath } from "../../src/local/paths.ts";
import { limitOf } from "../../src/protocol/rest/endpoint.ts";
import { ENDPOINTS, openapiDocument } from "../../src/protocol/rest/openapi.ts";
import { type Operation, readDocument, refsIn, schemaReader } from "../support/openapi.ts";

const plain: unknown = JSON.parse(JSON.stringify(openapiDocument()));
const document = readDocument(plain);

/** Every operation with its place. */
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]: [string, Operation]) => ({ path, method, operation })),
);

/** By rule. All other rules need a token. */
const SECURITY: Readonly<Partial<Record<string, unknown>>> = {
  anyone: "none",
  "board.read": [{}, { bearer: [] }],
  "feedback.write": [{}, { bearer: [] }],
};

describe("openapi", () => {
  it("[U28] is OpenAPI 3.1, and the built Worker serves the very document", () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/u);
    expect(JSON.parse(readFileSync(projectPath("dist/assets/openapi.json"), "utf8"))).toEqual(plain);
  });

  it("[U29] describes every endpoint once, under its own operation id", () => {
    const described = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    const wanted = ENDPOINTS.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/gu, "{$1}")}`);
    expect(described.toSorted()).toEqual(wanted.toSorted());
    expect(new Set(described).size).toBe(ENDPOINTS.length);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]+$/u);
  });

  it("[U30] declares exactly the parameters that stand in each path", () => {
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name ?? "");
      const declared = operation.parameters.filter((parameter) => parameter.in === "path");
      expect(declared.map(({ name }) => name).toSorted(), path).toEqual(inPath.toSorted());
      for (const parameter of declared) expect(parameter.required, `${path} ${parameter.name}`).toBe(true);
      const keys = operation.parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
      expect(new Set(keys).size, path).toBe(keys.length);
    }
  });

  it("[U31] every reference resolves, every component is used, every security scheme is there", () => {
    const components = new Set(Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`));
    const refs = new Set(refsIn(plain));
    for (const ref of refs) expect(components, ref).toContain(ref);
    for (const component of components) expect(refs, component).toContain(component);
    for (const { operation } of operations) {
      for (const scheme of (operation.security ?? []).flatMap((one) => Object.keys(one))) {
        expect(document.components.securitySchemes).toHaveProperty(scheme);
      }
    }
  });

  it("[U32] every schema reads as JSON Schema, and says no to what the API refuses", () => {
    const read = schemaReader(document);
    for (const { path, method, operation } of operations) {
      const body = operation.requestBody?.content["application/json"]?.schema;
      if (body !== undefined) {
        const schema = read(body);
        expect(schema.safeParse({ voteCount: 1 }).success, `${method} ${path}`).toBe(false);
        expect(schema.safeParse([]).success, `${method} ${path}`).toBe(false);
      }
      for (const parameter of operation.parameters) expect(() => read(parameter.schema)).not.toThrow();
      for (const [status, answer] of Object.entries(operation.responses)) {
        const [media = {}] = Object.values(answer.content ?? {});
        if (media.schema !== undefined) expect(read(media.schema).safeParse("text").success, status).toBe(false);
      }
    }
  });

  it("[U33] says who may call: a bearer token is needed, welcome, or never looked at; and what is limited", () => {
    for (const endpoint of ENDPOINTS) {
      const found = operations.find(({ operation }) => operation.operationId === endpoint.operationId);
      expect(found?.operation.security ?? "none", endpoint.operationId).toEqual(
        SECURITY[endpoint.who] ?? [{ bearer: [] }],
      );
      const takesKey = found?.operation.parameters.some(({ name }) => name === "Idempotency-Key");
      expect(takesKey, endpoint.operationId).toBe(endpoint.method !== "GET");
      expect(found?.operation.responses["default"]?.content).toHaveProperty("application/problem+json");
      expect(Object.keys(found?.operation.responses ?? {}).toSorted()).toEqual(
        [...Object.keys(endpoint.answers), ...(limitOf(endpoint) === null ? [] : ["429"]), "default"].toSorted(),
      );
    }
  });
});
