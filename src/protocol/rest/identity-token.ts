/**
 * What a customer's server may say of a person: the payload of a signed identity (a JWT). Claims that we do not know are ignored, as RFC 7519, section 4 asks: servers put
 * what they like into their tokens, and nothing but these is read.
 */
import * as z from "zod";
import {
  CATEGORY_CHARS_MAX,
  EMAIL_CHARS_MAX,
  NAME_CHARS_MAX,
  URL_FIELD_CHARS_MAX,
  VOTE_WEIGHT_MAX,
} from "../../limits.ts";
import { externalUserId, line } from "./fields.ts";

export const IDENTITY_AUDIENCE = "groundswell";

/** Seconds since 1970; RFC 7519 allows fractions. */
const numericDate = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const audience = z.literal(IDENTITY_AUDIENCE);

export const IdentityClaims = z.object({
  sub: externalUserId,
  iss: z.string(),
  aud: z.union([audience, z.array(z.string()).refine((all) => all.includes(IDENTITY_AUDIENCE))]),
  iat: numericDate,
  exp: numericDate,
  nbf: numericDate.optional(),
  name: line(NAME_CHARS_MAX).nullish(),
  email: z.email().max(EMAIL_CHARS_MAX).nullish(),
  avatar: z
    .url({ protocol: /^https$/u })
    .max(URL_FIELD_CHARS_MAX)
    .nullish(),
  plan: line(CATEGORY_CHARS_MAX).nullish(),
  weight: z.int().min(1).max(VOTE_WEIGHT_MAX).nullish(),
});
export type IdentityClaims = z.infer<typeof IdentityClaims>;

/** RFC 7515, section 4: a token that asks for an extension we do not know is refused; keys that it brings along are not looked at. */
export const IdentityHeader = z.object({
  alg: z.literal("HS256"),
  typ: z.string().toUpperCase().pipe(z.literal("JWT")).optional(),
  crit: z.never().optional(),
});
