/** The floor as a process of its own, as `npm start` is one. DATA_DIR says where its objects live. */
import { serveBenchWorker } from "../bundle.ts";

const dataDir = process.env["DATA_DIR"];
if (dataDir === undefined) throw new Error("DATA_DIR is not set");
const served = await serveBenchWorker("floor", dataDir);
// Miniflare has put in handlers that end the process at once.
process.removeAllListeners("SIGTERM");
process.once("SIGTERM", () => void served.stop().then(() => process.exit(0)));
console.log(`Groundswell is ready at ${served.origin}`);
