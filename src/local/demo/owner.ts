/** The demo workspace's owner: an account like any other, whose random password lies in the data directory for nobody but its owner to read. */
import { randomBytes } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const EMAIL = "owner@demo.example";
const FILE = "demo-owner-password";

export type DemoOwner = { readonly email: string; readonly password: string };

/** Null: this data has none. */
export async function readOwner(dataDir: string): Promise<DemoOwner | null> {
  const password = (await readFile(join(dataDir, FILE), "utf8").catch(() => "")).trim();
  return password === "" ? null : { email: EMAIL, password };
}

/**
 * Opens the account, or signs in where a start that was cut off had opened it already; an access token. Null where mail is set up: an
 * account then needs an address that gets mail, which this one is not.
 */
export async function signInOwner(origin: string, dataDir: string): Promise<string | null> {
  const owner = (await readOwner(dataDir)) ?? (await makeOwner(dataDir));
  const opened = await post(origin, "register", { ...owner, name: "Demo owner" });
  if (opened.status === 202) {
    await rm(join(dataDir, FILE), { force: true });
    return null;
  }
  const signedIn = opened.status === 409 ? await post(origin, "login", owner) : opened;
  const body = (await signedIn.json()) as { accessToken?: string };
  if (body.accessToken === undefined) throw new Error(`demo: its owner cannot sign in: ${JSON.stringify(body)}`);
  return body.accessToken;
}

/** The password is kept before it is used: whatever is cut off after that, it is known. */
async function makeOwner(dataDir: string): Promise<DemoOwner> {
  const password = randomBytes(18).toString("base64url");
  await writeFile(join(dataDir, FILE), `${password}\n`, { mode: 0o600 });
  return { email: EMAIL, password };
}

async function post(origin: string, verb: "register" | "login", body: object): Promise<Response> {
  return fetch(`${origin}/api/v1/auth/${verb}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
