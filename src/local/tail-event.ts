/**
 * Reads what `wrangler tail --format json` prints: one pretty-printed JSON object per event, each with the console lines of one
 * invocation. Gives back the console lines as they were, and a line of its own for an exception or an invocation that was cut off.
 */

type TailEvent = {
  readonly outcome?: unknown;
  readonly logs?: readonly { readonly message?: readonly unknown[] }[];
  readonly exceptions?: readonly {
    readonly name?: unknown;
    readonly message?: unknown;
    readonly stack?: unknown;
    readonly timestamp?: unknown;
  }[];
  readonly eventTimestamp?: unknown;
};

/** Feed it wrangler's output line by line; it gives the log lines that are complete by then. */
export function tailLines(): (line: string) => readonly string[] {
  let pending: string[] = [];
  return (line) => {
    if (pending.length === 0 && line !== "{") {
      return parseObject(line) === undefined ? (line.trim() === "" ? [] : [line]) : linesOf(line);
    }
    pending.push(line);
    if (line !== "}") return [];
    const text = pending.join("\n");
    pending = [];
    return linesOf(text);
  };
}

function linesOf(text: string): readonly string[] {
  const event = parseObject(text);
  if (event === undefined) return text.split("\n");
  if (event.logs === undefined && event.exceptions === undefined) return [text];
  const lines = (event.logs ?? []).map(({ message }) => (message ?? []).map(asText).join(" "));
  for (const { name, message, stack, timestamp } of event.exceptions ?? []) {
    lines.push(faultLine(timestamp, `${asText(name ?? "Error")}: ${asText(message ?? "")}`, stack));
  }
  if (event.outcome !== "ok" && event.outcome !== "exception" && event.outcome !== undefined) {
    lines.push(faultLine(event.eventTimestamp, asText(event.outcome), undefined));
  }
  return lines;
}

function faultLine(timestamp: unknown, error: string, stack: unknown): string {
  const time = new Date(typeof timestamp === "number" ? timestamp : Date.now()).toISOString();
  return JSON.stringify({
    level: "error",
    time,
    kind: "fault",
    requestId: "-",
    where: "the runtime",
    error,
    stack: typeof stack === "string" ? stack : undefined,
  });
}

function asText(part: unknown): string {
  return typeof part === "string" ? part : JSON.stringify(part);
}

function parseObject(text: string): TailEvent | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as TailEvent;
  } catch {
    return undefined;
  }
}
