/** What a request is taken for, and what follows from that. Pure: how it is found out is left to the other files here. */
import type { SearchEngine } from "./search-engines.ts";

export type BotVerdict =
  /** A person, or a program that does not call itself a bot, such as a REST client. */
  | { readonly kind: "human" }
  /** A bot that is who it says. */
  | { readonly kind: "good"; readonly name: string }
  /** Calls itself a bot, but nobody can say whose. */
  | { readonly kind: "crawler" }
  /** Says it is a search engine and is not, or automated in Cloudflare's eyes. */
  | { readonly kind: "bad"; readonly name: string }
  /** Says it is a search engine, and whether it is could not be found out. */
  | { readonly kind: "unknown"; readonly name: string };

export const HUMAN: BotVerdict = { kind: "human" };

/** What a user agent says of itself. */
export type Claim =
  | { readonly kind: "nothing" }
  | { readonly kind: "crawler" }
  | { readonly kind: "engine"; readonly engine: SearchEngine };

/** What came of asking the DNS. */
export type Proof = "confirmed" | "refuted" | "unknown";

export function verdictOfProof({ name }: SearchEngine, proof: Proof): BotVerdict {
  if (proof === "confirmed") return { kind: "good", name };
  return { kind: proof === "refuted" ? "bad" : "unknown", name };
}

/** From here on Cloudflare takes a request for a person's: https://developers.cloudflare.com/bots/concepts/bot-score/ */
const HUMAN_SCORE_MIN = 30;
const CLOUDFLARE = "Cloudflare bot management";

/** Null where Cloudflare says nothing: no bot management, or a request that it did not score. */
export function verdictOfCloudflare(management: unknown): BotVerdict | null {
  if (typeof management !== "object" || management === null) return null;
  const { verifiedBot, score } = management as { readonly verifiedBot?: unknown; readonly score?: unknown };
  if (verifiedBot === true) return { kind: "good", name: CLOUDFLARE };
  if (typeof score !== "number" || !(score >= 1)) return null;
  return score < HUMAN_SCORE_MIN ? { kind: "bad", name: CLOUDFLARE } : HUMAN;
}

/** What a bot might do without being anybody. Reading is no such deed: all may. */
export type Deed =
  /** Posting, voting, opening a socket. */
  | "write"
  /** Signing in, or opening an account. */
  | "sign-in";

/** A fault of ours keeps nobody out. But nobody writes who calls itself a search engine: one that is does not, and a person has no reason to say so. */
export function mayDo(verdict: BotVerdict, deed: Deed): boolean {
  switch (verdict.kind) {
    case "human":
      return true;
    case "good":
    case "unknown":
    case "crawler":
      return deed !== "write";
    case "bad":
      return false;
  }
}

/** Whether its reads are counted against no limit. Whoever is verified only: anybody can call itself a bot. */
export function readsFreely({ kind }: BotVerdict): boolean {
  return kind === "good";
}
