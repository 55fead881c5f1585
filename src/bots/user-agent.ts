/**
 * What a user agent says of itself. Only honest bots are found this way; who lies is held by the limits. Two kinds of programs are no bots here though isbot counts them: HTTP clients
 * (curl, axios, one's own script), for the API is made for them, and browsers that a test drives.
 */
import { createIsBotFromList, list } from "isbot";
import { claimedEngine } from "./search-engines.ts";
import type { Claim } from "./verdict.ts";

const CHARS_MAX = 512;
const REMEMBERED_MAX = 1_000;

/** Parts of isbot's pattern that stand for browsers which somebody's own tests drive. */
const DRIVEN = new Set(["headless", "playwright", "cypress/", "selenium"]);
const isBotAsBrowser = createIsBotFromList(list.filter((part) => !DRIVEN.has(part)));

/** Crawlers call themselves "Mozilla/5.0 (compatible; …)", as browsers do: here isbot's pattern, made from their names, is at home. */
const AS_BROWSER = /^(?:mozilla|opera)\//iu;
/**
 * Any other program names itself as it likes, so isbot takes every short name for a bot's, and words such as "feed", "server" and "url", too. Here one has to call itself a bot. A bot that does not is
 * taken for a REST client, which does less harm than the other way round.
 */
const CALLS_ITSELF_BOT =
  /bots?(?![a-z])|crawl|spider|slurp|scrap(?:er|ing|y)|archiver|externalhit|feedfetcher|^whatsapp|^meta-external/iu;

const remembered = new Map<string, Claim>();

/** Asked for every write; an isolate remembers what it found. */
export function readUserAgent(header: string | null): Claim {
  const userAgent = (header ?? "").slice(0, CHARS_MAX);
  const known = remembered.get(userAgent);
  if (known !== undefined) return known;
  const claim = read(userAgent);
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(userAgent, claim);
  return claim;
}

function read(userAgent: string): Claim {
  const engine = claimedEngine(userAgent);
  if (engine !== null) return { kind: "engine", engine };
  const isBot = AS_BROWSER.test(userAgent) ? isBotAsBrowser(userAgent) : CALLS_ITSELF_BOT.test(userAgent);
  return { kind: isBot ? "crawler" : "nothing" };
}
