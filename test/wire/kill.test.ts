/** Crashes, black-box: the server is killed again and again under writers, and what it acknowledged must be there, once. Needs the built bundle. Ids are those of test/SPEC.md. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Findings, Ledger } from "../support/ledger.ts";
import { type Server, startServer } from "../support/server.ts";
import { post, readAll, startWriters } from "../support/writers.ts";

const KILLS = 20;
/** Enough for the control: each kill catches what it had only promised. */
const CONTROL_KILLS = 2;
const ITEMS = 20;
const WRITERS = { rest: 6, sockets: 6, posts: 2 };
const TIMEOUT_MS = 240_000;
const LIFE_MS = { min: 250, spread: 500 };

async function crash(kills: number, script?: string): Promise<Findings> {
  const dataDir = await mkdtemp(join(tmpdir(), "groundswell-kill-"));
  const start = async (port?: number): Promise<Server> =>
    await startServer({
      dataDir,
      vars: { LOG_LEVEL: "error" },
      ...(script === undefined ? {} : { script }),
      ...(port === undefined ? {} : { port }),
    });
  let server = await start();
  try {
    const { origin, port } = server;
    const api = `${origin}/api/v1/acme/ideas`;
    const ledger = new Ledger();
    const items: number[] = [];
    for (let n = 0; n < ITEMS; n++) items.push(await post(api, `Item ${String(n)}`, ledger));
    const writers = startWriters(api, ledger, items, WRITERS);
    for (let kill = 0; kill < kills; kill++) {
      await sleep(LIFE_MS.min + Math.random() * LIFE_MS.spread);
      await server.kill();
      server = await start(port);
    }
    await sleep(LIFE_MS.min);
    await writers.stop();
    return ledger.compare(await readAll(api, `${origin}/api/v1/workspaces/acme/boards/ideas`, ledger.people()));
  } finally {
    await server.kill();
    await rm(dataDir, { recursive: true, force: true });
  }
}

test(
  "[D7] killed 20 times under mixed writers, no acknowledged write is lost or doubled, and every counter equals what it counts",
  async () => {
    const { acknowledged, unanswered, ...wrong } = await crash(KILLS);
    console.log(
      `${String(KILLS)} kills: ${String(acknowledged)} acknowledged writes, ${String(unanswered)} unanswered`,
    );
    expect(wrong).toEqual({ lost: [], doubled: [], invented: [], miscounted: [] });
    expect(acknowledged).toBeGreaterThan(1_000);
  },
  TIMEOUT_MS,
);

test("[D8] the same checker finds the lost writes of a control that acknowledges before it writes", async () => {
  const { acknowledged, lost } = await crash(CONTROL_KILLS, "test/support/ack-first/server.ts");
  console.log(
    `control, ${String(CONTROL_KILLS)} kills: ${String(lost.length)} of ${String(acknowledged)} acknowledged writes lost`,
  );
  expect(lost.length).toBeGreaterThan(0);
});
