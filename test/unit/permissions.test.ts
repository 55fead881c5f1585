/** The permission table says what SECURITY 16 says, denies what it does not name, and is what docs/permissions.md shows. The sweep over real requests is test/object/role-sweep.test.ts. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { may, mayAlways, PERMISSIONS, STANDINGS } from "../../src/domain/permissions.ts";
import { projectPath } from "../../src/local/paths.ts";
import { PERMISSIONS_DOC, permissionsDoc } from "../../src/local/permissions-doc.ts";
import { API_KEY_SCOPES } from "../../src/protocol/rest/api-keys.ts";
import { ENDPOINTS } from "../../src/protocol/rest/openapi.ts";
import { ACTIONS } from "../../src/protocol/rest/roles.ts";

/** SECURITY 16, written down a second time: y yes, n no, i if invited, e if enabled. Its row of settings and keys is two here, and voting for others is one of its own. */
const EXPECTED: Record<(typeof ACTIONS)[number], string> = {
  "board.read": "yyyyyy",
  "private.read": "yyyyin",
  "feedback.write": "yyyyye",
  "own.edit": "yyyyyn",
  "internal.read": "yyyynn",
  "behalf.act": "yyyynn",
  "feedback.moderate": "yyynnn",
  "workspace.configure": "yynnnn",
  "team.manage": "yynnnn",
  "workspace.own": "ynnnnn",
};
const RULES = { y: "yes", n: "no", i: "if-invited", e: "if-enabled" } as const;

describe("permissions", () => {
  test.each(ACTIONS)("[S16] %s is given as the table of roles says", (action) => {
    const rules = STANDINGS.map((standing) => PERMISSIONS[action][standing]);
    expect(rules).toEqual(EXPECTED[action].split("").map((letter) => RULES[letter as keyof typeof RULES]));
  });

  test("[S16] a role and a scope are both needed: neither makes up for the other", () => {
    for (const action of ACTIONS) {
      for (const standing of STANDINGS) {
        const byRole = may({ standing, scopes: null }, action);
        expect(may({ standing, scopes: [] }, action)).toBe(false);
        expect(may({ standing, scopes: API_KEY_SCOPES }, action)).toBe(
          byRole && PERMISSIONS[action].keyScopes.length > 0,
        );
        if (mayAlways({ standing, scopes: null }, action)) expect(byRole).toBe(true);
      }
    }
  });

  test("[S16] no API key manages the team or owns the workspace", () => {
    expect(PERMISSIONS["team.manage"].keyScopes).toEqual([]);
    expect(PERMISSIONS["workspace.own"].keyScopes).toEqual([]);
  });

  test("[S16] every endpoint below a workspace asks for an action, but for joining it", () => {
    const ruleless = ENDPOINTS.filter(({ path, who }) => path.includes(":workspace") && !who.includes("."));
    expect(ruleless.map(({ operationId }) => operationId)).toEqual(["acceptInvitation"]);
  });

  test("[S16] docs/permissions.md shows this table", () => {
    expect(readFileSync(projectPath(PERMISSIONS_DOC), "utf8")).toBe(permissionsDoc());
  });
});
