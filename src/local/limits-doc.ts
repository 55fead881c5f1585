/** Prints docs/limits.md from the table of quotas, so that what is written and what is counted cannot differ. `npm run docs` writes it, a test compares. */
import { writeFileSync } from "node:fs";
import { type By, QUOTA_NAMES, QUOTAS } from "../domain/rate-limits.ts";
import {
  LIMITER_PURGE_MS,
  LIMITER_TIMEOUT_MS,
  MESSAGES_PER_SECOND_MAX,
  RATE_LIMIT_MAX,
  SOCKETS_PER_ADDRESS_MAX,
  SOCKETS_PER_PERSON_MAX,
  SOCKETS_PER_WORKSPACE_MAX,
} from "../limits.ts";
import { WORKSPACE_QUOTAS } from "../protocol/rest/rate-limits.ts";
import { projectPath } from "./paths.ts";

export const LIMITS_DOC = "docs/limits.md";

const BY_WORDS: Readonly<Record<By, string>> = {
  address: "address",
  person: "person",
  account: "account",
  session: "session",
  key: "API key",
};

export function limitsDoc(): string {
  return `# Limits on how often something may be asked

Printed from the table in \`src/domain/rate-limits.ts\` by \`npm run docs\`: the same table that the objects count by.

${tableOfQuotas()}

- An **address** is an IPv4 address, or the /64 of an IPv6 one. It is what \`CF-Connecting-IP\` says and nothing else; under \`npm start\` the socket's own. \`X-Forwarded-For\` and its like count nothing. Objects keep its hash.
- A **person** is an end user: by signed identity or account, else by the id that the request gives for itself. Whoever is known is counted apart from bare ids, so nobody uses up their quota by naming them; whoever knows a bare id can use up that one's.
- Where a policy has two quotas, a request needs both, and what one of them refuses is counted against neither.
- With an **API key** a request counts against \`api-key\` and nothing else. One that is no key of the workspace, or a signed identity that is none, counts as reading, by the address. The operator is not counted.
- Sockets: ${String(SOCKETS_PER_ADDRESS_MAX)} of one address on a workspace, ${String(SOCKETS_PER_PERSON_MAX)} of one person on a board, ${count(SOCKETS_PER_WORKSPACE_MAX)} on a workspace; one more closes with 1008 and a reason. A socket may send ${String(MESSAGES_PER_SECOND_MAX)} messages in a second; its votes count as those over REST.
- Besides, wrong passwords make an account wait: see [identity.md](identity.md).

## How it counts

By GCRA, exactly: of a quota of N, N pass at once, and after that one more each *window / N*; ten times as many in parallel let through N. It keeps one number per counted thing, the time at which it will have used nothing any more (\`src/domain/gcra.ts\`).

The object that does the work counts it, in the transaction of the write that it guards, so a limit costs no round trip (\`objects/shared/limiter.ts\`).

- A **write** that is done is counted on disk, and outlives the object and the server.
- A **read** is counted in memory: what it used is forgotten when the object leaves memory.
- A write that is **refused for another reason** (no such item, say) was counted, in memory.
- A request that is **over its limit** is not counted and writes nothing. The isolate remembers the refusal until it is over, and answers without asking the object. A quota that is raised lets whoever waits through at once in the data centre's isolate that took the change, elsewhere when their wait is over.
- A first answer that an Idempotency-Key gives again is not counted in a workspace; of accounts' requests it is. Who is over the limit gets it when that is over.
- What the Worker refuses by itself (a body that is no JSON, a missing token) never reached a limit.

Rows that count nothing any more go by alarm, looked for every ${String(LIMITER_PURGE_MS / 60_000)} minutes.

People who are nobody yet (sign-in, registration, starting with a provider) are counted in one of 256 \`Visitor\` objects, by the hash of their address. If that object takes longer than ${String(LIMITER_TIMEOUT_MS)} ms or fails, the isolate counts by itself, and answers 503 \`OVERLOADED\` to what is over the quota there. Reading boards has no such step: the workspace's object counts it.

Before that stands Cloudflare's own rate limiter (binding \`READ_LIMITER\` in wrangler.toml), coarse and per data centre: it is asked for addresses that have used up half of \`read\` on a workspace, and allows twice the quota, which is the most that GCRA lets through in any one minute. When it fails, it is passed by.

## What an answer says

An answer to a request that was counted, but for a socket's 101 and the 401 of a key that is none, has

\`\`\`http
X-RateLimit-Limit: 60
X-RateLimit-Remaining: 41
X-RateLimit-Reset: 2026-06-01T12:00:19.000Z
RateLimit-Policy: "vote-person";q=60;w=60, "vote-address";q=300;w=60
RateLimit: "vote-person";r=41;t=19, "vote-address";r=281;t=4
\`\`\`

The first three are of the quota that has the smallest share left; \`Reset\` is when all of it is there again. The pair is that of draft-ietf-httpapi-ratelimit-headers: \`q\` requests in \`w\` seconds; \`r\` are left, and in \`t\` seconds there are more: all of them, or where none is left, one.

Over a limit, the answer is 429 \`RATE_LIMITED\`:

\`\`\`http
HTTP/1.1 429 Too Many Requests
Retry-After: 1
X-RateLimit-Limit: 60
X-RateLimit-Remaining: 0
X-RateLimit-Reset: 2026-06-01T12:01:00.000Z
RateLimit-Policy: "vote-person";q=60;w=60, "vote-address";q=300;w=60
RateLimit: "vote-person";r=0;t=1, "vote-address";r=240;t=12
Content-Type: application/problem+json

{"type":"/docs#rate-limited","title":"Too many requests","status":429,"code":"RATE_LIMITED",…}
\`\`\`

Whoever waits \`Retry-After\` gets through. A socket is sent \`{"type":"error","requestId":"…","code":"RATE_LIMITED","message":"…","retryAfterSeconds":1}\`; board page and widget keep the vote on the screen, and send it again after that time. A page says it in words, and keeps what was typed.

## Changing them

A workspace sets its own, of what it counts (${WORKSPACE_QUOTAS.map((name) => `\`${name}\``).join(", ")}), in the console under Settings or with

\`\`\`sh
curl -X PATCH "$ORIGIN/api/v1/workspaces/acme/rate-limits" -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" -d '{"vote-person": 120, "read": null}'
\`\`\`

A number from 1 to ${count(RATE_LIMIT_MAX)} is the quota in the table's window, \`null\` the default again; what is left out stays. It holds from the next request on: what was used stays used, and a lowered quota locks nobody out for longer than its own window.

A deployment multiplies all of them, the sockets of one address too, by the variable \`RATE_LIMIT_SCALE\`, such as \`0.5\` or \`10\`; \`0\` turns them off. What is no such number counts as 1.
`;
}

function tableOfQuotas(): string {
  const rows = QUOTA_NAMES.map((name) => {
    const { policy, by, limit, windowSeconds, at, perRoute, says } = QUOTAS[name];
    const own = (WORKSPACE_QUOTAS as readonly string[]).includes(name) ? "✓" : "–";
    const whose = perRoute ? `${BY_WORDS[by]} and route` : BY_WORDS[by];
    return line([
      `\`${name}\``,
      says,
      `\`${policy}\``,
      whose,
      `${count(limit)} / ${windowOf(windowSeconds)}`,
      `\`${at}\``,
      own,
    ]);
  });
  const head = ["quota", "what", "policy", "counted by", "default", "by the object", "a workspace's own"];
  return [line(head), line(head.map(() => "---")), ...rows].join("\n");
}

function windowOf(seconds: number): string {
  if (seconds === 3_600) return "h";
  return seconds === 60 ? "min" : `${String(seconds / 60)} min`;
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

if (import.meta.main) writeFileSync(projectPath(LIMITS_DOC), limitsDoc());
