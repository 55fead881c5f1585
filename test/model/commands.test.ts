/** Random commands on the real object against a model in memory, with evictions, alarms and repeats among them. Ids are those of test/SPEC.md. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventType } from "../../src/protocol/rest/events.ts";
import { Clock } from "./clock.ts";
import { type Command, sequences } from "./commands.ts";
import { ModelRun } from "./model-run.ts";
import { noOrphans, recount } from "./recount.ts";
import { replay } from "./replay.ts";

const RUNS = 40;
const LOG_RUNS = 8;
const COMMANDS_MAX = 120;
/** Slices a purge may take. */
const ALARMS_MAX = 20;

/** Smaller failing runs are looked for this often: the finding has to be printed before the test's time is up. */
const SHRINKS_MAX = 100;

/** Runs that failed once stay here, as fast-check printed them. */
const KEPT: readonly { readonly seed: number; readonly path: string }[] = [];

const drawn = sequences(COMMANDS_MAX);
const clock = new Clock();
beforeAll(() => clock.install());
afterAll(() => clock.restore());

/** Events by type, of all runs. */
const written = new Map<string, number>();
/** What the commands cause; less would be a test of less than it says. */
const CAUSED: readonly EventType[] = [
  "workspace.created",
  "board.created",
  "board.deleted",
  "feedback.created",
  "feedback.updated",
  "feedback.deleted",
  "feedback.merged",
  "feedback.unmerged",
  "vote.cast",
  "vote.removed",
  "comment.created",
  "comment.updated",
  "comment.deleted",
  "phase.created",
  "roadmap-item.created",
  "roadmap-item.updated",
  "roadmap-item.deleted",
];

let failures = 0;
let shrinks = 0;

async function play(commands: readonly Command[]): Promise<void> {
  if (failures > 0) shrinks += 1;
  if (shrinks > SHRINKS_MAX) return;
  try {
    await follow(commands);
  } catch (thrown) {
    failures += 1;
    throw thrown;
  }
}

async function follow(commands: readonly Command[]): Promise<void> {
  const run = new ModelRun(clock);
  await run.run(commands);
  await run.check();
  for (let alarms = 0; alarms < ALARMS_MAX && (await runDurableObjectAlarm(run.stub)); alarms++) clock.advance(1);
  await runInDurableObject(run.stub, (_, { storage }) => {
    recount(storage.sql);
    replay(storage.sql);
    for (const { type, n } of storage.sql.exec("select type, count(*) n from events group by type")) {
      written.set(String(type), (written.get(String(type)) ?? 0) + Number(n));
    }
    noOrphans(storage.sql);
  });
  await run.check();
}

describe("random commands", () => {
  it("[V4] every answer, count, list and look-up equals the model's, and every counter its recount, whatever the order", async () => {
    const seed = Math.trunc(Math.random() * 2 ** 31);
    console.log(`commands.test.ts: seed ${String(seed)}`);
    await fc.assert(fc.asyncProperty(drawn, play), { seed, numRuns: RUNS });
  });

  it("[G7] the event log told again from its beginning gives the items, their counts and the days, one event for each seq", async () => {
    const seed = Math.trunc(Math.random() * 2 ** 31);
    console.log(`commands.test.ts: log, seed ${String(seed)}`);
    await fc.assert(fc.asyncProperty(drawn, play), { seed, numRuns: LOG_RUNS });
    console.log(`commands.test.ts: ${[...written].map(([type, n]) => `${String(n)} ${type}`).join(", ")}`);
    expect([...written.keys()].toSorted()).toEqual(CAUSED.toSorted());
  });

  it.each(KEPT)("[V4] seed $seed, $path, which failed once", async (kept) => {
    await fc.assert(fc.asyncProperty(drawn, play), { ...kept, numRuns: 1 });
  });
});
