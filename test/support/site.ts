/** A server as fault tests speak to it: JSON over HTTP, each answer within a time, and writes that stand in a ledger before they are sent. */
import type { Changes, Ledger } from "./ledger.ts";

/** A request that a killed server leaves open; its answer would count, were it ever to come. */
const ANSWER_MS = 5_000;

export type Answer = { readonly status: number; readonly headers: Headers; readonly text: string; readonly body: any };
export type Sent = { readonly body?: unknown; readonly token?: string; readonly headers?: Record<string, string> };

/** Rejects when no answer came, as from a server that was killed meanwhile. `path` is below `/api/v1`. */
export async function send(origin: string, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const { body, token, headers } = sent;
  const response = await fetch(`${origin}/api/v1${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
}

/** The answer's body. Rejects when it is a refusal. */
export async function ask(origin: string, method: string, path: string, sent: Sent = {}): Promise<any> {
  const { status, text, body } = await send(origin, method, path, sent);
  if (status >= 400) throw new Error(`${method} ${path} answered ${String(status)}: ${text}`);
  return body;
}

/** Somebody with an account, signed in; an access token ends after ten minutes. */
export type Person = { readonly id: string; readonly email: string; token: string; refreshToken: string };

export const PASSWORD = "correct horse battery staple";

/** One after the other, for a server hashes one password at a time. */
export async function openAccounts(origin: string, names: readonly string[]): Promise<Person[]> {
  const people: Person[] = [];
  for (const name of names) {
    const email = `${name}@example.com`;
    const { accessToken, refreshToken, user } = await ask(origin, "POST", "/auth/register", {
      body: { email, password: PASSWORD },
    });
    people.push({ id: user.id, email, token: accessToken, refreshToken });
  }
  return people;
}

/** Another access token for each. */
export async function renew(origin: string, people: readonly Person[]): Promise<void> {
  for (const person of people) {
    const renewed = await ask(origin, "POST", "/auth/refresh", { body: { refreshToken: person.refreshToken } });
    Object.assign(person, { token: renewed.accessToken, refreshToken: renewed.refreshToken });
  }
}

export type Write = Sent & {
  /** The kind of write, for the count of kinds. */
  readonly kind: string;
  readonly method: string;
  readonly path: string;
  /** What is there once it is done. */
  readonly changes: Changes;
  /** What only the answer tells of it. */
  readonly told?: (body: any) => Changes;
};

export class Site {
  readonly origin: string;
  readonly ledger: Ledger;

  constructor(origin: string, ledger: Ledger) {
    this.origin = origin;
    this.ledger = ledger;
  }

  /** Rejects when it was not answered, or refused, which the ledger holds against the server. */
  async write({ kind, method, path, changes, told, ...sent }: Write): Promise<any> {
    const acknowledge = this.ledger.ask(kind, changes);
    const { status, text, body } = await send(this.origin, method, path, sent);
    if (status >= 400) {
      this.ledger.refuse(`${method} ${path} answered ${String(status)}: ${text}`);
      throw new Error("refused");
    }
    acknowledge(told?.(body));
    return body;
  }
}
