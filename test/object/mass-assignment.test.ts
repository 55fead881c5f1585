/** No endpoint takes a field that it does not know: what a caller may not set is refused, never ignored. Ids are those of test/SPEC.md. */
import { beforeAll, describe, expect, test } from "vitest";
import { API_PREFIX } from "../../src/ids.ts";
import { ENDPOINTS } from "../../src/protocol/rest/openapi.ts";
import { account } from "../support/accounts.ts";
import { board, call, OPERATOR } from "../support/workerd.ts";

/** What an attacker would add: ownership, tenancy, counters, columns of the tables. */
const ADDED = { workspaceId: "other", voteCount: 1_000, userId: "somebody", isAdmin: true } as const;

let workspace = "";
let mine: Record<string, string> = {};

beforeAll(async () => {
  ({ workspace } = await board());
  ({ headers: mine } = await account("Mass"));
});

describe("unknown fields", () => {
  const withBody = ENDPOINTS.filter(({ body }) => body !== undefined);
  test.each(withBody.map((endpoint) => [endpoint.operationId, endpoint] as const))(
    "[S18] %s names every unknown field of a body",
    async (_operationId, { method, path, who }) => {
      const params: Record<string, string> = {
        workspace,
        board: "ideas",
        id: "1",
        commentId: "1",
        userId: "x",
        externalUserId: "x",
      };
      const url = path.replaceAll(/:(\w+)/gu, (_match, name: string) => params[name] ?? "x");
      const headers = who === "account" || who === "account-or-operator" ? mine : OPERATOR;
      const { status, body } = await call(method, `${API_PREFIX}${url}`, ADDED, headers);
      expect(status, JSON.stringify(body)).toBe(400);
      expect(body.code).toBe("INVALID_REQUEST");
      const named = body.errors.map((error: { path: string }) => error.path);
      expect(named).toEqual(expect.arrayContaining(Object.keys(ADDED)));
    },
  );

  const withQuery = ENDPOINTS.filter(({ operationId }) => operationId !== "finishOAuth");
  test.each(withQuery.map((endpoint) => [endpoint.operationId, endpoint] as const))(
    "[S18] %s takes no unknown query parameter",
    async (operationId, { method, path, who, body: schema }) => {
      if (operationId === "openLive" || operationId === "openRoadmapLive") return; // its upgrade is checked first; see the live tests
      const params: Record<string, string> = {
        workspace,
        board: "ideas",
        id: "1",
        commentId: "1",
        userId: "x",
        externalUserId: "x",
      };
      const url = path.replaceAll(/:(\w+)/gu, (_match, name: string) => params[name] ?? "x");
      const headers = who === "account" || who === "account-or-operator" ? mine : OPERATOR;
      const { status, body } = await call(
        method,
        `${API_PREFIX}${url}?role=owner`,
        schema === undefined ? undefined : {},
        headers,
      );
      if (operationId === "initiateOAuth") expect([400, 404]).toContain(status);
      else {
        expect(status, JSON.stringify(body)).toBe(400);
        expect(JSON.stringify(body.errors)).toContain("query.role");
      }
    },
  );
});
