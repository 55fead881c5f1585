/** The bundled migrations are those of the SQL files, which nobody may change once they were applied. Ids are those of test/SPEC.md. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { manifestOf } from "../../schema/manifest.ts";
import { projectPath } from "../../src/local/paths.ts";

const folders = readdirSync(projectPath("schema"), { withFileTypes: true }).filter((entry) => entry.isDirectory());

test.each(folders.map(({ name }) => name))("[M8] schema/%s/manifest.ts is what its SQL files say", (name) => {
  const folder = projectPath(join("schema", name));
  expect(readFileSync(join(folder, "manifest.ts"), "utf8")).toBe(manifestOf(folder));
});

test("[M8] every object with a database has its manifest checked", () => {
  expect(folders.map(({ name }) => name)).toContain("workspace");
});
