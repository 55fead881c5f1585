/**
 * Property names that never leave a browser bundle, which the build shortens for the widget's budget: those that the
 * clients' own parts know each other by. A name that travels must not be among them, or it would travel misspelt; nor one by which two
 * scripts know each other (client/widget/form-port.ts).
 */
import * as z from "zod";
import { DownFrame } from "../protocol/live/down.ts";
import { UpFrame } from "../protocol/live/up.ts";

const NAMES = [
  // A board's state, and the votes on their way.
  "facts countSeq unsure watchedSince helloDue hellosOut held fresh mine touched clock underway resync",
  "order kept isOpen closedAt sentAt timer tries due way bearer who",
  // What parts offer each other.
  "api store boardMissing passing liveUrl lookUpVotes list create onStatus onRefused reread acknowledged refused reach drop",
  "heard wanted reconnect stop onOpen onMessage onClose next hue",
  "setLive redraw reading progress busy failure load read query say onRead",
  "element draw point wake sleep inUse look field write onVote onMore onAct",
].flatMap((line) => line.split(" "));

export const INTERNAL_NAMES = new RegExp(`^(${NAMES.join("|")})$`);

/** Throws for a name that the live protocol or the REST API (`openapi`, its document) uses too. The DOM's names it does not know. */
export function checkInternalNames(openapi: object): void {
  const travelling = new Set<string>();
  for (const schema of [openapi, z.toJSONSchema(DownFrame), z.toJSONSchema(UpFrame)]) addProperties(schema, travelling);
  const clash = [...travelling].filter((name) => INTERNAL_NAMES.test(name));
  if (clash.length > 0) throw new Error(`The wire uses names that the client's build shortens: ${clash.join(", ")}`);
}

/** The names under every `properties` of a JSON schema, and of documents that hold such. */
function addProperties(schema: unknown, names: Set<string>): void {
  if (typeof schema !== "object" || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === "properties") for (const name of Object.keys(value as object)) names.add(name);
    addProperties(value, names);
  }
}
