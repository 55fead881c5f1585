/**
 * Crashes, black-box: the server is killed again and again under writers of every kind, and what it acknowledged must be there, once, in whole databases that agree with each other. KILLS sets how often.
 * Needs the built bundle. Ids are those of test/SPEC.md.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DiskFindings, inspectDisk, passAnHour } from "../support/disk.ts";
import { type Findings, Ledger } from "../support/ledger.ts";
import { readBoard, readStories } from "../support/read-back.ts";
import { type Server, startServer } from "../support/server.ts";
import { openAccounts, type Person, renew, Site } from "../support/site.ts";
import { accountStory, openingStory, type Tokens, workspaceStory } from "../support/stories.ts";
import { actOnAndOn, post, voters } from "../support/writers.ts";

const KILLS = Number(process.env["KILLS"] ?? 6);
/** Enough for the control: each kill catches what it had only promised. */
const CONTROL_KILLS = 2;
/** Rounds of the stories in which all that they do comes up. */
const UNDISTURBED = 2;
const ITEMS = 20;
const VOTERS = { rest: 3, sockets: 4, posts: 2 };
/** A server is killed after so many acknowledged writes, or else after so long. */
const LIFE_WRITES = { min: 20, spread: 400 };
const LIFE_MS = { min: 100, max: 2_500 };
/** Of a start, a life and the reading back of what was written in it. */
const KILL_TIMEOUT_MS = 10_000;
const RENEWED_AFTER_KILLS = 20;
/** A server that was just started runs the alarms that are due. */
const ALARMS_MS = 1_500;
const ALARM_LOOKS = 10;
const KINDS =
  `account.update api-key.create api-key.revoke board.create board.delete board.update branding.update feedback.create feedback.delete feedback.moderate feedback.update guest.invite guest.remove
  invitation.accept invitation.create invitation.revoke log-in log-out member.remove member.update password.change post refresh register sessions.revoke settings.update signing-secret.create signing-secret.revoke
  unvote vote workspace.create workspace.delete workspace.update`.split(/\s+/u);

class Run {
  readonly ledger = new Ledger();
  readonly tokens: Tokens = new Map();
  readonly dataDir: string;
  server: Server;
  readonly #script: string | undefined;

  private constructor(dataDir: string, server: Server, script: string | undefined) {
    this.dataDir = dataDir;
    this.server = server;
    this.#script = script;
  }

  static async start(script?: string): Promise<Run> {
    const dataDir = await mkdtemp(join(tmpdir(), "groundswell-kill-"));
    return new Run(dataDir, await launch(dataDir, script), script);
  }

  get site(): Site {
    return new Site(this.server.origin, this.ledger);
  }

  async kill(times: number): Promise<void> {
    for (let n = 0; n < times; n++) {
      const enough = this.ledger.acknowledged + LIFE_WRITES.min + Math.random() * LIFE_WRITES.spread;
      const late = performance.now() + LIFE_MS.max;
      await sleep(LIFE_MS.min);
      while (this.ledger.acknowledged < enough && performance.now() < late) await sleep(1);
      await this.server.kill();
      await this.again();
      if ((n + 1) % RENEWED_AFTER_KILLS === 0) await renew(this.server.origin, people);
    }
    await sleep(LIFE_MS.min);
  }

  async again(): Promise<void> {
    this.server = await launch(this.dataDir, this.#script, this.server.port);
  }

  async end(): Promise<void> {
    await this.server.kill();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

function launch(dataDir: string, script?: string, port?: number): Promise<Server> {
  return startServer({
    dataDir,
    // Limits are not what is tested here.
    vars: { LOG_LEVEL: "error", RATE_LIMIT_SCALE: "100000" },
    ...(script === undefined ? {} : { script }),
    ...(port === undefined ? {} : { port }),
  });
}

let run: Run;
let people: Person[];
beforeAll(async () => {
  run = await Run.start();
  people = await openAccounts(run.server.origin, ["owner1", "owner2", "owner3"]);
});
afterAll(() => run.end());

function inspect(): DiskFindings {
  const workspaces = run.ledger.names().flatMap((name) => (name.includes(" ") ? [] : [name]));
  return inspectDisk(run.dataDir, { workspaces, users: people.map(({ id }) => id) });
}

test(
  "[D7] killed again and again under writers of every kind, no acknowledged write is lost or doubled, and every counter equals what it counts",
  { timeout: 60_000 + KILLS * KILL_TIMEOUT_MS },
  async () => {
    const { site, ledger, tokens } = run;
    const items = [];
    for (let n = 0; n < ITEMS; n++) items.push(await post(site, `item-${String(n)}`));
    const stories = people.map((owner, n) => {
      const mate = people[(n + 1) % people.length] ?? owner;
      return workspaceStory(site, `team${String(n)}`, owner, mate);
    });
    const acts = [
      ...voters(site, items, VOTERS),
      ...stories,
      openingStory(site, "open"),
      accountStory(site, "a", tokens),
    ];
    // Undisturbed at first, so that every kind of write was made; then in the midst of kills.
    for (let n = 0; n < UNDISTURBED; n++) await Promise.all(acts.map((act) => act(n)));
    const writers = actOnAndOn(site.origin, acts, UNDISTURBED);
    await run.kill(KILLS);
    await writers.stop();
    const { origin, operatorToken } = run.server;
    const board = await readBoard(origin, ledger);
    const rest = await readStories(origin, operatorToken, ledger, tokens);
    const { acknowledged, unanswered, ...wrong } = ledger.compare(new Map([...board.found, ...rest]));
    console.log(
      `${String(KILLS)} kills: ${String(acknowledged)} acknowledged writes, ${String(unanswered)} unanswered`,
      ledger.kinds(),
    );
    expect({ ...wrong, miscounted: board.miscounted }).toEqual({
      lost: [],
      doubled: [],
      invented: [],
      refused: [],
      miscounted: [],
    });
    expect(Object.keys(ledger.kinds())).toEqual(expect.arrayContaining(KINDS));
    expect(acknowledged).toBeGreaterThan(100 * KILLS);
  },
);

test("[S26] after all these kills every database is whole, its counters equal a recount, and what spans two objects agrees or is on its way", async () => {
  await run.server.kill();
  const { databases, broken, onTheirWay } = inspect();
  console.log(`${String(databases)} databases, ${String(onTheirWay)} messages on their way`);
  expect(broken).toEqual([]);
  expect(databases).toBeGreaterThan(10);
});

test("[D9] what a kill left in an outbox is delivered by the alarm of a server that nobody asks anything", async () => {
  let found = inspect();
  for (let look = 0; look < ALARM_LOOKS && (look === 0 || found.onTheirWay > 0); look++) {
    if (look === 0) passAnHour(run.dataDir);
    await run.again();
    await sleep(ALARMS_MS);
    await run.server.kill();
    found = inspect();
  }
  expect(found).toMatchObject({ broken: [], onTheirWay: 0 });
});

test("[D8] the same checker finds the lost writes of a control that acknowledges before it writes", async () => {
  const control = await Run.start("test/support/ack-first/server.ts");
  let findings: Findings;
  try {
    const { site, ledger } = control;
    const items = [];
    for (let n = 0; n < ITEMS; n++) items.push(await post(site, `item-${String(n)}`));
    const writers = actOnAndOn(site.origin, voters(site, items, VOTERS));
    await control.kill(CONTROL_KILLS);
    await writers.stop();
    findings = ledger.compare((await readBoard(control.server.origin, ledger)).found);
  } finally {
    await control.end();
  }
  const { acknowledged, lost } = findings;
  console.log(
    `control, ${String(CONTROL_KILLS)} kills: ${String(lost.length)} of ${String(acknowledged)} acknowledged writes lost`,
  );
  expect(lost.length).toBeGreaterThan(0);
});
