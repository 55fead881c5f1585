/** The Keyring's object: rotation over time and under many callers, and private parts that stay in. What isolates make of it is left to held-keys.test.ts. */
import {
  createExecutionContext,
  createScheduledController,
  evictDurableObject,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { calculateJwkThumbprint } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { signingKey, warmKeys } from "../../src/auth/keys.ts";
import {
  ACCESS_TOKEN_SECONDS,
  JWKS_FRESH_SECONDS,
  KEY_KEPT_MS,
  KEY_LEAD_MS,
  KEY_ROTATION_MS,
} from "../../src/limits.ts";
import { setLogLevel } from "../../src/log.ts";
import worker from "../../src/worker.ts";
import { Clock } from "../model/clock.ts";
import { isolate, kidsOf, newRing, rows } from "./isolates.ts";
import { call, OPERATOR } from "../support/workerd.ts";

const MINUTE_MS = 60_000;
const clock = new Clock();
beforeEach(() => {
  clock.install();
});
afterEach(() => {
  clock.restore();
  vi.restoreAllMocks();
  setLogLevel("off");
});

/** WebCrypto answers so fast that no other call gets in between; with this they all do. */
function makeKeysSlowly(): void {
  const { subtle } = crypto;
  const make = subtle.generateKey.bind(subtle);
  vi.spyOn(subtle, "generateKey").mockImplementation(async (...asked: Parameters<typeof make>) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return make(...asked);
  });
}

describe("the ring", () => {
  it("[S13] is made by the first who ask, 20 at once: one key, named by its thumbprint, that signs at once", async () => {
    const stub = newRing();
    makeKeysSlowly();
    const answers = await Promise.all(Array.from({ length: 20 }, () => stub.keys("-")));
    expect(await rows(stub)).toHaveLength(1);
    for (const { signing, published } of answers) {
      expect(kidsOf(published)).toEqual([signing.kid]);
      expect(signing.kid).toBe(await calculateJwkThumbprint(signing.jwk));
      expect(signing.until).toBe(clock.now + KEY_LEAD_MS);
    }
  });

  it("[S13] rotated by hand, 20 at once, gets one key: published now, signing 15 minutes later or more, the old one kept for a token's life and 15 minutes", async () => {
    const stub = newRing();
    const before = await stub.keys("-");
    makeKeysSlowly();
    const nexts = await Promise.all(Array.from({ length: 20 }, () => stub.rotate("-")));
    expect(new Set(nexts.map(({ kid }) => kid)).size).toBe(1);
    const [next] = nexts;
    if (next === undefined) throw new Error("no key");
    const rotatedAt = clock.now;
    expect(next.signsFrom - rotatedAt).toBeGreaterThanOrEqual(15 * MINUTE_MS);

    const both = [before.signing.kid, next.kid];
    const at = async (ms: number) => {
      clock.advance(rotatedAt + ms - clock.now);
      const { signing, published } = await stub.keys("-");
      return { signs: signing.kid, until: signing.until, published: kidsOf(published) };
    };
    expect(await at(0)).toEqual({ signs: before.signing.kid, until: next.signsFrom, published: both });
    expect(await at(KEY_LEAD_MS - 1)).toEqual({ signs: before.signing.kid, until: next.signsFrom, published: both });
    expect(await at(KEY_LEAD_MS)).toMatchObject({ signs: next.kid, published: both });
    const keptMs = ACCESS_TOKEN_SECONDS * 1000 + 15 * MINUTE_MS;
    expect(await at(KEY_LEAD_MS + keptMs)).toMatchObject({ signs: next.kid, published: both });
    expect(await at(KEY_LEAD_MS + KEY_KEPT_MS)).toMatchObject({ signs: next.kid, published: [next.kid] });
    // What has ended is not kept in secret, either.
    expect((await rows(stub)).map(({ kid }) => kid)).toEqual([next.kid]);
  });

  it("[S13] is on disk: an eviction in the middle of a rotation changes nothing", async () => {
    const stub = newRing();
    await stub.keys("-");
    const next = await stub.rotate("-");
    const before = await stub.keys("-");
    await evictDurableObject(stub);
    expect(await stub.keys("-")).toEqual(before);
    expect(await stub.rotate("-")).toEqual(next);
  });

  it("[S13] rotates on schedule by the cron trigger alone", async () => {
    const stub = newRing();
    const { signing } = await stub.keys("-");
    const own = isolate(() => stub);
    const turn = async (ms: number) => {
      clock.advance(ms);
      const execution = createExecutionContext();
      await worker.scheduled(createScheduledController(), own, execution);
      await waitOnExecutionContext(execution);
      return (await rows(stub)).map(({ kid }) => kid);
    };
    expect(await turn(KEY_ROTATION_MS - KEY_LEAD_MS - 1)).toEqual([signing.kid]);
    const both = await turn(1);
    expect(both).toHaveLength(2);
    expect((await signingKey(own)).kid).toBe(signing.kid);
    expect(await turn(KEY_LEAD_MS)).toEqual(both);
    expect((await signingKey(own)).kid).toBe(both[1]);
    expect(await turn(KEY_KEPT_MS)).toEqual([both[1]]);
  });
});

describe("what goes out", () => {
  it("[S13] the public set has public members only, for any origin, in caches that are together younger than a new key", async () => {
    const { status, headers, body } = await call("GET", "/.well-known/jwks.json");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toContain("application/json");
    expect(headers.get("access-control-allow-origin")).toBe("*");
    const control = new Map(
      (headers.get("cache-control") ?? "").split(", ").map((part) => part.split("=") as [string, string]),
    );
    expect(control.has("public")).toBe(true);
    const total = Number(control.get("max-age")) + Number(control.get("s-maxage")) + JWKS_FRESH_SECONDS;
    expect(total * 1000).toBeLessThan(KEY_LEAD_MS);
    expect(Object.keys(body)).toEqual(["keys"]);
    for (const key of body.keys) {
      expect(Object.keys(key).toSorted()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
      expect(key).toMatchObject({ kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig" });
      expect(key.kid).toBe(await calculateJwkThumbprint(key));
    }
  });

  it("[S13] no private member is in any answer or log line, whoever asks for keys or rotates them; only the operator may rotate", async () => {
    const lines: string[] = [];
    vi.spyOn(console, "log").mockImplementation((line: string) => {
      lines.push(line);
    });
    expect((await call("POST", "/api/v1/admin/keys/rotate")).status).toBe(401);
    const rotated = await call("POST", "/api/v1/admin/keys/rotate", undefined, OPERATOR);
    expect(rotated.status).toBe(202);
    expect(Date.parse(rotated.body.signsFrom) - clock.now).toBe(KEY_LEAD_MS);
    const set = await call("GET", "/.well-known/jwks.json");
    // Rotating renews the copy of the isolate that did it.
    expect(kidsOf(set.body.keys)).toContain(rotated.body.kid);
    expect((await call("POST", "/api/v1/admin/keys/rotate", undefined, OPERATOR)).body).toEqual(rotated.body);

    const stub = env.KEYRING.getByName("default");
    setLogLevel("info");
    await stub.keys("-");
    await stub.rotate("-");
    await warmKeys(isolate(() => stub));
    expect(lines).toHaveLength(3);
    const secrets = (await rows(stub)).map((row) => (JSON.parse(String(row["private_jwk"])) as { d: string }).d);
    expect(secrets).toHaveLength(2);
    const out = JSON.stringify([rotated.body, set.body]) + lines.join("\n");
    for (const secret of secrets) expect(out).not.toContain(secret);
  });

  it("[S13] the isolate holds no key that code could read out", async () => {
    const stub = newRing();
    const { key } = await signingKey(isolate(() => stub));
    expect(key.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("jwk", key)).rejects.toThrow();
  });
});
