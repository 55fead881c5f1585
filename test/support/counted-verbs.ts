/**
 * Counts what the objects' verbs cost in statements, rows read and rows written, for the tests that compare with `bench/verbs/baseline.json`. An object takes its count once per call, for the
 * log line; here it is added up on the way, for test and objects share one isolate. Importing this is what begins it.
 */
import { expect, type TestContext, vi } from "vitest";
import baseline from "../../bench/verbs/baseline.json" with { type: "json" };
import { CallLog } from "../../objects/shared/call-log.ts";
import { type Cost, MeteredSql } from "../../objects/shared/metered-storage.ts";
import type { Failure } from "../../src/errors.ts";
import type { Result } from "../../src/result.ts";

declare module "vitest" {
  interface TaskMeta {
    /** For `bench/verbs/reporter.ts`: the group's name in the baseline, and its cost by case. */
    group?: string;
    costs?: Record<string, Cost>;
  }
}

export type Costs = Record<string, Cost>;

const ZERO: Cost = { statements: 0, rowsRead: 0, rowsWritten: 0 };
/** Work that follows a call, in its own time. */
const BACKGROUND = /^(?:alarm|outbox|membership)\./u;
const QUIET_MS = 50;
/** For what an object does a little later, on a machine that is busy. */
const LATER_MS_MAX = 20_000;

/** By verb, since the last time somebody began to count. */
let counted = new Map<string, Cost>();
const meters = new Set<MeteredSql>();
/** The one whose verb ran last, background apart. */
let meter: MeteredSql | null = null;
let running: string | null = null;

// oxlint-disable-next-line typescript/unbound-method -- called with its object below
const { take } = MeteredSql.prototype;
MeteredSql.prototype.take = function taken(this: MeteredSql): Cost {
  const cost = take.call(this);
  meters.add(this);
  if (running === null) return cost;
  // oxlint-disable-next-line typescript/no-this-alias, unicorn/no-this-assignment -- what is left over is taken below
  if (!BACKGROUND.test(running)) meter = this;
  counted.set(running, add(counted.get(running) ?? ZERO, cost));
  return cost;
};
// oxlint-disable-next-line typescript/unbound-method -- called with its object below
const { run } = CallLog.prototype;
CallLog.prototype.run = function noted<T>(
  this: CallLog,
  verb: string,
  requestId: string,
  call: () => T,
  outcomeOf: (result: T) => string,
): T {
  const outer = running;
  running = verb;
  try {
    return (run<T>).call(this, verb, requestId, call, outcomeOf);
  } finally {
    running = outer;
  }
};

/** What an RPC method costs, which must succeed. */
export async function cost<T>(call: () => Promise<Result<T, Failure>>): Promise<Cost> {
  await begin();
  await done(call());
  return foreground();
}

/** The same, then gives the objects that are told time to hear of it, so that this is not counted with the next call. */
export async function costAlone<T>(call: () => Promise<Result<T, Failure>>): Promise<Cost> {
  const found = await cost(call);
  await scheduler.wait(QUIET_MS);
  return found;
}

/** What the object does for a socket, also outside of calls. */
export async function costOf(act: () => Promise<unknown>): Promise<Cost> {
  await begin();
  await act();
  return add(foreground(), meter === null ? ZERO : take.call(meter));
}

/** What each verb costs, of whatever object, that runs because of `act`; waits for `last`, if that runs only later. Asked for one that did not run it throws. */
export async function costsByVerb(act: () => Promise<unknown>, last?: string): Promise<(verb: string) => Cost> {
  await begin();
  await act();
  const hasRun = () => expect([...counted.keys()]).toContain(last);
  if (last !== undefined) await vi.waitFor(hasRun, { timeout: LATER_MS_MAX, interval: QUIET_MS });
  const costs = new Map(counted);
  return (verb) => {
    const found = costs.get(verb);
    if (found === undefined) throw new Error(`${verb} did not run; ${[...costs.keys()].join(", ")} did`);
    return found;
  };
}

/** What one of them costs. */
export async function costOfVerb(verb: string, act: () => Promise<unknown>): Promise<Cost> {
  return (await costsByVerb(act))(verb);
}

/** The SQL that an RPC method runs, which must succeed. */
export async function statementsOf<T>(call: () => Promise<Result<T, Failure>>): Promise<string[]> {
  const exec = vi.spyOn(MeteredSql.prototype, "exec");
  await done(call());
  const statements = exec.mock.calls.map(([query]) => query);
  exec.mockRestore();
  return statements;
}

export async function done<T>(call: Promise<Result<T, Failure>>): Promise<T> {
  const result = await call;
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

/** Reports the costs to the bench, then compares them. */
export function compare({ task }: TestContext, group: keyof typeof baseline, costs: Costs): void {
  Object.assign(task.meta, { group, costs });
  expect(costs).toEqual(baseline[group]);
}

/** Waits until nothing follows the calls before, such as the news to their owner, and counts from here. */
async function begin(): Promise<void> {
  while ([...meters].some((used) => take.call(used).statements > 0)) await scheduler.wait(QUIET_MS);
  counted = new Map();
}

function foreground(): Cost {
  return [...counted].filter(([verb]) => !BACKGROUND.test(verb)).reduce((sum, [, found]) => add(sum, found), ZERO);
}

function add(a: Cost, b: Cost): Cost {
  const statements = a.statements + b.statements;
  return { statements, rowsRead: a.rowsRead + b.rowsRead, rowsWritten: a.rowsWritten + b.rowsWritten };
}
