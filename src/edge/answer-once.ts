/**
 * Answers a visitor whom their limits let through; one who sent an Idempotency-Key is answered once, and the same again whenever they ask the same. What such a request does spans several
 * objects and its answer holds tokens, so the visitor's shard keeps it as a whole, sealed with the client's own key (auth/sealed-answer.ts).
 */
import { type AnswerKey, answerKeyOf, openAnswer, sealAnswer } from "../auth/sealed-answer.ts";
import { type Failure } from "../errors.ts";
import { LIMITER_TIMEOUT_MS } from "../limits.ts";
import { fault, log } from "../log.ts";
import { ok, type Result } from "../result.ts";
import type { Visitor } from "../../objects/visitor.ts";
import { admitVisitor, shardOf, within } from "./admit-visitor.ts";
import { callOf, type RequestContext } from "./context.ts";
import { callVisitor } from "./object-call.ts";

/** An answer as it is kept: all that tells it from another, but for what every answer has. */
type Kept = {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | null;
  /** `Set-Cookie` lines. */
  readonly cookies: readonly string[];
};

/** Errors: those of `answer`; RATE_LIMITED, OVERLOADED, IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS. */
export async function answerVisitor(
  context: RequestContext,
  answer: () => Promise<Result<Response, Failure>>,
): Promise<Result<Response, Failure>> {
  const admitted = await admitVisitor(context);
  if (!admitted.ok) return admitted;
  const whose = answerKeyOf(context);
  if (whose === null) return answer();
  const { answer: sealed } = admitted.value;
  if (sealed !== null) return ok(again(context, await openAnswer(whose, sealed)));
  const cookiesBefore = context.cookies.length;
  const result = await answer().catch(async (thrown: unknown) => {
    await tellShard(context, (stub) => stub.release(callOf(context)));
    throw thrown;
  });
  if (!result.ok) {
    await tellShard(context, (stub) => stub.release(callOf(context)));
    return result;
  }
  // Steps of it may have been done before; this answer is a new one.
  context.heard.replayed = false;
  return ok(await keep(context, whose, result.value, context.cookies.slice(cookiesBefore)));
}

async function keep(
  context: RequestContext,
  whose: AnswerKey,
  response: Response,
  cookies: readonly string[],
): Promise<Response> {
  const body = response.body === null ? null : await response.text();
  const kept: Kept = { status: response.status, headers: [...response.headers], body, cookies };
  const sealed = await sealAnswer(whose, JSON.stringify(kept));
  await tellShard(context, (stub) => stub.finish(callOf(context), sealed));
  return responseOf(kept);
}

function again(context: RequestContext, text: string): Response {
  // Written by `keep`, for the same key.
  const kept = JSON.parse(text) as Kept;
  context.cookies.push(...kept.cookies);
  return responseOf(kept);
}

function responseOf({ status, headers, body }: Kept): Response {
  return new Response(body, { status, headers: headers.map(([name, value]) => [name, value]) });
}

/** Nobody is kept from their answer by a shard that does not hear of it: what it claimed ends by itself. */
async function tellShard(
  context: RequestContext,
  tell: (stub: DurableObjectStub<Visitor>) => ReturnType<DurableObjectStub<Visitor>["release"]>,
): Promise<void> {
  const shard = shardOf(context);
  if (shard === null) return;
  // Not counted, so that no refusal of the visitor's other requests stands in the way.
  const told = callVisitor<null>({ ...context, limit: null }, shard, tell);
  context.execution.waitUntil(told);
  if ((await within(told, LIMITER_TIMEOUT_MS)) !== null) return;
  log("warn", fault(context.requestId, `Visitor ${shard}`, new Error("slow to take an answer")));
}
