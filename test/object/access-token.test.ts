/** Access tokens on the real Worker: one good token is taken, and what is not one of ours, to the letter, is refused. Where a forgery has one fault only, everything else about it is right, the signature included. */
import { env } from "cloudflare:workers";
import { base64url as jose64, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { signAccessToken, verifyAccessToken } from "../../src/auth/access-token.ts";
import { base64url, randomId } from "../../src/ids.ts";
import { ACCESS_TOKEN_SECONDS } from "../../src/limits.ts";
import { Clock } from "../model/clock.ts";
import { call, ORIGIN } from "../support/workerd.ts";

/** A route that needs an account; the token alone decides. */
const ROUTE = "/api/v1/workspaces";
const COOKIE = "__Host-gs_access";
const AUDIENCE = `${ORIGIN}/api/v1`;

const statusOf = async (headers: Record<string, string>) => (await call("GET", ROUTE, undefined, headers)).status;

type Json = Readonly<Record<string, unknown>>;
/** `undefined` leaves a member out. */
type Forgery = { header?: Json; payload?: Json | string | Uint8Array; key?: CryptoKey };

let ours: CryptoKey;
let theirs: CryptoKey;
let kid: string;
let ourPublicJwk: { readonly x: string };
let theirJwk: Json;
let theirKid: string;

beforeAll(async () => {
  const { signing } = await env.KEYRING.getByName("default").keys("-");
  ({ kid } = signing);
  ourPublicJwk = { x: signing.jwk.x };
  ours = await keyOf({ ...signing.jwk });
  const pair = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  theirs = pair.privateKey;
  theirJwk = await exportJWK(pair.publicKey);
  theirKid = await calculateJwkThumbprint(theirJwk);
});

async function keyOf(jwk: Record<string, string>): Promise<CryptoKey> {
  const key = await importJWK(jwk, "EdDSA");
  if (key instanceof Uint8Array) throw new TypeError("not an asymmetric key");
  return key;
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const part = (value: unknown) => base64url(utf8(JSON.stringify(value)));
const seconds = () => Math.floor(Date.now() / 1000);

function goodPayload(): Json {
  const now = seconds();
  const times = { iat: now, nbf: now, exp: now + ACCESS_TOKEN_SECONDS };
  return { iss: ORIGIN, aud: AUDIENCE, sub: randomId(), sid: randomId(), jti: randomId(), ...times };
}

function unsigned({ header, payload }: Forgery): string {
  const head = part({ alg: "EdDSA", typ: "at+jwt", kid, ...header });
  if (typeof payload === "string") return `${head}.${base64url(utf8(payload))}`;
  if (payload instanceof Uint8Array) return `${head}.${base64url(payload)}`;
  return `${head}.${part({ ...goodPayload(), ...payload })}`;
}

async function forge(forgery: Forgery = {}): Promise<string> {
  const input = unsigned(forgery);
  const signature = await crypto.subtle.sign("Ed25519", forgery.key ?? ours, utf8(input));
  return `${input}.${base64url(new Uint8Array(signature))}`;
}

async function hmac(hash: "SHA-256" | "SHA-512", alg: string, secret: Uint8Array): Promise<string> {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash }, false, ["sign"]);
  const input = unsigned({ header: { alg } });
  return `${input}.${base64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(input))))}`;
}

async function es256(): Promise<string> {
  const { privateKey } = await generateKeyPair("ES256");
  const input = unsigned({ header: { alg: "ES256" } });
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, utf8(input));
  return `${input}.${base64url(new Uint8Array(signature))}`;
}

async function parts(): Promise<[string, string, string]> {
  const [header = "", payload = "", signature = ""] = (await forge()).split(".");
  return [header, payload, signature];
}

/** The order of the group, RFC 8032: a signature with S + L holds in the equation, and must not. */
const L = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;

async function malleated(): Promise<string> {
  const [header, payload, signature] = await parts();
  const bytes = jose64.decode(signature);
  let s = L;
  for (let index = 0; index < 32; index++) s += BigInt(bytes[32 + index] ?? 0) << BigInt(8 * index);
  for (let index = 0; index < 32; index++) bytes[32 + index] = Number((s >> BigInt(8 * index)) & 255n);
  return `${header}.${payload}.${base64url(bytes)}`;
}

/** The same signature in the alphabet of plain base64. */
async function plainAlphabet(): Promise<string> {
  for (;;) {
    const [header, payload, signature] = await parts();
    const plain = signature.replaceAll("-", "+").replaceAll("_", "/");
    if (plain !== signature) return `${header}.${payload}.${plain}`;
  }
}

/** The last character of a signature has four bits that mean nothing. */
async function unusedBits(): Promise<string> {
  const [header, payload, signature] = await parts();
  const next = { A: "B", Q: "R", g: "h", w: "x" }[signature.slice(-1)] ?? "";
  return `${header}.${payload}.${signature.slice(0, -1)}${next}`;
}

async function changed(index: 0 | 1, change: Json): Promise<string> {
  const all = await parts();
  const text = new TextDecoder().decode(jose64.decode(all[index]));
  all[index] = part({ ...JSON.parse(text), ...change });
  return all.join(".");
}

const FORGERIES: Readonly<Record<string, () => Promise<string> | string>> = {
  "alg none, unsigned": () => `${unsigned({ header: { alg: "none" } })}.`,
  "alg none, our signature": () => forge({ header: { alg: "none" } }),
  "alg nOnE": () => forge({ header: { alg: "nOnE" } }),
  "alg missing": () => forge({ header: { alg: undefined } }),
  "alg in lower case": () => forge({ header: { alg: "eddsa" } }),
  "alg under its other name": () => forge({ header: { alg: "Ed25519" } }),
  "alg RS256 with our signature": () => forge({ header: { alg: "RS256" } }),
  "alg as a list": () => forge({ header: { alg: ["EdDSA"] } }),
  "HS256 with our public key as the secret": () => hmac("SHA-256", "HS256", jose64.decode(ourPublicJwk.x)),
  "HS256 with our public JWK as the secret": async () =>
    hmac("SHA-256", "HS256", utf8(JSON.stringify((await call("GET", "/.well-known/jwks.json")).body.keys[0]))),
  "HS512 with the public x as the secret": () => hmac("SHA-512", "HS512", utf8(ourPublicJwk.x)),
  "ES256 by a key of theirs": es256,
  "their key under our kid": () => forge({ key: theirs }),
  "their key under its own kid": () => forge({ key: theirs, header: { kid: theirKid } }),
  "their key in the header, our kid": () => forge({ key: theirs, header: { jwk: theirJwk } }),
  "their key in the header, its kid": () => forge({ key: theirs, header: { jwk: theirJwk, kid: theirKid } }),
  "their key in the header, no kid": () => forge({ key: theirs, header: { jwk: theirJwk, kid: undefined } }),
  "jku to their set": () => forge({ key: theirs, header: { jku: "https://evil.test/jwks.json", kid: theirKid } }),
  "x5u to their certificate": () =>
    forge({ key: theirs, header: { x5u: "https://evil.test/cert.pem", kid: theirKid } }),
  "x5c with their certificate": () => forge({ key: theirs, header: { x5c: ["MIIB"], kid: theirKid } }),
  "no kid": () => forge({ header: { kid: undefined } }),
  "kid empty": () => forge({ header: { kid: "" } }),
  "kid as a path": () => forge({ header: { kid: `../../${kid}` } }),
  "kid as a file": () => forge({ header: { kid: "/dev/null" } }),
  "kid as a URL": () => forge({ header: { kid: `https://evil.test/${kid}` } }),
  "kid as SQL": () => forge({ header: { kid: "x' UNION SELECT '{}' --" } }),
  "kid of an object's own member": () => forge({ header: { kid: "__proto__" } }),
  "kid as a number": () => forge({ header: { kid: 0 } }),
  "kid as a list": () => forge({ header: { kid: [kid] } }),
  "kid with a blank": () => forge({ header: { kid: `${kid} ` } }),
  "typ missing": () => forge({ header: { typ: undefined } }),
  "typ JWT": () => forge({ header: { typ: "JWT" } }),
  "typ of a logout token": () => forge({ header: { typ: "logout+jwt" } }),
  "typ as a list": () => forge({ header: { typ: ["at+jwt"] } }),
  "crit with a name nobody knows": () => forge({ header: { crit: ["exotic"], exotic: true } }),
  "crit empty": () => forge({ header: { crit: [] } }),
  "crit with a registered name": () => forge({ header: { crit: ["alg"] } }),
  "crit b64, unencoded": () => forge({ header: { crit: ["b64"], b64: false } }),
  "iss missing": () => forge({ payload: { iss: undefined } }),
  "iss of another": () => forge({ payload: { iss: "https://evil.test" } }),
  "iss with a slash more": () => forge({ payload: { iss: `${ORIGIN}/` } }),
  "iss as a list": () => forge({ payload: { iss: [ORIGIN] } }),
  "aud missing": () => forge({ payload: { aud: undefined } }),
  "aud of another API": () => forge({ payload: { aud: "https://evil.test/api/v1" } }),
  "aud too wide": () => forge({ payload: { aud: ORIGIN } }),
  "aud with a prefix of ours": () => forge({ payload: { aud: `${AUDIENCE}/x` } }),
  "iss and aud of another deployment with our key": () =>
    forge({ payload: { iss: "https://other.test", aud: "https://other.test/api/v1" } }),
  "exp missing": () => forge({ payload: { exp: undefined } }),
  "exp a second ago": () => forge({ payload: { exp: seconds() - 1 } }),
  "exp this second": () => forge({ payload: { exp: seconds() } }),
  "exp as a string": () => forge({ payload: { exp: String(seconds() + 60) } }),
  "exp as null": () => forge({ payload: { exp: null } }),
  "exp in a hundred years": () => forge({ payload: { exp: seconds() + 3_153_600_000 } }),
  "exp beyond all numbers": () =>
    forge({ payload: JSON.stringify({ ...goodPayload(), exp: 0 }).replace('"exp":0', '"exp":1e999') }),
  "nbf missing": () => forge({ payload: { nbf: undefined } }),
  "nbf in a minute": () => forge({ payload: { nbf: seconds() + 60 } }),
  "nbf as a string": () => forge({ payload: { nbf: "0" } }),
  "iat missing": () => forge({ payload: { iat: undefined } }),
  "iat as a string": () => forge({ payload: { iat: String(seconds()) } }),
  "sub missing": () => forge({ payload: { sub: undefined } }),
  "sub empty": () => forge({ payload: { sub: "" } }),
  "sub as a list": () => forge({ payload: { sub: ["operator"] } }),
  "sid missing": () => forge({ payload: { sid: undefined } }),
  "sid as an object": () => forge({ payload: { sid: {} } }),
  "jti missing": () => forge({ payload: { jti: undefined } }),
  "payload a list": () => forge({ payload: "[]" }),
  "payload null": () => forge({ payload: "null" }),
  "payload no JSON": () => forge({ payload: "{" }),
  "payload empty": () => forge({ payload: "" }),
  "payload no UTF-8": () => forge({ payload: Uint8Array.of(0x7b, 0xff, 0x7d) }),
  "payload of another person": () => changed(1, { sub: randomId() }),
  "header with a member more": () => changed(0, { extra: 1 }),
  "signature empty": async () => (await parts()).with(2, "").join("."),
  "signature shortened": async () => (await forge()).slice(0, -2),
  "signature half": async () => (await forge()).slice(0, -43),
  "signature longer": async () => `${await forge()}AA`,
  "signature of zeros": async () => (await parts()).with(2, "A".repeat(86)).join("."),
  "signature with S + L": malleated,
  "signature with unused bits": unusedBits,
  "signature padded": async () => `${await forge()}==`,
  "signature in plain base64": plainAlphabet,
  "payload padded": async () => (await parts()).map((text, index) => (index === 1 ? `${text}=` : text)).join("."),
  "a dot more": async () => `${await forge()}.`,
  "a dot before": async () => `.${await forge()}`,
  "five parts": async () => `${await forge()}.AA.AA`,
  "two parts": async () => (await forge()).split(".").slice(0, 2).join("."),
  "dots only": () => "..",
  "huge, and well signed": () => forge({ payload: { padding: "x".repeat(2_000) } }),
  "header huge, and well signed": () => forge({ header: { padding: "x".repeat(2_000) } }),
  "two tokens": async () => `${await forge()},${await forge()}`,
  "as JSON": async () => {
    const [header, payload, signature] = await parts();
    return part({ protected: header, payload, signature });
  },
};

describe("access tokens", () => {
  it("[S12] one that was made here is taken, and so is the twin of all forgeries, without a fault", async () => {
    const token = await signAccessToken(env, ORIGIN, { userId: "u", sessionId: "s" });
    for (const good of [token, await forge()]) {
      expect(await statusOf({ authorization: `Bearer ${good}` })).toBe(200);
      expect(await statusOf({ cookie: `${COOKIE}=${good}` })).toBe(200);
    }
    const [header = "", payload = ""] = token.split(".").map((text) => text);
    expect(JSON.parse(atob(header))).toEqual({ alg: "EdDSA", typ: "at+jwt", kid });
    const claims = JSON.parse(atob(payload)) as Record<string, number>;
    expect(claims).toMatchObject({ iss: ORIGIN, aud: AUDIENCE, sub: "u", sid: "s" });
    expect(claims["exp"]).toBe((claims["iat"] ?? 0) + ACCESS_TOKEN_SECONDS);
    expect(ACCESS_TOKEN_SECONDS).toBeLessThanOrEqual(600);
  });

  it(`[S12] ${String(Object.keys(FORGERIES).length)} forgeries are refused with 401, as bearer tokens and as cookies`, async () => {
    expect(Object.keys(FORGERIES).length).toBeGreaterThanOrEqual(30);
    const taken: string[] = [];
    for (const [name, make] of Object.entries(FORGERIES)) {
      const token = await make();
      for (const headers of [{ authorization: `Bearer ${token}` }, { cookie: `${COOKIE}=${token}` }]) {
        const status = await statusOf(headers);
        if (status !== 401) taken.push(`${name}, ${Object.keys(headers).join()}: ${String(status)}`);
      }
      if ((await verifyAccessToken(env, ORIGIN, token)) !== null) taken.push(`${name}: verified`);
    }
    expect(taken).toEqual([]);
  });

  it("[S12] a token ends with its tenth minute, to the second, and bears a clock that is a little late", async () => {
    const clock = new Clock();
    clock.install();
    try {
      const token = await signAccessToken(env, ORIGIN, { userId: "u", sessionId: "s" });
      clock.advance(-4_000);
      expect(await verifyAccessToken(env, ORIGIN, token)).not.toBeNull();
      clock.advance(4_000 + ACCESS_TOKEN_SECONDS * 1000 - 1_000 - (clock.now % 1000));
      expect(await verifyAccessToken(env, ORIGIN, token)).not.toBeNull();
      clock.advance(1_000);
      expect(await verifyAccessToken(env, ORIGIN, token)).toBeNull();
    } finally {
      clock.restore();
    }
  });
});
