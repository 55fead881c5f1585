/** The table of routes: what matches, what may be asked, and that the API's rows and its description are the same list. */
import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { isSlug, RESERVED_SLUGS, SLUG_PATTERN } from "../../src/ids.ts";
import { ENDPOINTS } from "../../src/protocol/rest/openapi.ts";
import { API_PREFIX } from "../../src/ids.ts";
import { match, TABLE } from "../../src/router.ts";
import { ORIGIN } from "../support/workerd.ts";

const METHODS = ["GET", "POST", "PATCH", "DELETE"];

/** A path that a row stands for; parameters are what no literal is. */
function example(pattern: string): string {
  return pattern
    .replace(/:file\{[^}]*\}/u, "widget.0123456789.js")
    .replaceAll(/:(\w+)/gu, (_, name: string) => (name === "id" ? "7" : `some-${name}`));
}

const segmentsOf = (path: string) => path.split("/").slice(1);
const isParameter = (segment: string) => segment.startsWith(":");
const key = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

describe("router", () => {
  it("[I1] every row is reached by what it stands for, none is shadowed by another", () => {
    for (const row of TABLE) {
      const found = match(row.method, example(row.path));
      expect(found, key(row)).toMatchObject({ route: row.path });
      if ("handle" in found) expect(found.handle).toBe(row.handle);
    }
    expect(new Set(TABLE.map(key)).size).toBe(TABLE.length);
  });

  it("[I2] every API row is an endpoint of the contract, and every endpoint is routed", () => {
    const rows = TABLE.filter(({ path }) => path.startsWith(API_PREFIX)).map(key);
    const endpoints = ENDPOINTS.map(({ method, path }) => key({ method, path: `${API_PREFIX}${path}` }));
    expect(rows.toSorted()).toEqual(endpoints.toSorted());
  });

  it("[I3] every literal segment that a slug could equal is reserved", () => {
    const literals = new Set(
      TABLE.flatMap(({ path }) => segmentsOf(path)).filter((segment) => SLUG_PATTERN.test(segment)),
    );
    // The demo's page stands at the root, where no slug does, and its workspace has that name by contract.
    const free = [...literals].filter((literal) => isSlug(literal));
    expect(free).toEqual(["demo"]);
    expect(TABLE.filter(({ path }) => segmentsOf(path).includes("demo")).map(key)).toEqual(["GET /demo"]);
    expect(TABLE.filter(({ path }) => /^\/:(?!file\{)/u.test(path))).toEqual([]);
    for (const word of ["workspaces", "auth", "user", "models", "admin", "health", "boards", "feedback", "roadmap"]) {
      expect(RESERVED_SLUGS).toContain(word);
    }
  });

  it("[I4] where a literal and a slug compete for a segment, a reserved word is what keeps them apart", () => {
    for (const literal of TABLE) {
      for (const [at, segment] of segmentsOf(literal.path).entries()) {
        if (isParameter(segment)) continue;
        const rivals = TABLE.filter(({ path }) => {
          const other = segmentsOf(path);
          return (
            /^:(workspace|board)$/u.test(other[at] ?? "") &&
            other.slice(0, at).every((part, n) => part === segmentsOf(literal.path)[n])
          );
        });
        if (rivals.length > 0) expect(isSlug(segment), `${segment} of ${key(literal)}`).toBe(false);
      }
    }
  });

  it("[I5] any other method gets 405 with exactly the methods that the path takes; OPTIONS lists them", async () => {
    for (const path of new Set(TABLE.map((row) => example(row.path)))) {
      const takes = METHODS.filter((method) => "handle" in match(method, path));
      const allow = [
        ...(takes.includes("GET") ? ["GET", "HEAD"] : []),
        ...takes.filter((method) => method !== "GET"),
        "OPTIONS",
      ];
      for (const method of [...METHODS, "PUT"].filter((other) => !takes.includes(other))) {
        const refused = await exports.default.fetch(`${ORIGIN}${path}`, { method });
        expect(refused.status, `${method} ${path}`).toBe(405);
        expect(refused.headers.get("allow")).toBe(allow.join(", "));
        expect(await refused.json()).toMatchObject({ code: "METHOD_NOT_ALLOWED" });
      }
      const options = await exports.default.fetch(`${ORIGIN}${path}`, { method: "OPTIONS" });
      expect(options.status).toBe(204);
      expect(options.headers.get("allow")).toBe(allow.join(", "));
    }
  });

  it("[I6] parameters are decoded once; what is no percent-encoding stays as it is", () => {
    const parameters = (path: string) => {
      const found = match("GET", path);
      return "params" in found ? found.params : found;
    };
    expect(parameters("/api/v1/a%2Fb/ideas/feedback")).toEqual({ workspace: "a/b", board: "ideas" });
    expect(parameters("/api/v1/%2541/ideas/feedback")).toEqual({ workspace: "%41", board: "ideas" });
    expect(parameters("/api/v1/%FF/ideas/feedback")).toEqual({ workspace: "%FF", board: "ideas" });
    expect(parameters("/api/v1/%/__proto__/feedback")).toEqual({ workspace: "%", board: "__proto__" });
  });

  it("[I7] names of an object's own members are no methods and no paths", () => {
    for (const word of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
      expect(match(word, "/health")).toEqual(["GET", "HEAD"]);
      expect(match("GET", `/${word}`)).toEqual([]);
      expect(match("GET", `/${word}/${word}/${word}`)).toEqual([]);
      expect(match("GET", `/api/v1/workspaces/${word}`)).toMatchObject({ params: { workspace: word } });
    }
  });
});
