/**
 * Requests to a provider, held short: 10 seconds in all, no redirect followed, at most 1 MiB of answer. Which addresses may be asked is settled when the configuration is read (providers.ts).
 */
import { readAtMost } from "../../edge/read-at-most.ts";

const TIMEOUT_MS = 10_000;
const RESPONSE_BYTES_MAX = 1024 * 1024;

/** Why a provider could not be asked. Says nothing of what was sent. */
export class OutboundError extends Error {
  override readonly name = "OutboundError";
}

export type Outbound = {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: BodyInit | null | undefined;
};

/** As `fetch`, and oauth4webapi's in place of it. Throws OutboundError. */
export async function outboundFetch(url: string, { method, headers, body }: Outbound): Promise<Response> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const request: RequestInit = { method, headers, body: body ?? null, redirect: "manual", signal };
  try {
    const response = await fetch(url, request);
    if (response.status >= 300 && response.status < 400) throw new OutboundError("redirected");
    const bytes = await readBounded(response);
    return new Response(bytes.byteLength === 0 ? null : bytes, { status: response.status, headers: response.headers });
  } catch (thrown) {
    if (thrown instanceof OutboundError) throw thrown;
    // The cause is left out: messages of the platform may quote the request.
    throw new OutboundError(isTimeout(thrown) ? "timed out" : "not reached");
  }
}

async function readBounded(response: Response): Promise<Uint8Array> {
  const tooLarge = new OutboundError("answer too large");
  if (Number(response.headers.get("content-length") ?? 0) > RESPONSE_BYTES_MAX) {
    await response.body?.cancel();
    throw tooLarge;
  }
  const body: ReadableStream<Uint8Array> | null = response.body;
  const bytes = body === null ? new Uint8Array() : await readAtMost(body, RESPONSE_BYTES_MAX);
  if (bytes === null) throw tooLarge;
  return bytes;
}

function isTimeout(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === "TimeoutError" || thrown.name === "AbortError");
}
