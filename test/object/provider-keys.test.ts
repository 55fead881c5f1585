/** Keys of model providers: sealed in the Worker, bound to whom they belong to, never shown again. Ids are those of test/SPEC.md. */
import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { seal, type SealingSecrets, unseal } from "../../src/auth/seal.ts";
import { account } from "../support/accounts.ts";
import { call } from "../support/workerd.ts";

const SECRETS: SealingSecrets = { ENCRYPTION_KEY: btoa(String.fromCharCode(...new Uint8Array(32).fill(7))) };
const NEWER: SealingSecrets = { ENCRYPTION_KEY: btoa(String.fromCharCode(...new Uint8Array(32).fill(8))) };
const ADA = { userId: "ada", provider: "openai" };
const KEY = "sk-very-secret-provider-key-4242";

async function sealed(secrets = SECRETS, whose = ADA): Promise<string> {
  const result = await seal(secrets, whose, KEY);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

describe("sealing", () => {
  test("[S14] what was sealed opens for its user and provider only", async () => {
    const text = await sealed();
    expect(await unseal(SECRETS, ADA, text)).toBe(KEY);
    expect(await unseal(SECRETS, { ...ADA, userId: "eve" }, text)).toBeNull();
    expect(await unseal(SECRETS, { ...ADA, provider: "mistral" }, text)).toBeNull();
    expect(await unseal(NEWER, ADA, text)).toBeNull();
  });

  test("[S14] every sealing has a nonce of its own, 96 bits, and no bit of the text may change", async () => {
    const texts = await Promise.all(Array.from({ length: 50 }, () => sealed()));
    const nonces = texts.map((text) => text.split(".")[1] ?? "");
    expect(new Set(nonces).size).toBe(texts.length);
    expect(nonces.every((nonce) => nonce.length === 16)).toBe(true);
    const [text = ""] = texts;
    for (let at = 0; at < text.length; at += 7) {
      const other = text[at] === "A" ? "B" : "A";
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      if (changed !== text) expect(await unseal(SECRETS, ADA, changed), `character ${String(at)}`).toBeNull();
    }
    for (const nonsense of ["", ".", "..", "v.a.b", `${text}.x`.slice(3)]) {
      expect(await unseal(SECRETS, ADA, nonsense)).toBeNull();
    }
  });

  test("[S14] a new key takes over while the old one still opens what it sealed", async () => {
    const text = await sealed();
    const both = { ...NEWER, ENCRYPTION_KEY_OLD: SECRETS.ENCRYPTION_KEY ?? "" };
    expect(await unseal(both, ADA, text)).toBe(KEY);
    expect((await sealed(both)).split(".")[0]).not.toBe(text.split(".")[0]);
  });

  test("[S14] a deployment without a key keeps none", async () => {
    const result = await seal({}, ADA, KEY);
    expect(result.ok).toBe(false);
  });
});

test("[S14] a stored key is answered by its last four characters and lies on disk only sealed", async () => {
  const { userId, headers } = await account("Ada");
  const stored = await call(
    "POST",
    "/api/v1/user/store-provider-api-key",
    { provider: "openai", apiKey: KEY },
    headers,
  );
  expect(stored.status).toBe(200);
  expect(stored.body).toMatchObject({ provider: "openai", lastFour: "4242", baseUrl: null });
  expect(JSON.stringify(stored.body)).not.toContain(KEY);
  const rows = await runInDurableObject(env.USER.getByName(userId), (_object, state) =>
    state.storage.sql.exec("SELECT * FROM provider_keys").toArray(),
  );
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(KEY);
  expect(await unseal(env as SealingSecrets, { userId, provider: "openai" }, String(rows[0]?.["sealed"]))).toBe(KEY);
});
