/** What an isolate makes of the Keyring: calls it saves, what it does when the object fails, a key that the operator brings along, and tokens that stay good while keys rotate. */
import { createExecutionContext } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { base64url, createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { signAccessToken, verifyAccessToken } from "../../src/auth/access-token.ts";
import { KeysUnavailable, publishedKeys, rotateSigningKey, signingKey, verificationKey } from "../../src/auth/keys.ts";
import { ACCESS_TOKEN_SECONDS, JWKS_FRESH_SECONDS, KEY_GRACE_MS, KEY_LEAD_MS } from "../../src/limits.ts";
import { setLogLevel } from "../../src/log.ts";
import worker from "../../src/worker.ts";
import { Clock } from "../model/clock.ts";
import { Counted, isolate, kidsOf, newRing } from "./isolates.ts";
import { ORIGIN } from "../support/workerd.ts";

const MINUTE_MS = 60_000;
const CLAIMS = { userId: "user", sessionId: "session" };
const KID = "A".repeat(43);

const clock = new Clock();
let lines: string[] = [];
beforeEach(() => {
  clock.install();
  setLogLevel("error");
  lines = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => {
    lines.push(line);
  });
});
afterEach(() => {
  clock.restore();
  vi.restoreAllMocks();
  setLogLevel("off");
});

describe("calls that are saved", () => {
  it("[Y1] 100 who miss at once make one call; a second 100, to sign and to verify, none", async () => {
    const keyring = new Counted(newRing());
    const own = keyring.isolate();
    const hundred = () => Promise.all(Array.from({ length: 100 }, () => signAccessToken(own, ORIGIN, CLAIMS)));
    await hundred();
    expect(keyring.calls).toBe(1);
    const tokens = await hundred();
    for (const token of tokens) expect(await verifyAccessToken(own, ORIGIN, token)).toEqual(CLAIMS);
    expect(keyring.calls).toBe(1);
    expect(new Set(tokens).size).toBe(100);
  });

  it("[Y1] 100 requests that miss at once are all answered, each in its own context", async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => exports.default.fetch(`${ORIGIN}/.well-known/jwks.json`)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
  });

  it("[Y1] random kids, 1,000 of them in ten seconds, cost three calls; a known kid is verified for an hour with none", async () => {
    const keyring = new Counted(newRing());
    const own = keyring.isolate();
    const { kid } = await signingKey(own);
    for (let count = 0; count < 1_000; count++) {
      clock.advance(10);
      expect(await verificationKey(own, crypto.randomUUID())).toBeNull();
    }
    expect(keyring.calls).toBe(3);
    clock.advance(60 * MINUTE_MS - 1);
    expect(await verificationKey(own, kid)).not.toBeNull();
    expect(keyring.calls).toBe(3);
    clock.advance(1);
    expect(await verificationKey(own, kid)).not.toBeNull();
    expect(keyring.calls).toBe(4);
  });

  it("[Y1] a kid that can be none costs nothing", async () => {
    const keyring = new Counted(newRing());
    const own = keyring.isolate();
    const [, payload = "", signature = ""] = (await signAccessToken(own, ORIGIN, CLAIMS)).split(".");
    for (const kid of ["", "default", "../default", KID.slice(1), `${KID}A`, `${KID.slice(1)}=`]) {
      clock.advance(MINUTE_MS);
      const header = base64url.encode(JSON.stringify({ alg: "EdDSA", typ: "at+jwt", kid }));
      expect(await verifyAccessToken(own, ORIGIN, `${header}.${payload}.${signature}`)).toBeNull();
    }
    expect(keyring.calls).toBe(1);
  });

  it("[Y1] two environments in one isolate do not share keys", async () => {
    const [one, other] = [isolate(() => rings[0]), isolate(() => rings[1])];
    const rings = [newRing(), newRing()] as const;
    const token = await signAccessToken(one, ORIGIN, CLAIMS);
    expect(await verifyAccessToken(one, ORIGIN, token)).toEqual(CLAIMS);
    expect(await verifyAccessToken(other, ORIGIN, token)).toBeNull();
  });
});

describe("a Keyring that fails", () => {
  it("[Y1] is asked once a second; meanwhile the keys that are held sign, verify and are published, and the log says so", async () => {
    const keyring = new Counted(newRing());
    const own = keyring.isolate();
    const { kid } = await signingKey(own);
    keyring.state = "broken";
    setLogLevel("error");
    clock.advance(KEY_LEAD_MS + KEY_GRACE_MS - 1);
    for (let count = 0; count < 50; count++) {
      const token = await signAccessToken(own, ORIGIN, CLAIMS);
      expect(await verifyAccessToken(own, ORIGIN, token)).toEqual(CLAIMS);
      expect(kidsOf(await publishedKeys(own))).toEqual([kid]);
    }
    expect(keyring.calls).toBe(2);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ kind: "fault", where: "Keyring", level: "error" });
    // Later than that other isolates may no longer publish it: better no token than one that is refused.
    clock.advance(1);
    await expect(signAccessToken(own, ORIGIN, CLAIMS)).rejects.toThrow(KeysUnavailable);
    keyring.recover();
    clock.advance(1_000);
    const token = await signAccessToken(own, ORIGIN, CLAIMS);
    expect(await verifyAccessToken(own, ORIGIN, token)).toEqual(CLAIMS);
  });

  it("[Y1] makes no good token a bad one: an isolate that holds nothing says that it does not know", async () => {
    const keyring = new Counted(newRing());
    const token = await signAccessToken(keyring.isolate(), ORIGIN, CLAIMS);
    keyring.state = "broken";
    const cold = keyring.isolate();
    await expect(verifyAccessToken(cold, ORIGIN, token)).rejects.toThrow(KeysUnavailable);
    await expect(publishedKeys(cold)).rejects.toThrow(KeysUnavailable);
    const request = new Request<unknown, IncomingRequestCfProperties>(`${ORIGIN}/api/v1/workspaces`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const answer = await worker.fetch(request, cold, createExecutionContext());
    expect(answer.status).toBe(503);
    expect(answer.headers.has("retry-after")).toBe(true);
    keyring.recover();
    clock.advance(1_000);
    expect(await verifyAccessToken(cold, ORIGIN, token)).toEqual(CLAIMS);
  });

  it("[Y1] that never answers holds nobody up for longer than two seconds, and not the next one who asks", async () => {
    const keyring = new Counted(newRing());
    const own = keyring.isolate();
    const { kid } = await signingKey(own);
    keyring.state = "silent";
    clock.advance(KEY_LEAD_MS);
    setLogLevel("error");
    const startedAt = performance.now();
    const held = await Promise.all(Array.from({ length: 20 }, () => signingKey(own)));
    expect(new Set(held.map((signer) => signer.kid))).toEqual(new Set([kid]));
    expect(lines).toHaveLength(1);
    expect((await signingKey(own)).kid).toBe(kid);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    keyring.recover();
    clock.advance(3_000);
    expect((await signingKey(own)).kid).toBe(kid);
    expect(keyring.calls).toBe(3);
  });
});

describe("a key that the operator brings along", () => {
  const brought = async () => {
    const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
    return exportJWK(privateKey);
  };

  it("[Y2] signs and is published, without its private part, and the object is never asked", async () => {
    const jwk = await brought();
    const keyring = new Counted(newRing());
    const own = keyring.isolate(JSON.stringify(jwk));
    const token = await signAccessToken(own, ORIGIN, CLAIMS);
    clock.advance(ACCESS_TOKEN_SECONDS * 1000 - 1_000);
    expect(await verifyAccessToken(own, ORIGIN, token)).toEqual(CLAIMS);
    expect(await verificationKey(own, KID)).toBeNull();
    expect(keyring.calls).toBe(0);
    // The same Keyring without the secret is another environment.
    const { SIGNING_KEY: _secret, ...without } = own;
    expect(await verifyAccessToken(without, ORIGIN, token)).toBeNull();
    expect(keyring.calls).toBe(1);
    expect(await publishedKeys(own)).toEqual([
      { kty: "OKP", crv: "Ed25519", x: jwk.x, kid: (await signingKey(own)).kid, alg: "EdDSA", use: "sig" },
    ]);
    expect(await rotateSigningKey(own, "-")).toBeNull();
    expect(keyring.calls).toBe(1);
    expect(lines).toEqual([]);
  });

  it("[Y2] that is broken is named in the log, without a word of it, and the Keyring's keys sign", async () => {
    const [one, other] = [await brought(), await brought()];
    const { d: _private, ...publicOnly } = one;
    const broken: readonly (readonly [string, RegExp])[] = [
      ["MC4CAQAwBQYDK2VwBCIEIA-secret", /not JSON/u],
      ["17", /not a JWK/u],
      ["null", /not a JWK/u],
      [JSON.stringify({ ...one, kty: "EC", crv: "P-256" }), /kty OKP/u],
      [JSON.stringify(publicOnly), /not a private key/u],
      [JSON.stringify({ ...one, d: "c2VjcmV0" }), /no Ed25519 key/u],
      [JSON.stringify({ ...one, d: other.d }), /do not belong together|no Ed25519 key/u],
    ];
    for (const [secret, reason] of broken) {
      const keyring = new Counted(newRing());
      const own = keyring.isolate(secret);
      // An object that starts sets its own level.
      await keyring.ring.keys("-");
      setLogLevel("error");
      lines = [];
      const token = await signAccessToken(own, ORIGIN, CLAIMS);
      expect(await verifyAccessToken(own, ORIGIN, token)).toEqual(CLAIMS);
      expect(keyring.calls).toBe(1);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(reason);
      for (const part of ["secret", one.d, other.d, "c2VjcmV0"]) expect(lines[0]).not.toContain(part);
    }
  });
});

describe("rotation under load", () => {
  it("[S13] eight isolates sign and verify while an operator rotates again and again: no good token is refused, not by a client with an old copy of the keys either", async () => {
    const ring = newRing();
    const isolates = Array.from({ length: 8 }, () => isolate(() => ring));
    /** What a client believes that asked through the edge: as old as isolate, edge and client may make it. */
    let copies: { at: number; keys: ReturnType<typeof createLocalJWKSet> }[] = [];
    let tokens: { token: string; until: number }[] = [];
    const signers = new Set<string>();
    let verified = 0;
    for (let minute = 0; minute < 240; minute++) {
      clock.advance(MINUTE_MS);
      const now = clock.now;
      copies.push({ at: now, keys: createLocalJWKSet({ keys: [...(await publishedKeys(pick(isolates, minute)))] }) });
      copies = copies.filter(({ at }) => now - at <= 2 * JWKS_FRESH_SECONDS * 1000);
      const oldest = copies[0]?.keys;
      const rotation = minute % 7 === 0 ? ring.rotate("-") : null;
      // Some are idle for long, so what they hold is of all ages.
      const awake = isolates.filter((_, index) => minute % (index + 1) === 0);
      const fresh = await Promise.all(awake.map((own) => signAccessToken(own, ORIGIN, CLAIMS)));
      await rotation;
      tokens.push(...fresh.map((token) => ({ token, until: now + ACCESS_TOKEN_SECONDS * 1000 })));
      tokens = tokens.filter(({ until }) => until > now);
      for (const { token } of tokens) {
        expect(await verifyAccessToken(pick(isolates, verified), ORIGIN, token)).toEqual(CLAIMS);
        verified += 1;
      }
      for (const token of fresh) {
        if (oldest === undefined) throw new Error("no copy");
        const { protectedHeader } = await jwtVerify(token, oldest, { currentDate: new Date(now) });
        signers.add(protectedHeader.kid ?? "");
      }
    }
    expect(signers.size).toBeGreaterThanOrEqual(8);
    expect(verified).toBeGreaterThan(5_000);
  });
});

function pick<T>(all: readonly T[], index: number): T {
  const one = all[index % all.length];
  if (one === undefined) throw new RangeError("nothing to pick");
  return one;
}
