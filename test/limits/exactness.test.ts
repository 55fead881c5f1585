/** Of a quota of N exactly N pass, when ten times as many come at once, over every way in and for every quota. Time stands still meanwhile. Ids are those of test/SPEC.md. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/durable-sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Limiter } from "../../objects/shared/limiter.ts";
import type { Workspace } from "../../objects/workspace.ts";
import type { Answered } from "../../src/call.ts";
import { take } from "../../src/domain/gcra.ts";
import { QUOTAS, type QuotaName, rateOf } from "../../src/domain/rate-limits.ts";
import { MESSAGES_PER_SECOND_MAX } from "../../src/limits.ts";
import type { WorkspaceQuota } from "../../src/protocol/rest/rate-limits.ts";
import { rateLimits } from "../../schema/user.ts";
import { Clock } from "../model/clock.ts";
import { bearer } from "../support/identity.ts";
import { board, call, callAs, OPERATOR, Peer, post } from "../support/workerd.ts";
import { atOnce, fromNewAddress, limitedBoard, newPerson, newUser, setLimits, tally } from "./quota-user.ts";

const RUNS = 50;
const clock = new Clock();
beforeAll(() => clock.install());
afterAll(() => clock.restore());

/** As many as the run says: odd ones and even ones, one alone. */
const quotaOf = (run: number) => 1 + ((run * 3) % 7);

/** A vote or its refusal, as each way answers it. */
type Outcome = "through" | "refused";

function outcomeOf(status: number): Outcome {
  if (status === 200 || status === 201) return "through";
  if (status === 429) return "refused";
  throw new Error(`answered ${String(status)}`);
}

/** Votes over as many sockets as their number of messages takes, all at once. */
async function votesOverSockets(
  path: string,
  feedbackId: number,
  headers: Record<string, string>,
  people: readonly string[],
): Promise<Outcome[]> {
  const sockets = Math.ceil(people.length / MESSAGES_PER_SECOND_MAX);
  const peers = await atOnce(sockets, () => Peer.open(path, "", headers));
  for (const [n, externalUserId] of people.entries()) {
    peers[n % sockets]?.send({ type: "vote", requestId: String(n), feedbackId, externalUserId });
  }
  const answersOf = ({ frames }: Peer) => frames.filter(({ type }) => type === "ack" || type === "error");
  for (const [n, peer] of peers.entries()) {
    const sent = people.filter((_, index) => index % sockets === n).length;
    await peer.until(() => answersOf(peer).length === sent);
  }
  const outcomes = peers.flatMap(answersOf).map((frame): Outcome => {
    if (frame.type === "ack") return "through";
    if (frame.type === "error" && frame.code === "RATE_LIMITED") return "refused";
    throw new Error(JSON.stringify(frame));
  });
  for (const { socket } of peers) socket.close();
  return outcomes;
}

const votesOverRest = (path: string, id: number, headers: Record<string, string>, people: readonly string[]) =>
  atOnce(people.length, async (n) =>
    outcomeOf(
      (await call("POST", `${path}/feedback/${String(id)}/votes`, { externalUserId: people[n] }, headers)).status,
    ),
  );

const WAYS = {
  "over REST": votesOverRest,
  "over sockets": votesOverSockets,
  "over both at once": async (path, id, headers, people) => {
    const half = Math.floor(people.length / 2);
    const [one, other] = await Promise.all([
      votesOverRest(path, id, headers, people.slice(0, half)),
      votesOverSockets(path, id, headers, people.slice(half)),
    ]);
    return [...one, ...other];
  },
} as const satisfies Record<string, typeof votesOverSockets>;

/** 50 runs, in a workspace that allows N and, of what counts beside it, more than enough. `ask` comes each time as somebody else. */
async function expectExact(
  quota: WorkspaceQuota,
  beside: WorkspaceQuota | null,
  ask: (on: { readonly path: string; readonly id: number }, times: number) => Promise<readonly Outcome[]>,
): Promise<void> {
  const { workspace, path } = await limitedBoard(beside === null ? {} : { [beside]: 100_000 });
  const id = (await call("POST", `${path}/feedback`, { title: "Dark mode", externalUserId: "ada" }, OPERATOR)).body.id;
  for (let run = 0; run < RUNS; run++) {
    const limit = quotaOf(run);
    await setLimits(workspace, { [quota]: limit });
    const counts = tally(await ask({ path, id }, 10 * limit));
    expect(counts, `run ${String(run)}`).toEqual({ through: limit, refused: 9 * limit });
  }
}

describe("limits are exact: N of 10 · N at once, 50 times", () => {
  it("[S22] read, by address", async () => {
    await expectExact("read", null, async ({ path, id }, times) => {
      const headers = fromNewAddress();
      return atOnce(times, async () =>
        outcomeOf((await call("GET", `${path}/feedback/${String(id)}`, undefined, headers)).status),
      );
    });
  });

  it("[S22] feedback-create, by person from many addresses", async () => {
    await expectExact("feedback-create-person", "feedback-create-address", async ({ path }, times) => {
      const externalUserId = newPerson();
      const body = { title: "More", externalUserId };
      return atOnce(times, async () =>
        outcomeOf((await call("POST", `${path}/feedback`, body, fromNewAddress())).status),
      );
    });
  });

  it("[S22] feedback-create, by address of many people", async () => {
    await expectExact("feedback-create-address", "feedback-create-person", async ({ path }, times) => {
      const headers = fromNewAddress();
      const one = async () => call("POST", `${path}/feedback`, { title: "More", externalUserId: newPerson() }, headers);
      return atOnce(times, async () => outcomeOf((await one()).status));
    });
  });

  for (const [way, cast] of Object.entries(WAYS)) {
    it(`[S22] vote, by person, ${way}`, async () => {
      await expectExact("vote-person", "vote-address", async ({ path, id }, times) => {
        const person = newPerson();
        return cast(
          path,
          id,
          fromNewAddress(),
          Array.from({ length: times }, () => person),
        );
      });
    });

    it(`[S22] vote, by address, ${way}`, async () => {
      await expectExact("vote-address", "vote-person", async ({ path, id }, times) => {
        return cast(path, id, fromNewAddress(), Array.from({ length: times }, newPerson));
      });
    });
  }

  it("[S22] api-key, whatever is asked with it, from many addresses", async () => {
    const { workspace, path } = await board();
    const keys = `/api/v1/workspaces/${workspace}/api-keys`;
    for (let run = 0; run < RUNS; run++) {
      const limit = quotaOf(run);
      await setLimits(workspace, { "api-key": limit });
      // A quota of its own for each: time stands still, so the last run's is used up.
      const { body } = await call("POST", keys, { name: "Importer", scopes: ["read", "write"] }, OPERATOR);
      const outcomes = await atOnce(10 * limit, async (n) => {
        const headers = { ...bearer(body.key), ...fromNewAddress() };
        const draft = { title: "More", externalUserId: newPerson() };
        const asked = n % 2 === 0 ? (["GET", undefined] as const) : (["POST", draft] as const);
        return outcomeOf((await call(asked[0], `${path}/feedback`, asked[1], headers)).status);
      });
      expect(tally(outcomes), `run ${String(run)}`).toEqual({ through: limit, refused: 9 * limit });
      await call("DELETE", `${keys}/${body.id}`, undefined, OPERATOR);
    }
  });

  // What has no endpoint yet is asked of the very object that will count it, with a verb that is there.

  it.each([
    ["comment-person", "comment-address"],
    ["comment-address", "comment-person"],
  ] as const)("[S22] %s: in the workspace's object", async (quota, beside) => {
    const { workspace, path, stub } = await limitedBoard({ [beside]: 100_000 });
    const id = await post(path, "Dark mode");
    for (let run = 0; run < RUNS; run++) {
      const limit = quotaOf(run);
      await setLimits(workspace, { [quota]: limit });
      const [one, ours] = [newPerson(), fromNewAddress()["cf-connecting-ip"]];
      const codes = await runInDurableObject(stub, (object: Workspace) =>
        atOnce(10 * limit, async () => {
          const isPerson = quota === "comment-person";
          const visitor = isPerson ? fromNewAddress()["cf-connecting-ip"] : ours;
          const asComment = callAs("anonymous", "feedback.write", { limit: "comment", visitor });
          await Promise.resolve();
          return codeOf(object.castVote(asComment, "ideas", id, { externalUserId: isPerson ? one : newPerson() }));
        }),
      );
      expect(tally(codes), `run ${String(run)}`).toEqual({ through: limit, RATE_LIMITED: 9 * limit });
    }
  });

  const BY_ACCOUNT = ["ai-analysis", "sync-providers", "email", "export", "workspace-create", "signed-in"] as const;

  it.each(BY_ACCOUNT)("[S22] %s: by the limiter on the user's object's own database", async (name) => {
    const rate = rateOf(name, 1);
    if (rate === null) throw new Error("nothing is counted");
    const { stub } = await newUser();
    await runInDurableObject(stub, async (_, { storage }) => {
      const limiter = new Limiter(drizzle(storage), rateLimits, storage.sql);
      for (let run = 0; run < RUNS; run++) {
        const hits = [{ name, subject: `route ${String(run)}`, rate }];
        const outcomes = await atOnce(10 * rate.limit, async () => {
          await Promise.resolve();
          return storage.transactionSync((): Outcome => {
            if (!limiter.admit(hits, clock.now, true).ok) return "refused";
            limiter.save(hits, () => undefined);
            return "through";
          });
        });
        expect(tally(outcomes), `run ${String(run)}`).toEqual({ through: rate.limit, refused: 9 * rate.limit });
      }
    });
  });

  it.each(BY_ACCOUNT)("[S22] %s: by calls of the user's object", async (limit) => {
    const { limit: quota } = QUOTAS[limit];
    const { stub, caller } = await newUser();
    const asked = { ...callAs("anonymous", "board.read", { limit, caller, route: "GET /me" }), action: null };
    const codes = await atOnce(10 * quota, async () => codeOf(await stub.readMe(asked)));
    expect(tally(codes)).toEqual({ through: quota, RATE_LIMITED: 9 * quota });
    const other = { ...asked, route: "GET /other" };
    expect(codeOf(await stub.readMe(other))).toBe(limit === "signed-in" ? "through" : "RATE_LIMITED");
  });
});

function codeOf(answered: Answered<unknown>): string {
  return answered.ok ? "through" : answered.error.code;
}

describe("limits are exact with the table's own quotas", () => {
  it.each(["read", "feedback-create-person", "feedback-create-address", "vote-person", "vote-address"] as const)(
    "[S22] %s",
    async (quota: QuotaName) => {
      const { path } = await board();
      const { limit } = QUOTAS[quota];
      const id = await post(path, "Dark mode", { externalUserId: newPerson() });
      const [person, headers] = [newPerson(), fromNewAddress()];
      const outcomes = await atOnce(10 * limit, async () => {
        if (quota === "read")
          return outcomeOf((await call("GET", `${path}/feedback/${String(id)}`, undefined, headers)).status);
        const isPerson = quota.endsWith("-person");
        const who = { externalUserId: isPerson ? person : newPerson() };
        const from = isPerson ? fromNewAddress() : headers;
        if (quota.startsWith("vote"))
          return outcomeOf((await call("POST", `${path}/feedback/${String(id)}/votes`, who, from)).status);
        return outcomeOf((await call("POST", `${path}/feedback`, { title: "More", ...who }, from)).status);
      });
      expect(tally(outcomes)).toEqual({ through: limit, refused: 9 * limit });
    },
  );

  it("[S22] what is refused for one quota is not counted against the other", async () => {
    const { path } = await limitedBoard({ "vote-person": 3, "vote-address": 10 });
    const id = await post(path, "Dark mode");
    const headers = fromNewAddress();
    const cast = (who: string) =>
      votesOverRest(
        path,
        id,
        headers,
        Array.from({ length: 30 }, () => who),
      );
    const outcomes = [...(await cast(newPerson())), ...(await cast(newPerson())), ...(await cast(newPerson()))];
    expect(tally(outcomes)).toEqual({ through: 9, refused: 81 });
    // The address has one left although the last person was refused while it stood there.
    expect(tally(await cast(newPerson()))).toEqual({ through: 1, refused: 29 });
    expect(env.RATE_LIMIT_SCALE).toBe("1");
  });
});

describe("the control", () => {
  it("[S22] a limiter that waits between its look and its count lets too many through: these checks would see it", async () => {
    let tat: number | null = null;
    const rate = { limit: 10, windowMs: 60_000 };
    const racy = async () => {
      const taken = take(rate, tat, clock.now);
      await Promise.resolve();
      if (taken.admitted) ({ tat } = taken);
      return taken.admitted;
    };
    const through = (await atOnce(10 * rate.limit, racy)).filter(Boolean).length;
    expect(through).toBeGreaterThan(rate.limit);
  });
});
