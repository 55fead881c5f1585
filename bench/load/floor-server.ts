/** The floor as a process of its own, as `npm start` is one. DATA_DIR says where its objects live. */
import { serveBenchWorker } from "../bundle.ts";

const served = await serveBenchWorker({
  entry: "floor/worker.ts",
  binding: "FLOOR",
  className: "Floor",
  dataDir: process.env["DATA_DIR"] ?? "",
});
process.removeAllListeners("SIGTERM");
process.once("SIGTERM", () => void served.stop().then(() => process.exit(0)));
console.log(`Groundswell is ready at ${served.origin}`);
