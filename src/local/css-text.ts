/** Makes a stylesheet that a script imports its text, minified, while esbuild bundles it: shadow roots adopt it from there. */
import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

export const cssText: Plugin = {
  name: "css-text",
  setup(build) {
    build.onResolve({ filter: /\.css$/ }, async ({ path, resolveDir, importer, kind }) => {
      if (kind !== "import-statement") return undefined;
      const resolved = await build.resolve(path, { kind: "entry-point", resolveDir, importer });
      return { path: resolved.path, namespace: "css-text", errors: resolved.errors };
    });
    build.onLoad({ filter: /./, namespace: "css-text" }, async ({ path }) => {
      const { minify, target } = build.initialOptions;
      const { code, warnings } = await build.esbuild.transform(await readFile(path, "utf8"), {
        loader: "css",
        charset: "utf8",
        legalComments: "none",
        ...(minify !== undefined && { minify }),
        ...(target !== undefined && { target }),
      });
      return { contents: code.trimEnd(), loader: "text", warnings };
    });
  },
};
