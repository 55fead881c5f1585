/** Which quotas a call of the Workspace object counts against, and whose requests it is counted with. What a quota allows: domain/rate-limits.ts. */
import type { Call } from "../../src/call.ts";
import { selfOf } from "../../src/domain/person.ts";
import { type By, QUOTAS, type QuotaName, quotasOf, rateOf } from "../../src/domain/rate-limits.ts";
import type { Overrides } from "../../src/protocol/rest/rate-limits.ts";
import type { Hit } from "../shared/limiter.ts";
import type { Actor } from "./authorize.ts";

/** `bare`: the id that an anonymous caller gives for themselves. The operator passes; an API key has one quota for everything. */
export function hitsOf(
  call: Call,
  actor: Actor,
  bare: string | null,
  scale: number,
  overrides: () => Overrides,
): Hit[] {
  const { limit, caller } = call;
  if (limit === null || caller.kind === "operator") return [];
  const names = caller.kind === "key" ? quotasOf("api-key") : quotasOf(limit);
  const hits: Hit[] = [];
  for (const name of names) {
    const subject = isCountedHere(name, call) ? subjectOf(QUOTAS[name].by, call, actor, bare) : null;
    const rate = subject === null ? null : rateOf(name, scale, overrides());
    if (subject === null || rate === null) continue;
    hits.push({ name, subject: QUOTAS[name].perRoute ? `${call.route}|${subject}` : subject, rate });
  }
  return hits;
}

/** An account that was looked up on the way was counted by its own object. */
function isCountedHere(name: QuotaName, { caller }: Call): boolean {
  if (QUOTAS[name].at === "Workspace") return true;
  return name === "signed-in" && !(caller.kind === "account" && caller.profile !== null);
}

/** Null: there is nobody to count by. Those whom we know are counted apart: nobody uses up their quota with their bare id. */
function subjectOf(by: By, { visitor, caller }: Call, actor: Actor, bare: string | null): string | null {
  switch (by) {
    case "address":
      return visitor;
    case "key":
      return caller.kind === "key" ? caller.hash : null;
    case "person":
    case "account": {
      const self = selfOf(actor);
      if (self !== null) return `s:${self}`;
      return bare === null ? null : `p:${bare}`;
    }
    case "session":
      return null;
  }
}
