/** In whose name somebody may act, and whose votes they may see: the whole table. */
import { describe, expect, it } from "vitest";
import { type Asker, decideWho, decideWhose, selfOf } from "../../src/domain/person.ts";
import type { Standing } from "../../src/domain/permissions.ts";
import type { ApiKeyScope } from "../../src/protocol/rest/api-keys.ts";

function asker(standing: Standing, more: Partial<Asker> = {}): Asker {
  return { standing, scopes: null, userId: null, person: null, ...more };
}
const key = (...scopes: ApiKeyScope[]) => asker("admin", { scopes });

/** Who asks, and what comes of: naming nobody, naming oneself as one is known, naming `bob`; then of looking at Bob's votes. */
const TABLE: [string, Asker, nobody: string | null, bob: "bob" | "FORBIDDEN", look: "bob" | "FORBIDDEN"][] = [
  ["anonymous", asker("anonymous"), null, "bob", "bob"],
  ["signed", asker("end-user", { person: { externalId: "ada" } }), "ada", "FORBIDDEN", "FORBIDDEN"],
  ["account", asker("end-user", { userId: "u1" }), "account:u1", "FORBIDDEN", "FORBIDDEN"],
  ["member", asker("member", { userId: "u1" }), "account:u1", "bob", "bob"],
  ["moderator", asker("moderator", { userId: "u1" }), "account:u1", "bob", "bob"],
  ["owner", asker("owner", { userId: "u1" }), "account:u1", "bob", "bob"],
  ["operator", asker("owner"), null, "bob", "bob"],
  ["key to write", key("write"), null, "bob", "FORBIDDEN"],
  ["key to read", key("read"), null, "FORBIDDEN", "bob"],
  ["key to moderate", key("moderate", "configure"), null, "FORBIDDEN", "FORBIDDEN"],
];

describe("in whose name", () => {
  it.each(TABLE)("[P20] %s", (_name, who, nobody, bob, look) => {
    expect(selfOf(who)).toBe(nobody);
    expect(decideWho(who, null)).toEqual({ ok: true, value: nobody });
    if (nobody !== null) expect(decideWho(who, nobody)).toEqual({ ok: true, value: nobody });
    for (const [decided, wanted] of [
      [decideWho(who, "bob"), bob],
      [decideWhose(who, "bob"), look],
    ] as const) {
      if (wanted === "bob") expect(decided).toEqual({ ok: true, value: "bob" });
      else expect(decided).toMatchObject({ ok: false, error: { code: wanted, errors: [{ path: "externalUserId" }] } });
    }
  });
});
