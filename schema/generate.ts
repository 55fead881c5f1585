/** `npm run migrations`: has drizzle-kit write the SQL of what changed in each object's tables, then the manifests. A name for the new files: `-- --name comments`. */
import { spawnSync } from "node:child_process";
import { OBJECTS, writeManifests } from "./manifest.ts";

for (const object of OBJECTS) {
  const folder = `./schema/${object}`;
  const options = ["--dialect", "sqlite", "--schema", `${folder}{,-*}.ts`, "--out", folder];
  const run = spawnSync("drizzle-kit", ["generate", ...options, ...process.argv.slice(2)], { stdio: "inherit" });
  if (run.status !== 0) process.exit(1);
}
writeManifests();
