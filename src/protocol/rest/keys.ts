/** The keys that sign access tokens. The public set stands where verifiers look for it, outside the API: `/.well-known/jwks.json`. */
import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { instant } from "./fields.ts";

export const NextSigningKey = z
  .strictObject({
    kid: z.string().meta({ description: "RFC 7638 thumbprint" }),
    signsFrom: instant,
  })
  .meta({ id: "NextSigningKey" });
export type NextSigningKey = z.infer<typeof NextSigningKey>;

export const rotateKeys = endpoint({
  method: "POST",
  path: "/admin/keys/rotate",
  operationId: "rotateKeys",
  tag: "Operators",
  summary: "Sign access tokens with a new key",
  description:
    "The key is published now and signs later, when everybody who keeps a copy of `/.well-known/jwks.json` has it; nobody is signed out. Idempotent while a key waits for its turn.",
  who: "operator",
  params: z.strictObject({}),
  answers: { 202: { description: "The key that signs next", schema: NextSigningKey } },
});
