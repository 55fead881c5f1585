/**
 * Cloudflare Turnstile: where the deployment has set it up, nobody posts anonymously without a token that says a person is there. Tokens come from the visitor's browser (web/client/challenge.ts); here
 * Cloudflare is asked about each. Whoever says who they are (account, API key, signed identity) is not asked for one. Source: developers.cloudflare.com/turnstile/get-started/server-side-validation.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import * as z from "zod";
import type { Idempotency } from "../call.ts";
import { type Failure, failure, retryLater } from "../errors.ts";
import { fault, log } from "../log.ts";
import { err, ok, type Result } from "../result.ts";
import { admitVisitor } from "./admit-visitor.ts";
import type { RequestContext } from "./context.ts";
import { outboundFetch, type OutboundOptions } from "./outbound.ts";
import { outboundAddress } from "./outbound-address.ts";

const VERIFY_URL = "https://challenges.cloudflare.com/turnstile/v0/siteverify";
/** What the challenge is solved for; ours name it, and Cloudflare tells it of a token. */
const ACTION = "post";
/** Somebody waits for the answer with their text in the form. The address is the operator's to choose: tests have theirs on this machine. */
const OUTBOUND: OutboundOptions = { allowLoopback: true, timeoutMs: 5_000, bytesMax: 64 * 1024 };
const RETRY_AFTER_SECONDS = 5;

/** Questions of this isolate that wait for their answers: a service that hangs does not gather all who post. */
const IN_FLIGHT_MAX = 32;
let inFlight = 0;

/** A deployment without Turnstile has not set these, whatever the generated `Env` says. */
type TurnstileEnv = {
  readonly TURNSTILE_SITE_KEY?: string;
  readonly TURNSTILE_SECRET_KEY?: string;
  readonly TURNSTILE_VERIFY_URL?: string;
};

const Verdict = z.object({
  success: z.boolean(),
  "error-codes": z.array(z.string()).default([]),
  /** Of the page on which the challenge was solved. */
  hostname: z.string().optional(),
  action: z.string().optional(),
  metadata: z.object({ result_with_testing_key: z.boolean().optional() }).optional(),
});
type Verdict = z.infer<typeof Verdict>;

type Asker = Pick<RequestContext, "env" | "caller">;

/** What a page needs to show the challenge; null: it is off, or the visitor is somebody, or it is not set up completely (posting then says so). */
export function challengeKey({ env, caller }: Asker): string | null {
  return caller.kind === "anonymous" ? siteKeyOf(env) : null;
}

/** The same for a page that does not know yet who will post. */
export function siteKeyOf({ TURNSTILE_SITE_KEY = "", TURNSTILE_SECRET_KEY = "" }: TurnstileEnv): string | null {
  return TURNSTILE_SITE_KEY === "" || TURNSTILE_SECRET_KEY === "" ? null : TURNSTILE_SITE_KEY;
}

/**
 * Lets pass who need not solve a challenge, and who has. A token is good for one post, which may come again with its Idempotency-Key. Errors: CHALLENGE_REQUIRED, CHALLENGE_FAILED, OVERLOADED,
 * RATE_LIMITED, UNAVAILABLE.
 */
export async function passChallenge(
  context: RequestContext,
  token: string | undefined,
): Promise<Result<null, Failure>> {
  const { idempotency } = context;
  const env: TurnstileEnv = context.env;
  const { TURNSTILE_SITE_KEY = "", TURNSTILE_SECRET_KEY: secret = "", TURNSTILE_VERIFY_URL = "" } = env;
  if (context.caller.kind !== "anonymous" || TURNSTILE_SITE_KEY === "") return ok(null);
  if (secret === "") return notSetUp(context, "TURNSTILE_SITE_KEY is set, and TURNSTILE_SECRET_KEY is not");
  const url = TURNSTILE_VERIFY_URL === "" ? VERIFY_URL : TURNSTILE_VERIFY_URL;
  if (outboundAddress(url, OUTBOUND) === null)
    return notSetUp(context, "TURNSTILE_VERIFY_URL must be a public https address");
  if (token === undefined) return err(challengeRequired());
  // Not the post: that is counted when it is made, and is what is done once.
  const asking: RequestContext = { ...context, limit: "challenge", idempotency: null, idempotencyKey: null };
  const admitted = await admitVisitor(asking);
  if (!admitted.ok) return admitted;
  const verdict = await ask(context, url, {
    secret,
    response: token,
    remoteip: context.request.headers.get("cf-connecting-ip") ?? undefined,
    idempotency_key: idempotency === null ? crypto.randomUUID() : uuidOf(idempotency, token),
  });
  if (verdict === null) return err(unreachable());
  return verdict.success ? admit(context, verdict) : refuse(context, verdict["error-codes"]);
}

/**
 * A solved challenge counts for what it was solved for. Where, is the page that posts: customers' pages have the widget, so it may be any, but a token of one page is not good on another. Who sends
 * no Origin is no browser, and whatever it sent would be its own word. Cloudflare's testing keys (they pass everybody) answer with a host of their own and no action.
 */
function admit({ request }: RequestContext, { action, hostname, metadata }: Verdict): Result<null, Failure> {
  if (metadata?.result_with_testing_key === true) return ok(null);
  const origin = request.headers.get("origin");
  const isElsewhere = origin !== null && URL.parse(origin)?.hostname !== hostname?.toLowerCase();
  return action !== ACTION || isElsewhere ? err(challengeFailed()) : ok(null);
}

/** A key that Cloudflare does not know is the operator's mistake; a fault of Cloudflare's passes; all else is the token's. */
function refuse(context: RequestContext, codes: readonly string[]): Result<never, Failure> {
  if (codes.some((code) => code.endsWith("-input-secret"))) {
    return notSetUp(context, "TURNSTILE_SECRET_KEY is not one that Cloudflare knows");
  }
  return err(codes.includes("internal-error") ? unreachable() : challengeFailed());
}

/** Null: no answer, or none that says anything. The log is not told what came instead, which may quote the question. */
async function ask({ requestId }: RequestContext, url: string, question: object): Promise<Verdict | null> {
  if (inFlight >= IN_FLIGHT_MAX) return null;
  inFlight += 1;
  try {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const request = { method: "POST", headers, body: JSON.stringify(question) };
    const response = await outboundFetch(url, request, OUTBOUND);
    const verdict = Verdict.safeParse(await response.json().catch(() => null));
    if (verdict.success) return verdict.data;
    log("error", fault(requestId, "turnstile", new Error(`no verdict, status ${String(response.status)}`)));
  } catch (thrown) {
    log("error", fault(requestId, "turnstile", thrown));
  } finally {
    inFlight -= 1;
  }
  return null;
}

/**
 * Cloudflare takes a token again under the UUID that it came with first, for retries. Ours follows from all that makes a post the same to the workspace (its Idempotency-Key, route and content), or
 * a token would be good for more than one. Shaped as a random one (RFC 9562, version 4).
 */
function uuidOf({ key, fingerprint }: Idempotency, token: string): string {
  const bytes = sha256(new TextEncoder().encode(JSON.stringify([key, fingerprint, token]))).subarray(0, 16);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const variant = "89ab"[(bytes[8] ?? 0) & 3] ?? "8";
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** Said in the log each time: nobody can post until the operator mends it. */
function notSetUp({ requestId }: RequestContext, what: string): Result<never, Failure> {
  log("error", fault(requestId, "turnstile", new Error(what)));
  return err(failure("UNAVAILABLE", "Posting without signing in is not set up completely here."));
}

function challengeRequired(): Failure {
  return failure(
    "CHALLENGE_REQUIRED",
    "Whoever posts without signing in is checked to be a person. Reload the page if it does not show the check.",
  );
}

function challengeFailed(): Failure {
  return failure(
    "CHALLENGE_FAILED",
    "The check that you are a person has run out or was not passed. Please try again.",
  );
}

function unreachable(): Failure {
  const detail = "Whether you are a person cannot be checked just now. Please try again in a moment.";
  return retryLater("OVERLOADED", detail, RETRY_AFTER_SECONDS);
}
