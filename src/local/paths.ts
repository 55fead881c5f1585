/** Where things are in the checkout, for everything that runs on one's own machine. */
import { fileURLToPath } from "node:url";

/** Absolute path of a file of the checkout. */
export function projectPath(relative: string): string {
  return fileURLToPath(new URL(`../../${relative}`, import.meta.url));
}
