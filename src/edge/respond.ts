/** Success answers of the API. */

/** `seq`: the workspace's change number that the answer reflects. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { ...JSON_HEADERS, ...headers } });
}

/** The same for a body that an object has already written as JSON. */
export function jsonText(text: string, headers: Readonly<Record<string, string>>): Response {
  return new Response(text, { headers: { ...JSON_HEADERS, ...headers } });
}

export function noContent(): Response {
  return new Response(null, { status: 204 });
}

/** What was merged may be taken out again: nobody keeps this. */
export function movedTo(location: string): Response {
  return new Response(null, { status: 301, headers: { location, "cache-control": "no-store" } });
}

export function seqHeader(seq: number): { "x-seq": string } {
  return { "x-seq": String(seq) };
}

/** Whether what was written waits for a moderator. A first answer of the version before, given again, does not say. */
export function moderationHeader(isHeld: boolean | undefined): { "x-moderation"?: string } {
  return isHeld === true ? { "x-moderation": "pending" } : {};
}

const JSON_HEADERS = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" } as const;
