/**
 * Turns the Worker's log lines into lines for people. Knows the shapes of src/log.ts and nothing of where lines come from; a line of
 * any other shape is passed through, dimmed. Never prints a control character of the log's, which could steer a terminal.
 */
import type { CacheLine, FaultLine, Level, LogLine, ObjectLine, RequestLine } from "../log.ts";

/** What is shown; nothing set shows everything. */
export type Filter = {
  readonly workspace?: string;
  /** Class name; shows object calls only. */
  readonly object?: string;
  /** The lowest level shown. */
  readonly level?: Level;
};

export const LEVELS = ["info", "warn", "error"] as const satisfies readonly Level[];

type Stamped = LogLine & { readonly level: Level; readonly time: string };
type Paint = (style: keyof typeof STYLES, text: string) => string;

const STYLES = { dim: 2, bold: 1, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;
const VERB_WIDTH = 26;
const ROUTE_WIDTH = 44;

/** The line as it is to be printed, or undefined when the filter hides it. */
export function formatLine(raw: string, filter: Filter, colour: boolean): string | undefined {
  const paint: Paint = (style, text) => (colour ? `\u001B[${String(STYLES[style])}m${text}\u001B[0m` : text);
  const line = parse(raw);
  if (line === undefined) return Object.keys(filter).length === 0 ? paint("dim", printable(raw)) : undefined;
  if (!shows(filter, line)) return undefined;
  const start = `${paint("dim", printable(line.time).slice(11, 23))} ${LEVEL_MARKS[line.level](paint)}`;
  return `${start} ${body(line, paint)}`;
}

function body(line: LogLine, paint: Paint): string {
  switch (line.kind) {
    case "request":
      return request(line, paint);
    case "object":
      return objectCall(line, paint);
    case "fault":
      return fault(line, paint);
    case "mail":
      return `${paint("blue", "mail")} ${printable(line.subject)}: ${paint("bold", printable(line.link))}`;
    case "cache":
      return cache(line, paint);
  }
}

const LEVEL_MARKS: Readonly<Record<Level, (paint: Paint) => string>> = {
  info: () => " ",
  warn: (paint) => paint("yellow", "!"),
  error: (paint) => paint("red", "✗"),
};

function request(line: RequestLine, paint: Paint): string {
  const status = paint(line.status >= 500 ? "red" : line.status >= 400 ? "yellow" : "green", String(line.status));
  return [
    status,
    paint("bold", printable(line.method).padEnd(6)),
    printable(line.path).padEnd(ROUTE_WIDTH),
    milliseconds(line.ms),
    outcome(line.outcome, paint),
    paint("dim", printable(line.requestId)),
  ].join(" ");
}

function objectCall(line: ObjectLine, paint: Paint): string {
  const call = `${printable(line.object)}.${printable(line.verb)}`;
  return [
    paint("magenta", " └─"),
    paint("cyan", call.padEnd(VERB_WIDTH)),
    paint("blue", printable(line.workspace ?? "-").padEnd(ROUTE_WIDTH - VERB_WIDTH + 6)),
    milliseconds(line.ms),
    outcome(line.outcome, paint),
    `${String(line.statements)} statements, ${String(line.rowsRead)} rows read, ${String(line.rowsWritten)} written${line.seq === undefined ? "" : `, seq ${String(line.seq)}`}`,
    paint("dim", printable(line.requestId)),
  ].join(" ");
}

function cache(line: CacheLine, paint: Paint): string {
  return [
    paint("magenta", " └─"),
    paint("cyan", `cache ${printable(line.prefix)}`.padEnd(VERB_WIDTH)),
    " ".repeat(ROUTE_WIDTH - VERB_WIDTH + 6),
    milliseconds(line.ms),
    paint(line.outcome === "error" ? "yellow" : "green", printable(line.outcome)),
    paint("dim", printable(line.requestId)),
  ].join(" ");
}

function fault(line: FaultLine, paint: Paint): string {
  const head = `${paint("red", printable(line.error))} in ${printable(line.where)} ${paint("dim", printable(line.requestId))}`;
  if (line.stack === undefined) return head;
  const frames = line.stack.split("\n").slice(1);
  return [head, ...frames.map((frame) => paint("dim", `      ${printable(frame.trim())}`))].join("\n");
}

function outcome(value: string, paint: Paint): string {
  return value === "ok" ? paint("green", "ok") : paint("yellow", printable(value));
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`.padStart(9);
}

function shows(filter: Filter, line: Stamped): boolean {
  if (filter.level !== undefined && LEVELS.indexOf(line.level) < LEVELS.indexOf(filter.level)) return false;
  if (filter.workspace !== undefined && (!("workspace" in line) || line.workspace !== filter.workspace)) return false;
  return filter.object === undefined || (line.kind === "object" && line.object === filter.object);
}

function parse(raw: string): Stamped | undefined {
  if (!raw.startsWith("{")) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    return undefined;
  }
  return isLogLine(value) ? value : undefined;
}

const FIELDS: Readonly<Record<LogLine["kind"], readonly string[]>> = {
  request: ["requestId", "method", "path", "status", "ms", "outcome"],
  object: ["requestId", "object", "verb", "ms", "statements", "rowsRead", "rowsWritten", "outcome"],
  fault: ["requestId", "where", "error"],
  mail: ["requestId", "subject", "link"],
  cache: ["requestId", "prefix", "outcome", "ms"],
};
const NUMBERS: ReadonlySet<string> = new Set(["status", "ms", "statements", "rowsRead", "rowsWritten"]);

function isLogLine(value: unknown): value is Stamped {
  if (typeof value !== "object" || value === null) return false;
  const line = value as Record<string, unknown>;
  if (typeof line["time"] !== "string" || !(LEVELS as readonly unknown[]).includes(line["level"])) return false;
  const kind = line["kind"];
  if (typeof kind !== "string" || !isKind(kind)) return false;
  if (line["stack"] !== undefined && typeof line["stack"] !== "string") return false;
  if (line["workspace"] !== undefined && typeof line["workspace"] !== "string") return false;
  if (line["seq"] !== undefined && typeof line["seq"] !== "number") return false;
  return FIELDS[kind].every((name) => typeof line[name] === (NUMBERS.has(name) ? "number" : "string"));
}

function isKind(kind: string): kind is LogLine["kind"] {
  return Object.hasOwn(FIELDS, kind);
}

/** Control characters, those of 8 bits too, become visible. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the point of this pattern
  return text.replace(/[\u0000-\u0008\u000A-\u001F\u007F-\u009F]/gu, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
