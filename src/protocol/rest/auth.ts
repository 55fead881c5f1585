/** Signing in: with a password here, with a provider in oauth.ts. */
import * as z from "zod";
import { EMAIL_CHARS_MAX, MAILED_TOKEN_CHARS_MAX, PASSWORD_CHARS_MAX, REFRESH_TOKEN_CHARS_MAX } from "../../limits.ts";
import { endpoint } from "./endpoint.ts";
import { name } from "./fields.ts";

export const email = z
  .string()
  .max(EMAIL_CHARS_MAX)
  .overwrite((value) => value.normalize("NFC").trim())
  .pipe(z.email())
  .meta({ example: "ada@example.com" });

/** As it was typed, to the last space. What makes a good one is decided in domain/password.ts, with words of its own. */
const password = z.string().min(1).max(PASSWORD_CHARS_MAX).meta({ format: "password" });

export const Account = z
  .strictObject({ id: z.string(), email: z.string(), name: z.string().nullable() })
  .meta({ id: "Account" });
export type Account = z.infer<typeof Account>;

export const SignedIn = z
  .strictObject({
    accessToken: z.string().meta({ description: "A JWT for `Authorization: Bearer`" }),
    refreshToken: z.string().meta({ description: "Good once, for the next pair" }),
    expiresIn: z.int().min(1).meta({ description: "Seconds until the access token ends" }),
    user: Account,
  })
  .meta({ id: "SignedIn" });
export type SignedIn = z.infer<typeof SignedIn>;

export const Register = z.strictObject({ email, password, name: name.optional() }).meta({ id: "Register" });
export type Register = z.infer<typeof Register>;
export const LogIn = z.strictObject({ email, password }).meta({ id: "LogIn" });
export type LogIn = z.infer<typeof LogIn>;
const refreshToken = z.string().min(1).max(REFRESH_TOKEN_CHARS_MAX);
export const Refresh = z.strictObject({ refreshToken: refreshToken.optional() }).meta({ id: "Refresh" });
export type Refresh = z.infer<typeof Refresh>;
export const ChangePassword = z
  .strictObject({ currentPassword: password, newPassword: password })
  .meta({ id: "ChangePassword" });
export type ChangePassword = z.infer<typeof ChangePassword>;

/** The part of a mailed link behind its `#`. */
const token = z.string().min(1).max(MAILED_TOKEN_CHARS_MAX);
export const MailedToken = z.strictObject({ token }).meta({ id: "MailedToken" });
export type MailedToken = z.infer<typeof MailedToken>;
export const ConfirmRegistration = z.strictObject({ token, password }).meta({ id: "ConfirmRegistration" });
export type ConfirmRegistration = z.infer<typeof ConfirmRegistration>;
export const ResetPassword = z.strictObject({ token, newPassword: password }).meta({ id: "ResetPassword" });
export type ResetPassword = z.infer<typeof ResetPassword>;
export const EmailOnly = z.strictObject({ email }).meta({ id: "EmailOnly" });
export type EmailOnly = z.infer<typeof EmailOnly>;

const tag = "Sign-in";
const params = z.strictObject({});
const signedIn = { description: "Signed in", schema: SignedIn } as const;

export const register = endpoint({
  method: "POST",
  path: "/auth/register",
  operationId: "register",
  tag,
  summary: "Open an account",
  description:
    "Where the deployment sends mail the answer is 202, whether or not the address is known, and the mailed link finishes it. Passwords have 15 to 256 characters; common ones are refused.",
  who: "anyone",
  limit: "register",
  params,
  body: Register,
  answers: { 201: signedIn, 202: { description: "Look into your mail" } },
});

export const confirmRegistration = endpoint({
  method: "POST",
  path: "/auth/register/confirm",
  operationId: "confirmRegistration",
  tag,
  summary: "Finish a registration with the mailed link's token",
  description:
    "The password must be the one that the registration chose: somebody else may have had the link mailed, and would otherwise know the password of an account whose address is proved by its owner.",
  who: "anyone",
  limit: "mailed-link",
  params,
  body: ConfirmRegistration,
  answers: { 201: signedIn },
});

export const logIn = endpoint({
  method: "POST",
  path: "/auth/login",
  operationId: "logIn",
  tag,
  summary: "Sign in with a password",
  who: "anyone",
  limit: "login",
  params,
  body: LogIn,
  answers: { 200: signedIn },
});

export const refresh = endpoint({
  method: "POST",
  path: "/auth/refresh",
  operationId: "refresh",
  tag,
  summary: "Trade a refresh token for a new pair",
  description:
    "Tabs that refresh at the same moment get the same new pair; a token that comes back later ends its session everywhere. A browser's own pages leave the body empty: the token is in a cookie.",
  who: "anyone",
  limit: "refresh",
  params,
  body: Refresh,
  answers: { 200: signedIn },
});

export const logOut = endpoint({
  method: "POST",
  path: "/auth/logout",
  operationId: "logOut",
  tag,
  summary: "End this session",
  description: "The one of the refresh token in the body or the cookie, else that of the access token. Idempotent.",
  who: "anyone",
  params,
  body: Refresh,
  answers: { 204: { description: "Signed out" } },
});

export const changePassword = endpoint({
  method: "POST",
  path: "/auth/password",
  operationId: "changePassword",
  tag,
  summary: "Change my password",
  description: "Ends all other sessions.",
  who: "account",
  online: true,
  params,
  body: ChangePassword,
  answers: { 204: { description: "Changed" } },
});

export const requestReset = endpoint({
  method: "POST",
  path: "/auth/password/reset",
  operationId: "requestPasswordReset",
  tag,
  summary: "Have a link mailed that sets a new password",
  description: "The answer is the same whether or not the address is known.",
  who: "anyone",
  limit: "mail-request",
  params,
  body: EmailOnly,
  answers: { 202: { description: "Look into your mail" } },
});

export const confirmReset = endpoint({
  method: "POST",
  path: "/auth/password/reset/confirm",
  operationId: "confirmPasswordReset",
  tag,
  summary: "Set a new password with the mailed link's token",
  description: "Ends all sessions.",
  who: "anyone",
  limit: "mailed-link",
  params,
  body: ResetPassword,
  answers: { 204: { description: "Changed" } },
});

export const sendVerification = endpoint({
  method: "POST",
  path: "/auth/email/verify/send",
  operationId: "sendEmailVerification",
  tag,
  summary: "Have a link mailed that verifies my address",
  who: "account",
  online: true,
  limit: "email",
  params,
  answers: { 202: { description: "Look into your mail" } },
});

export const verifyEmail = endpoint({
  method: "POST",
  path: "/auth/email/verify",
  operationId: "verifyEmail",
  tag,
  summary: "Verify an address with the mailed link's token",
  who: "anyone",
  limit: "mailed-link",
  params,
  body: MailedToken,
  answers: { 204: { description: "Verified" } },
});
