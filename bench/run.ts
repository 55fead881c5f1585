/**
 * `npm run bench [names…] [-- flags]`: runs benches, prints their tables, keeps them in `bench/results/`, and exits non-zero when a gate fails.
 * Without names: all of them, in under five minutes. README.md says what each measures.
 */
import { parseArgs } from "node:util";
import { buildWorker } from "../src/local/build.ts";
import { benchGrowth } from "./growth/run.ts";
import { benchIdentity } from "./identity/run.ts";
import { benchLimits } from "./limits/run.ts";
import { benchFanOut } from "./load/fan-out.ts";
import { benchProfile } from "./load/profile.ts";
import { benchRatios } from "./load/ratios.ts";
import { publish, type Report } from "./report.ts";
import { benchSimilar } from "./similar/run.ts";
import { benchVerbs } from "./verbs/run.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** verbs: make what was counted the new baseline. */
    write: { type: "boolean", default: false },
    /** Measure the bundle that is in dist/worker. */
    "no-build": { type: "boolean", default: false },
    /** ratios and limits: rounds per verb, and seconds of each server's turn. */
    rounds: { type: "string", default: "10" },
    turn: { type: "string", default: "1" },
    /** fan-out and profile: how long, and how many. */
    seconds: { type: "string", default: "10" },
    sockets: { type: "string", default: "1000" },
    "votes-per-second": { type: "string", default: "50" },
    users: { type: "string", default: "200" },
    /** growth and similar: items on the two boards. */
    small: { type: "string", default: "1000" },
    large: { type: "string", default: "100000" },
    /** similar: a file of real posts with pairs that are known to be the same. */
    data: { type: "string" },
  },
});

type NumberFlag = "rounds" | "turn" | "seconds" | "sockets" | "votes-per-second" | "users" | "small" | "large";
const number = (name: NumberFlag): number => {
  const value = Number(flags[name]);
  if (!(value > 0)) throw new Error(`--${name} takes a positive number`);
  return value;
};

const BENCHES: Readonly<Record<string, () => Promise<Report> | Report>> = {
  verbs: () => benchVerbs(flags.write),
  ratios: () => benchRatios({ rounds: number("rounds"), seconds: number("turn") }),
  "fan-out": () =>
    benchFanOut({ sockets: number("sockets"), votesPerSecond: number("votes-per-second"), seconds: number("seconds") }),
  growth: () => benchGrowth({ small: number("small"), large: number("large") }),
  similar: () => benchSimilar({ small: number("small"), large: number("large"), data: flags.data ?? null }),
  limits: () => benchLimits({ rounds: number("rounds"), seconds: number("turn") }),
  identity: () => benchIdentity({ seconds: number("seconds") }),
  profile: () => benchProfile({ users: number("users"), seconds: number("seconds") }),
};

const names = positionals.length === 0 ? Object.keys(BENCHES) : positionals;
if (!flags["no-build"] && names.some((name) => name !== "verbs")) buildWorker();
for (const name of names) {
  const bench = BENCHES[name];
  if (bench === undefined) throw new Error(`no bench "${name}": there are ${Object.keys(BENCHES).join(", ")}`);
  publish(name, await bench());
}
