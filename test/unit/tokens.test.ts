/** The design tokens exist twice, for scripts and for stylesheets. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { TOKENS } from "../../src/web/client/tokens.ts";

test("[A4] tokens.css says what tokens.ts says", async () => {
  const css = await readFile(new URL("../../src/web/client/tokens.css", import.meta.url), "utf8");
  expect(declarations(css)).toEqual(["color-scheme:light dark", ...declarations(`{${TOKENS}}`)]);
});

/** Without white space and formatting, which mean nothing here. */
function declarations(css: string): string[] {
  const body = css.slice(css.indexOf("{") + 1, css.lastIndexOf("}"));
  return body
    .split(";")
    .map((part) =>
      part
        .replaceAll(/\s+/gu, " ")
        .replaceAll(/\s?([:,()])\s?/gu, "$1")
        .replaceAll(/\b0\./gu, ".")
        .trim(),
    )
    .filter(Boolean);
}
