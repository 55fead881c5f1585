/** `npm run tail`: readable lines, filters, the shape of wrangler's events, and lines that are not ours. */
import { expect, test } from "vitest";
import { formatLine } from "../../src/local/log-format.ts";
import { parseArguments } from "../../src/local/tail.ts";
import { tailLines } from "../../src/local/tail-event.ts";

const time = "2026-03-04T05:06:07.089Z";
const request = JSON.stringify({
  level: "info",
  time,
  kind: "request",
  requestId: "req-1",
  method: "POST",
  route: "/api/v1/:workspace/:board/feedback",
  path: "/api/v1/acme/ideas/feedback",
  status: 201,
  ms: 4.25,
  workspace: "acme",
  outcome: "ok",
});
const call = JSON.stringify({
  level: "warn",
  time,
  kind: "object",
  requestId: "req-1",
  workspace: "acme",
  object: "Workspace",
  verb: "vote.cast",
  ms: 0.75,
  statements: 4,
  rowsRead: 5,
  rowsWritten: 6,
  seq: 41,
  outcome: "FEEDBACK_NOT_FOUND",
});
const fault = JSON.stringify({
  level: "error",
  time,
  kind: "fault",
  requestId: "req-2",
  where: "POST /x",
  error: "TypeError: no",
  stack: "TypeError: no\n    at a (b.js:1:2)",
});

test("[O10] one line per request and object call, with what an operator looks for", () => {
  const line = formatLine(request, {}, false) ?? "";
  for (const part of ["05:06:07.089", "POST", "/api/v1/acme/ideas/feedback", "201", "4.3 ms", "ok", "req-1"])
    expect(line).toContain(part);
  const object = formatLine(call, {}, false) ?? "";
  const parts = [
    "Workspace.vote.cast",
    "acme",
    "0.8 ms",
    "FEEDBACK_NOT_FOUND",
    "4 statements",
    "5 rows read",
    "6 written",
    "seq 41",
    "req-1",
  ];
  for (const part of parts) expect(object).toContain(part);
  for (const character of ["\n", "\u001B"]) expect(`${line}${object}`).not.toContain(character);
  expect((formatLine(fault, {}, false) ?? "").split("\n")).toEqual([
    expect.stringContaining("TypeError: no in POST /x req-2"),
    expect.stringContaining("at a (b.js:1:2)"),
  ]);
  expect(formatLine(request, {}, true)).toContain("\u001B[32m201");
});

test("[O10] what a cache was good for is a line, too", () => {
  const cache = { level: "info", time, kind: "cache", requestId: "req-3", prefix: "bot", outcome: "miss", ms: 12.5 };
  const line = formatLine(JSON.stringify(cache), {}, false) ?? "";
  for (const part of ["05:06:07.089", "cache bot", "miss", "12.5 ms", "req-3"]) expect(line).toContain(part);
  for (const filter of [{ workspace: "acme" }, { object: "Workspace" }, { level: "warn" }] as const)
    expect(formatLine(JSON.stringify(cache), filter, false)).toBeUndefined();
  for (const broken of [
    { ...cache, ms: "12" },
    { ...cache, prefix: null },
  ])
    expect(formatLine(JSON.stringify(broken), {}, false)).toBe(JSON.stringify(broken));
});

test("[O15] a call without a seq or a workspace, as of a User or of an unknown workspace, is a line like any other", () => {
  const { workspace: _workspace, seq: _seq, ...bare } = JSON.parse(call) as Record<string, unknown>;
  const line = formatLine(JSON.stringify({ ...bare, object: "User" }), { object: "User" }, false);
  expect(line).toContain("User.vote.cast");
  expect(line).not.toContain("seq");
  expect(formatLine(JSON.stringify({ ...bare, workspace: "acme" }), { workspace: "acme" }, false)).toContain("acme");
});

test("[O11] filters by workspace, object and level; what is not ours is hidden by any", () => {
  const shown = (filter: Parameters<typeof formatLine>[1]): boolean[] =>
    [request, call, fault, "plain"].map((line) => formatLine(line, filter, false) !== undefined);
  expect(shown({})).toEqual([true, true, true, true]);
  expect(shown({ workspace: "acme" })).toEqual([true, true, false, false]);
  expect(shown({ workspace: "other" })).toEqual([false, false, false, false]);
  expect(shown({ object: "Workspace" })).toEqual([false, true, false, false]);
  expect(shown({ object: "User" })).toEqual([false, false, false, false]);
  expect(shown({ level: "warn" })).toEqual([false, true, true, false]);
  expect(shown({ level: "error" })).toEqual([false, false, true, false]);
});

test("[O12] a foreign line passes through and cannot steer the terminal", () => {
  const foreign = [
    "hello",
    "{",
    "null",
    "[]",
    "{}",
    '{"level":"info"}',
    '{"kind":"request","level":"info","time":5}',
    '{"level":"loud","kind":"object"}',
    JSON.stringify({ ...(JSON.parse(call) as object), seq: "41" }),
    JSON.stringify({ ...(JSON.parse(request) as object), path: null }),
  ];
  for (const line of foreign) expect(formatLine(line, {}, false)).toBe(line);
  expect(formatLine("hello", {}, true)).toBe("\u001B[2mhello\u001B[0m");
  expect(formatLine("a\u001B[2Jb\u009Bc\r", {}, false)).toBe("a\\x1b[2Jb\\x9bc\\x0d");
  const steering = JSON.stringify({ ...(JSON.parse(request) as object), path: "/\u001B]0;owned\u0007" });
  expect(formatLine(steering, {}, false)).toContain("/\\x1b]0;owned\\x07");
});

test("[O13] wrangler's events, pretty-printed or not, give their console lines in order, exceptions and cut-offs", () => {
  const event = {
    outcome: "exceededCpu",
    eventTimestamp: 1_772_600_767_089,
    event: { request: { url: "https://example.com/" } },
    logs: [
      { message: [request], level: "log" },
      { message: ["two", { parts: 1 }], level: "log" },
    ],
    exceptions: [{ name: "Error", message: "boom", timestamp: 1_772_600_767_089, stack: "Error: boom\n    at x" }],
  };
  for (const text of [JSON.stringify(event, null, 2), JSON.stringify(event)]) {
    const toLines = tailLines();
    const lines = text.split("\n").flatMap((line) => toLines(line));
    expect(lines.slice(0, 2)).toEqual([request, 'two {"parts":1}']);
    const printed = lines.slice(2).map((line) => formatLine(line, { level: "error" }, false));
    expect(printed).toEqual([expect.stringContaining("Error: boom"), expect.stringContaining("exceededCpu")]);
  }
  const toLines = tailLines();
  expect(["Connected to groundswell", "", call, "{", "  broken", "}", call].flatMap((line) => toLines(line))).toEqual([
    "Connected to groundswell",
    call,
    "{",
    "  broken",
    "}",
    call,
  ]);
});

test("[O14] arguments: ours are taken, the rest goes to wrangler, nonsense is said", () => {
  expect(parseArguments(["--env", "production", "--workspace", "acme", "--level", "warn"])).toEqual({
    filter: { workspace: "acme", level: "warn" },
    local: undefined,
    passedOn: ["--env", "production"],
  });
  expect(parseArguments(["--local", "--object", "Workspace"])).toEqual({
    filter: { object: "Workspace" },
    local: "",
    passedOn: [],
  });
  expect(parseArguments(["--local", "server.log"])).toEqual({ filter: {}, local: "server.log", passedOn: [] });
  expect(parseArguments(["--level", "loud"])).toBe("--level is one of info, warn, error.");
  expect(parseArguments(["--workspace"])).toBe("--workspace needs a value.");
  expect(parseArguments(["--local", "--env", "production"])).toBe("Unknown: --env production");
});
