/** A customer's server: makes signed identities, right ones with an independent library, wrong ones by hand. */
import { SignJWT } from "jose";
import { call, OPERATOR } from "./workerd.ts";

const encoder = new TextEncoder();

/** Seconds since 1970. */
export function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}

export type Secret = { readonly id: string; readonly secret: string };

export async function makeSecret(workspace: string): Promise<Secret> {
  const { status, body } = await call("POST", `/api/v1/workspaces/${workspace}/signing-secrets`, undefined, OPERATOR);
  if (status !== 201) throw new Error(`no secret: ${JSON.stringify(body)}`);
  return body;
}

export type Claims = Record<string, unknown>;

/** What a right token says, at the least. */
export function claimsOf(workspace: string, sub: string, more: Claims = {}): Claims {
  return { sub, iss: workspace, aud: "groundswell", iat: seconds(), exp: seconds() + 600, ...more };
}

/** The token of `sub`, made by jose. */
export function identity({ secret }: Secret, workspace: string, sub: string, more: Claims = {}): Promise<string> {
  return new SignJWT(claimsOf(workspace, sub, more)).setProtectedHeader({ alg: "HS256" }).sign(encoder.encode(secret));
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

export function part(value: unknown): string {
  return encode(encoder.encode(typeof value === "string" ? value : JSON.stringify(value)));
}

export function encode(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** Any header and payload, signed all the same. */
export async function forge(secret: string, header: unknown, payload: unknown, hash = "SHA-256"): Promise<string> {
  const text = `${part(header)}.${part(payload)}`;
  const algorithm = { name: "HMAC", hash };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  return `${text}.${encode(new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text))))}`;
}
