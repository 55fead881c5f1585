/**
 * Structured logs: one JSON object per line, one line per request and per object call. `npm run tail` prints them for people.
 * No body, no query string, no secret and no person's id is ever logged.
 */
export type Level = "info" | "warn" | "error";

export type RequestLine = {
  readonly kind: "request";
  readonly requestId: string;
  readonly method: string;
  /** The matched route's pattern, `-` when none matched. */
  readonly route: string;
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  readonly workspace?: string;
  /** `ok` or the failure's code. */
  readonly outcome: string;
};

export type ObjectName = "Visitor" | "Workspace" | "User" | "Identity" | "OAuthFlow" | "Keyring";

export type ObjectLine = {
  readonly kind: "object";
  readonly requestId: string;
  readonly workspace?: string;
  readonly object: ObjectName;
  readonly verb: string;
  readonly ms: number;
  readonly statements: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly seq?: number;
  readonly outcome: string;
};

/** A thrown value: a bug or the platform's fault. Its stack goes to the log and nowhere else. */
export type FaultLine = {
  readonly kind: "fault";
  readonly requestId: string;
  readonly where: string;
  readonly workspace?: string;
  readonly error: string;
  readonly stack?: string;
};

/** A mail that nobody sends: on one's own machine its link stands here. Without whom it is for. */
export type MailLine = {
  readonly kind: "mail";
  readonly requestId: string;
  readonly subject: string;
  readonly link: string;
};

/** What a cache was good for; of its keys only the prefix. */
export type CacheLine = {
  readonly kind: "cache";
  readonly requestId: string;
  readonly prefix: string;
  /** `joined`: waited for the look-up of another request; `error`: the cache failed and was passed by. */
  readonly outcome: "hit" | "miss" | "joined" | "error";
  readonly ms: number;
};

export type LogLine = RequestLine | ObjectLine | FaultLine | MailLine | CacheLine;

const RANK = { info: 0, warn: 1, error: 2, off: 3 } as const;
let threshold: number = RANK.info;

/** Sets the lowest level that is printed; unknown names mean `info`. Cheap enough to call per request. */
export function setLogLevel(name: string | undefined): void {
  threshold = name === "warn" || name === "error" || name === "off" ? RANK[name] : RANK.info;
}

/** Lines that wait to be printed together; null while each is printed at once. */
let batch: string[] | null = null;

export function log(level: Level, line: LogLine): void {
  if (RANK[level] < threshold) return;
  const text = JSON.stringify({ level, time: new Date().toISOString(), ...line });
  if (batch === null) print(text);
  else batch.push(text);
}

/**
 * For the next `ms` lines are kept and then printed in one message, a line each; 0 does nothing. For a server that prints to one stream, where each message costs more than what it
 * says; on Cloudflare every line must be a message of its own, under the request it belongs to.
 */
export function batchLogs(ms: number, execution: { waitUntil(promise: Promise<unknown>): void }): void {
  if (ms === 0 || batch !== null) return;
  const lines: string[] = [];
  batch = lines;
  execution.waitUntil(printAfter(ms, lines));
}

async function printAfter(ms: number, lines: readonly string[]): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  batch = null;
  if (lines.length > 0) print(lines.join("\n"));
}

function print(text: string): void {
  // oxlint-disable-next-line no-console -- this is the one place that prints
  console.log(text);
}

/** Describes a thrown value for the log, with what caused it. */
export function fault(requestId: string, where: string, thrown: unknown, workspace?: string): FaultLine {
  const line = {
    kind: "fault",
    requestId,
    where,
    ...(workspace === undefined ? {} : { workspace }),
    error: causes(thrown).map(String).join(" <- "),
  } as const;
  return thrown instanceof Error && thrown.stack !== undefined ? { ...line, stack: thrown.stack } : line;
}

const CAUSES_MAX = 5;

function causes(thrown: unknown): unknown[] {
  const chain = [thrown];
  for (let last = thrown; last instanceof Error && last.cause !== undefined && chain.length < CAUSES_MAX;) {
    last = last.cause;
    chain.push(last);
  }
  return chain;
}
