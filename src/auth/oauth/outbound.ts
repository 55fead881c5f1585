/**
 * Requests to a provider, held short: 10 seconds in all, no redirect followed, at most 1 MiB of answer. Which addresses may be asked is settled when the configuration is read (providers.ts).
 */
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
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (size > RESPONSE_BYTES_MAX) throw tooLarge;
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

function isTimeout(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === "TimeoutError" || thrown.name === "AbortError");
}
