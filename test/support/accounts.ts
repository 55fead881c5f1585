/** Accounts and browsers for tests inside workerd. */
import { env } from "cloudflare:workers";
import worker from "../../src/worker.ts";
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import type { Device } from "../../src/domain/sessions.ts";
import type { SignedIn } from "../../src/protocol/rest/auth.ts";
import { type Answer, call, ORIGIN } from "./workerd.ts";

export const PASSWORD = "correct horse battery staple";
export const AUTH = "/api/v1/auth";

let people = 0;

/** A fresh address: storage is isolated per file, not per test. */
export function uniqueEmail(name = "ada"): string {
  people += 1;
  return `${name}-${String(people)}-${crypto.randomUUID().slice(0, 8)}@example.com`;
}

/** Opens an account over the API, which hashes: some 200 ms. */
export async function register(email = uniqueEmail(), password = PASSWORD): Promise<SignedIn> {
  const { status, body } = await call("POST", `${AUTH}/register`, { email, password });
  if (status !== 201) throw new Error(`not registered: ${String(status)} ${JSON.stringify(body)}`);
  return body;
}

/** Somebody who is signed in, as the tests of teams and rights need them. */
export type TestAccount = {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly headers: { readonly authorization: string };
  readonly accessToken: string;
  readonly refreshToken: string;
};

/** For the hook that makes a file's accounts, on a machine that is busy hashing for others, too. */
export const ACCOUNTS_TIMEOUT_MS = 60_000;

/** A new person, signed in. Tests of one file share them, for hashing takes its time. */
export function account(name = "Ada"): Promise<TestAccount> {
  return signUp(uniqueEmail("person"), name);
}

/** The same with an address of one's choice. */
export async function signUp(email: string, name = "Ada"): Promise<TestAccount> {
  const { status, body } = await call("POST", `${AUTH}/register`, { email, password: PASSWORD, name });
  if (status !== 201) throw new Error(`not registered: ${String(status)} ${JSON.stringify(body)}`);
  const { accessToken, refreshToken, user } = body;
  return { userId: user.id, email: user.email, name, headers: bearer(body), accessToken, refreshToken };
}

export function bearer({ accessToken }: Pick<SignedIn, "accessToken">): { authorization: string } {
  return { authorization: `Bearer ${accessToken}` };
}

export const DEVICE: Device = { browser: "Firefox 140", os: "Linux", device: "desktop", address: "", place: "" };
export const CALL = {
  requestId: "test",
  caller: { kind: "anonymous" },
  action: null,
  openWorkspaces: false,
  visitor: null,
  limit: null,
  route: "",
  idempotency: null,
  site: null,
} as const;

/** A browser on one of our own pages: it keeps cookies and says where its requests come from. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();
  readonly headers: Record<string, string>;

  constructor(headers: Record<string, string> = {}) {
    this.headers = headers;
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const own = { origin: ORIGIN, "sec-fetch-site": "same-origin", ...(cookie === "" ? {} : { cookie }) };
    const answer = await call(method, path, body, { ...own, ...this.headers, ...headers });
    this.take(answer);
    return answer;
  }

  take({ headers }: Answer): void {
    for (const line of headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split("; ");
      const [name = "", value = ""] = pair.split("=", 2);
      if (attributes.includes("Max-Age=0")) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

/** A request to the Worker with other variables; waits for what it does after the answer. */
export async function callWith(...request: Parameters<typeof startWith>): Promise<Answer> {
  const { answer, done } = await startWith(...request);
  await done();
  return answer;
}

/** The same, and `done` waits. */
export async function startWith(
  variables: Partial<Record<string, string>>,
  method: string,
  path: string,
  sent?: unknown,
  headers: Record<string, string> = {},
): Promise<{ answer: Answer; done: () => Promise<void> }> {
  const execution = createExecutionContext();
  const init = { method, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(sent) };
  const request = new Request<unknown, IncomingRequestCfProperties>(`${ORIGIN}${path}`, init);
  const response = await worker.fetch(request, { ...env, ...variables }, execution);
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  const answer = { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  return { answer, done: () => waitOnExecutionContext(execution) };
}
