/**
 * The test projects: `unit` in Node, `object` and `model` inside workerd on the real classes, `wire` and `faults` black-box against the built
 * server, `browser` in a real Chromium. `npm test` builds first; `vitest run --project unit` is enough while writing.
 */
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const OBJECT_TIMEOUT_MS = 60_000;
const SERVER_TIMEOUT_MS = 120_000;

const OPERATOR_TOKEN = "operator-token-of-the-tests";
const ENCRYPTION_KEY = Buffer.alloc(32, "key of the tests").toString("base64");
// wrangler warns about a required secret that it finds nowhere.
process.env["OPERATOR_TOKEN"] = OPERATOR_TOKEN;
process.env["WRANGLER_LOG"] ??= "error";

/** The variables under which the objects' own tests run; the secret is no secret. `rateLimitScale`: tests that are not about limits come from one address, and in no time. */
const workerd = (rateLimitScale = "1000") =>
  cloudflareTest({
    wrangler: { configPath: "./wrangler.toml" },
    miniflare: {
      bindings: {
        OPEN_WORKSPACES: "true",
        OPERATOR_TOKEN,
        ENCRYPTION_KEY,
        LOG_LEVEL: "off",
        RATE_LIMIT_SCALE: rateLimitScale,
      },
    },
  });

/** One file at a time: each runs servers or browsers of its own, which would fight for the processors. */
const heavy = { fileParallelism: false, testTimeout: SERVER_TIMEOUT_MS, hookTimeout: SERVER_TIMEOUT_MS } as const;

export default defineConfig({
  test: {
    // `test.only` left behind would silently skip the rest.
    allowOnly: false,
    passWithNoTests: false,
    reporters: ["default", "./test/support/reporter.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          environment: "node",
          testTimeout: OBJECT_TIMEOUT_MS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins: [workerd()],
        test: {
          name: "object",
          include: ["test/object/**/*.test.ts", "test/migrate/**/*.test.ts"],
          testTimeout: OBJECT_TIMEOUT_MS,
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins: [workerd("1")],
        test: {
          name: "limits",
          include: ["test/limits/**/*.test.ts"],
          testTimeout: OBJECT_TIMEOUT_MS,
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins: [workerd()],
        test: {
          name: "model",
          include: ["test/model/**/*.test.ts"],
          testTimeout: SERVER_TIMEOUT_MS,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "wire",
          include: ["test/wire/**/*.test.ts"],
          environment: "node",
          ...heavy,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: "faults",
          include: ["test/faults/**/*.test.ts"],
          environment: "node",
          ...heavy,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          environment: "node",
          ...heavy,
          // A browser waits more than it works.
          fileParallelism: true,
          maxWorkers: 2,
          globalSetup: "./test/support/unpack-browser.ts",
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
});
