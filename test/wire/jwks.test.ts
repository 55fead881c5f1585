/** The public keys of the built server in the hands of somebody else: jose's own client of a remote set verifies what a session got, while keys rotate and over a crash. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { calculateJwkThumbprint, createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from "jose";
import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Server, startServer } from "../support/server.ts";

let dataDir: string;
let server: Server;
let token: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "groundswell-keys-"));
  server = await startServer({ dataDir });
  token = await register(server);
});
afterAll(async () => {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

let people = 0;

/** A new account's access token. */
async function register({ origin }: Server): Promise<string> {
  people += 1;
  const body = { email: `keys-${String(people)}@example.com`, password: "a fine long passphrase 1848" };
  const response = await fetch(`${origin}/api/v1/auth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { accessToken: string }).accessToken;
}

/** The server listens on 127.0.0.1; its tokens are good under all names of the machine, and carry one. */
function issuerOf({ origin }: Pick<Server, "origin">): string {
  return origin.replace("127.0.0.1", "localhost");
}

/** A verifier that starts without a copy, as another company's server would. */
function verify({ origin }: Server, accessToken: string) {
  return jwtVerify(accessToken, createRemoteJWKSet(new URL(`${origin}/.well-known/jwks.json`)), {
    algorithms: ["EdDSA"],
    typ: "at+jwt",
    issuer: issuerOf({ origin }),
    audience: `${issuerOf({ origin })}/api/v1`,
  });
}

async function publishedKids({ origin }: Server): Promise<string[]> {
  const { keys } = (await (await fetch(`${origin}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
}

const asMe = ({ origin }: Server, accessToken: string) =>
  fetch(`${origin}/api/v1/me`, { headers: { authorization: `Bearer ${accessToken}` } });

describe("the public keys", () => {
  it("[S13] verify a session's token with jose's client of a remote set", async () => {
    const { payload, protectedHeader } = await verify(server, token);
    expect(protectedHeader.alg).toBe("EdDSA");
    expect(await publishedKids(server)).toEqual([protectedHeader.kid]);
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600);
    expect((await asMe(server, token)).status).toBe(200);
    const localhost = { ...server, origin: server.origin.replace("127.0.0.1", "localhost") };
    expect((await asMe(localhost, token)).status).toBe(200);
  });

  it("[S12] a resource server by RFC 9068 takes a session's token, and no other", async () => {
    const { origin } = server;
    const issuer = { issuer: issuerOf({ origin }), jwks_uri: `${origin}/.well-known/jwks.json` };
    const check = (accessToken: string, audience = `${issuerOf({ origin })}/api/v1`) =>
      oauth.validateJwtAccessToken(
        issuer,
        new Request(`${origin}/api/v1/me`, { headers: { authorization: `Bearer ${accessToken}` } }),
        audience,
        { [oauth.allowInsecureRequests]: true, signingAlgorithms: ["EdDSA", "Ed25519"] },
      );
    const claims = await check(token);
    expect(claims).toMatchObject({ iss: issuerOf({ origin }), client_id: "groundswell" });
    await expect(check(token, "https://elsewhere.example")).rejects.toThrow();
    await expect(check(`${token.slice(0, -4)}AAAA`)).rejects.toThrow();
  });

  it("[S13] rotated by the operator under load: the new key is published at once, and of 300 tokens in use none is refused", async () => {
    const set = createRemoteJWKSet(new URL(`${server.origin}/.well-known/jwks.json`));
    const statuses: number[] = [];
    const use = async () => {
      for (let count = 0; count < 30; count++) {
        statuses.push((await asMe(server, token)).status);
        await jwtVerify(token, set, { issuer: issuerOf(server) });
      }
    };
    const rotate = () =>
      fetch(`${server.origin}/api/v1/admin/keys/rotate`, {
        method: "POST",
        headers: { authorization: `Bearer ${server.operatorToken}` },
      });
    const load = Array.from({ length: 10 }, use);
    const rotations = await Promise.all([rotate(), rotate(), rotate()]);
    await Promise.all(load);
    expect(statuses).toEqual(Array.from({ length: 300 }, () => 200));
    expect(rotations.map(({ status }) => status)).toEqual([202, 202, 202]);
    const kids = new Set(await Promise.all(rotations.map(async (one) => ((await one.json()) as { kid: string }).kid)));
    const [first, next, ...more] = await publishedKids(server);
    expect([...kids]).toEqual([next]);
    expect(more).toEqual([]);
    // It waits: sessions that begin now still get tokens of the first key.
    const { protectedHeader } = await verify(server, await register(server));
    expect(protectedHeader.kid).toBe(first);
  });

  it("[S13] outlive a crash, and so do tokens", async () => {
    const before = await publishedKids(server);
    const { port } = server;
    await server.kill();
    server = await startServer({ dataDir, port });
    expect(await publishedKids(server)).toEqual(before);
    expect((await asMe(server, token)).status).toBe(200);
    await verify(server, token);
  });

  it("[Y2] are those of the operator's own key where there is one, and its private part is nowhere in the log", async () => {
    const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
    const jwk = await exportJWK(privateKey);
    const own = await startServer({ vars: { SIGNING_KEY: JSON.stringify(jwk) } });
    try {
      const { protectedHeader } = await verify(own, await register(own));
      expect(protectedHeader.kid).toBe(await calculateJwkThumbprint(jwk));
      expect(await publishedKids(own)).toEqual([protectedHeader.kid]);
      expect(own.logs().join("\n")).not.toContain(jwk.d);
    } finally {
      await own.stop();
    }
  });
});
