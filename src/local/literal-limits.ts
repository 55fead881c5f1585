/**
 * Hands esbuild the limits as plain literals: of `7 * DAY_MS` it cannot know that it does nothing, and would keep it in every bundle
 * whether or not somebody uses it.
 */
import type { Plugin } from "esbuild";
import * as limits from "../limits.ts";

export const literalLimits: Plugin = {
  name: "literal-limits",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]limits\.ts$/ }, () => {
      const lines = Object.entries(limits).map(([name, limit]) => `export const ${name} = ${JSON.stringify(limit)};`);
      return { contents: lines.join("\n"), loader: "js" };
    });
  },
};
