/** test/SPEC.md and the tests say the same: every invariant has a test that carries its id, every test an id that is listed. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const folder = join(import.meta.dirname, "..");

function idsInTests(): Set<string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".test.ts"));
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8"));
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/["'`]\[([A-Z]{1,2}\d+)\] /gu)].map((match) => match[1] ?? "")),
  );
}

test("[Z1] every invariant of test/SPEC.md has a test, and every test an invariant", () => {
  const spec = readFileSync(join(folder, "SPEC.md"), "utf8");
  const listed = [...spec.matchAll(/^- \*\*([A-Z]{1,2}\d+)\*\* /gmu)].map((match) => match[1] ?? "");
  expect(new Set(listed).size).toBe(listed.length);
  expect(idsInTests()).toEqual(new Set(listed));
});
