/** What the tests of limits share: an address and a workspace of their own, and a person who has an account object but no password. */
import { env } from "cloudflare:workers";
import type { WorkspaceQuota } from "../../src/protocol/rest/rate-limits.ts";
import { DEVICE } from "../support/accounts.ts";
import { type Answer, board, call, OPERATOR } from "../support/workerd.ts";

let addresses = 0;

/** A client at an address that nobody used before. */
export function fromNewAddress(): { readonly "cf-connecting-ip": string } {
  addresses += 1;
  return {
    "cf-connecting-ip": `10.${String(addresses >> 16)}.${String((addresses >> 8) & 255)}.${String(addresses & 255)}`,
  };
}

let people = 0;

export function newPerson(): string {
  people += 1;
  return `person-${String(people)}`;
}

export type Limits = Partial<Record<WorkspaceQuota, number | null>>;

/** A workspace's own limits, as its owner sets them. */
export async function setLimits(workspace: string, limits: Limits): Promise<Answer> {
  return call("PATCH", `/api/v1/workspaces/${workspace}/rate-limits`, limits, OPERATOR);
}

/** A board in a workspace with limits of its own. */
export async function limitedBoard(limits: Limits) {
  const made = await board();
  if (Object.keys(limits).length === 0) return made;
  const { status, body } = await setLimits(made.workspace, limits);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return made;
}

/** The object of a new account. */
export async function newUser() {
  const id = crypto.randomUUID();
  const stub = env.USER.getByName(id);
  const email = `${id}@example.com`;
  await stub.hearIdentity({
    kind: "account",
    email,
    emailVerified: true,
    name: "Ada",
    identity: { provider: "password", subject: email, email },
    at: Date.now(),
    device: DEVICE,
  });
  return { id, stub, caller: { kind: "account", userId: id, sessionId: "s", profile: null } as const };
}

/** How often each status, or code, came. */
export function tally<T extends string | number>(outcomes: readonly T[]): Partial<Record<T, number>> {
  const counts: Partial<Record<T, number>> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** `n` at once. */
export function atOnce<T>(n: number, run: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: n }, (_, index) => run(index)));
}

/** Casts a vote over REST. */
export function vote(
  path: string,
  id: number,
  headers: Record<string, string>,
  externalUserId: string,
): Promise<Answer> {
  return call("POST", `${path}/feedback/${String(id)}/votes`, { externalUserId }, headers);
}
