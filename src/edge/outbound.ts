/**
 * The one way out: every request that the Worker makes to somebody else's server goes through here (the linter says so). Only public addresses over https, 10 seconds in all, at most 1 MiB of
 * answer however slowly it comes; redirects are an error unless the caller asks for some, and then each step is judged like the first.
 */
import { outboundAddress } from "./outbound-address.ts";
import { readAtMost } from "./read-at-most.ts";

const TIMEOUT_MS = 10_000;
const RESPONSE_BYTES_MAX = 1024 * 1024;
/** What still goes along when a redirect leads to another origin: nothing that could be a secret, whatever its header is called. */
const HARMLESS_HEADERS: ReadonlySet<string> = new Set(["accept", "accept-language", "content-type", "user-agent"]);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Of an answer that has been read and decoded, these are no longer true. */
const STALE_HEADERS = ["content-length", "content-encoding", "transfer-encoding"] as const;

export type OutboundReason = "address not allowed" | "redirected" | "timed out" | "not reached" | "answer too large";

/** Why somebody could not be asked. Says nothing of what was sent, nor to whom. */
export class OutboundError extends Error {
  override readonly name = "OutboundError";
  readonly reason: OutboundReason;

  constructor(reason: OutboundReason) {
    super(reason);
    this.reason = reason;
  }
}

export type Outbound = {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: BodyInit | null | undefined;
};

export type OutboundOptions = {
  /** Only for an address that the operator's configuration names: see outbound-address.ts. */
  readonly allowLoopback?: boolean;
  /** How many redirects are followed; none unless said. */
  readonly redirectsMax?: number;
  /** Less than the 10 seconds that are the most. */
  readonly timeoutMs?: number;
  /** Less than the 1 MiB that is the most. */
  readonly bytesMax?: number;
};

/** As `fetch`; the answer has been read to its end. Throws OutboundError. */
export async function outboundFetch(url: string, request: Outbound, options: OutboundOptions = {}): Promise<Response> {
  const timeoutMs = Math.min(options.timeoutMs ?? TIMEOUT_MS, TIMEOUT_MS);
  const aborter = new AbortController();
  let timer: ReturnType<typeof setTimeout> | null = null;
  // The signal alone does not end a body that comes drop by drop.
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      fail(new OutboundError("timed out"));
      aborter.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([ask(url, request, options, aborter.signal), late]);
  } catch (thrown) {
    if (thrown instanceof OutboundError) throw thrown;
    // The cause is left out: messages of the platform may quote the request.
    throw new OutboundError("not reached");
  } finally {
    clearTimeout(timer);
  }
}

async function ask(
  first: string,
  asked: Outbound,
  { allowLoopback, redirectsMax = 0, bytesMax = RESPONSE_BYTES_MAX }: OutboundOptions,
  signal: AbortSignal,
): Promise<Response> {
  let url = outboundAddress(first, { allowLoopback });
  let request = asked;
  for (let redirects = 0; ; redirects++) {
    if (url === null) throw new OutboundError("address not allowed");
    const { method, headers, body = null } = request;
    const response = await fetch(url.href, { method, headers, body, redirect: "manual", signal });
    const { status } = response;
    if (status < 300 || status >= 400) return await read(response, Math.min(bytesMax, RESPONSE_BYTES_MAX), signal);
    await response.body?.cancel();
    const location = response.headers.get("location");
    if (redirects >= redirectsMax || !REDIRECTS.has(status) || location === null) throw new OutboundError("redirected");
    const next = URL.parse(location, url.href);
    request = redirected(request, status, next?.origin === url.origin);
    // The operator has named the first address, not where it leads.
    const ours = allowLoopback === true && next?.origin === url.origin;
    url = next === null ? null : outboundAddress(next.href, { allowLoopback: ours });
  }
}

/** What a browser would send next. */
function redirected({ method, headers, body }: Outbound, status: number, sameOrigin: boolean): Outbound {
  const kept = sameOrigin
    ? headers
    : Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS_HEADERS.has(name.toLowerCase())));
  const becomesGet = status === 303 ? method !== "HEAD" : (status === 301 || status === 302) && method === "POST";
  if (!becomesGet) {
    // A stream has been sent, and cannot be sent again.
    if (body instanceof ReadableStream) throw new OutboundError("redirected");
    return { method, headers: kept, body };
  }
  const bodiless = Object.entries(kept).filter(([name]) => !name.toLowerCase().startsWith("content-"));
  return { method: "GET", headers: Object.fromEntries(bodiless) };
}

async function read(response: Response, bytesMax: number, signal: AbortSignal): Promise<Response> {
  const { status } = response;
  const headers = new Headers(response.headers);
  if (Number(headers.get("content-length") ?? 0) > bytesMax) {
    await response.body?.cancel();
    throw new OutboundError("answer too large");
  }
  const body: ReadableStream<Uint8Array> | null = response.body;
  const bytes = body === null ? new Uint8Array() : await readAtMost(body, bytesMax, signal);
  if (bytes === null) throw new OutboundError("answer too large");
  for (const name of STALE_HEADERS) headers.delete(name);
  return new Response(bytes.byteLength === 0 ? null : bytes, { status, headers });
}
