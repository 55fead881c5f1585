/**
 * What becomes of bots: they read like everybody, whoever is verified without being counted, and without being anybody they do not write. Whether a request is a bot's is found out in src/bots, and only where
 * it matters: a request that claims nothing costs one look into a map.
 */
import { parseAddress } from "../bots/address.ts";
import { proofCache } from "../bots/cache.ts";
import { proveAddress } from "../bots/reverse-dns.ts";
import { isHostOf, type SearchEngine } from "../bots/search-engines.ts";
import { readUserAgent } from "../bots/user-agent.ts";
import {
  type BotVerdict,
  type Deed,
  HUMAN,
  mayDo,
  readsFreely,
  verdictOfCloudflare,
  verdictOfProof,
} from "../bots/verdict.ts";
import type { Caller } from "../call.ts";
import { type Failure, failure } from "../errors.ts";
import type { Endpoint } from "../protocol/rest/endpoint.ts";
import type { RequestContext } from "./context.ts";
import { subscriberOf } from "./visitor.ts";

type BotContext = Pick<RequestContext, "request" | "env" | "requestId" | "caller">;

/** By request: several may ask for one. */
const verdicts = new WeakMap<Request, Promise<BotVerdict>>();

/** Never throws; waits for KV and the DNS only where a request says it is a search engine's. */
export function botVerdict(context: BotContext): Promise<BotVerdict> {
  const known = verdicts.get(context.request);
  if (known !== undefined) return known;
  const verdict = findVerdict(context);
  verdicts.set(context.request, verdict);
  return verdict;
}

async function findVerdict(context: BotContext): Promise<BotVerdict> {
  const { request } = context;
  const cloudflare = verdictOfCloudflare(request.cf?.["botManagement"]);
  if (cloudflare !== null) return cloudflare;
  const claim = readUserAgent(request.headers.get("user-agent"));
  if (claim.kind === "nothing") return HUMAN;
  if (claim.kind === "crawler") return { kind: "crawler" };
  return verify(context, claim.engine);
}

async function verify({ request, env, requestId }: BotContext, engine: SearchEngine): Promise<BotVerdict> {
  const resolver = env.DNS_RESOLVER;
  // Any other header is the client's own word.
  const address = parseAddress(request.headers.get("cf-connecting-ip") ?? "");
  if (resolver === "" || address === null) return verdictOfProof(engine, "unknown");
  const proof = await proofCache(env.CACHE).find({
    subject: `${engine.name} ${address.text}`,
    visitor: subscriberOf(address.text),
    requestId,
    lookUp: () => proveAddress(resolver, address, (host) => isHostOf(engine, host), requestId),
  });
  return verdictOfProof(engine, proof);
}

const SIGN_IN: ReadonlySet<string> = new Set([
  "register",
  "confirmRegistration",
  "logIn",
  "initiateOAuth",
  "requestPasswordReset",
]);

/** What an endpoint lets somebody do who is nobody, as far as bots may not do it. */
export function deedOf({ who, operationId }: Pick<Endpoint, "who" | "operationId">): Deed | null {
  if (who === "feedback.write") return "write";
  return SIGN_IN.has(operationId) ? "sign-in" : null;
}

/** Keys and signed identities are made up by whoever likes until a workspace has verified them, which it does before anything is written there; where one signs in nobody does. */
function isSomebody({ kind }: Caller, deed: Deed): boolean {
  switch (kind) {
    case "account":
    case "operator":
      return true;
    case "key":
    case "identity":
    case "signed":
      return deed === "write";
    case "anonymous":
      return false;
  }
}

/** Null: may do it. Whoever is somebody may whatever its program calls itself: keys, tokens and accounts have limits of their own. */
export async function botRefusal(context: BotContext, deed: Deed | null): Promise<Failure | null> {
  if (deed === null || isSomebody(context.caller, deed)) return null;
  if (mayDo(await botVerdict(context), deed)) return null;
  return failure(
    "BOT_REFUSED",
    deed === "write"
      ? "Bots read here, and do not post, vote or open sockets. A program of yours uses an API key."
      : "This looks like a program that is not who it says it is.",
  );
}

/** Whether a read counts against no limit. */
export async function readsUncounted(context: BotContext): Promise<boolean> {
  return context.caller.kind === "anonymous" && readsFreely(await botVerdict(context));
}
