/** Random commands on the real object against a model in memory, with evictions, alarms and repeats among them. Ids are those of test/SPEC.md. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import { Clock } from "./clock.ts";
import { type Command, command } from "./commands.ts";
import { ModelRun } from "./model-run.ts";
import { noOrphans, recount } from "./recount.ts";

const RUNS = 60;
const COMMANDS_MAX = 80;
/** Slices a purge may take. */
const ALARMS_MAX = 20;

/** Smaller failing runs are looked for this often: the finding has to be printed before the test's time is up. */
const SHRINKS_MAX = 100;

/** Runs that failed once stay here, as fast-check printed them. */
const KEPT: readonly { readonly seed: number; readonly path: string }[] = [];

const sequences = fc.array(command, { minLength: COMMANDS_MAX / 4, maxLength: COMMANDS_MAX, size: "max" });
const clock = new Clock();
beforeAll(() => clock.install());
afterAll(() => clock.restore());

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
    noOrphans(storage.sql);
  });
  await run.check();
}

describe("random commands", () => {
  it("[V4] every answer, count, list and look-up equals the model's, and every counter its recount, whatever the order", async () => {
    const seed = Math.trunc(Math.random() * 2 ** 31);
    console.log(`commands.test.ts: seed ${String(seed)}`);
    await fc.assert(fc.asyncProperty(sequences, play), { seed, numRuns: RUNS });
  });

  it.each(KEPT)("[V4] seed $seed, $path, which failed once", async (kept) => {
    await fc.assert(fc.asyncProperty(sequences, play), { ...kept, numRuns: 1 });
  });
});
