/**
 * Hands esbuild the limits as plain literals: of `7 * DAY_MS` it cannot know that it does nothing, and would keep it in every bundle
 * whether or not somebody uses it.
 */
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";

export const literalLimits: Plugin = {
  name: "literal-limits",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]limits\.ts$/ }, async ({ path }) => {
      const limits: Record<string, unknown> = await import(pathToFileURL(path).href);
      const lines = Object.entries(limits).map(([name, limit]) => `export const ${name} = ${JSON.stringify(limit)};`);
      return { contents: lines.join("\n"), loader: "js" };
    });
  },
};
