/** Signing in and out, opening an account, and what mailed links lead to. */
import { offeredProviders } from "../../auth/oauth/providers.ts";
import type { RequestContext } from "../../edge/context.ts";
import { type Failure, failure } from "../../errors.ts";
import type { Result } from "../../result.ts";
import {
  CONSOLE_PATH,
  REGISTER_CONFIRM_PATH,
  RESET_CONFIRM_PATH,
  SIGN_IN_PATH,
  VERIFY_PATH,
  withNotice,
} from "../../web/console/address.ts";
import { type Attempt, BLANK, type Fill, refused } from "../../web/console/fill.ts";
import {
  LookIntoMailPage,
  type MailedStep,
  MailedStepPage,
  RegisterPage,
  ResetPage,
  SignInPage,
} from "../../web/console/sign-in.tsx";
import { oauthErrorFor } from "../../web/console/words.ts";
import { tell } from "./ask.ts";
import { findPerson, type Form, form, goTo, ownTarget, page, shellOf, show } from "./page.ts";

function doorOf(context: RequestContext, fill: Fill, returnTo: string) {
  return { shell: shellOf(context, null), fill, returnTo, providers: offeredProviders(context.env) };
}

function returnOf(context: RequestContext): string {
  return ownTarget(context.url.searchParams.get("returnTo"));
}

export const signInPage = page(async (context) => {
  const returnTo = returnOf(context);
  const trouble = oauthErrorFor(context.url.searchParams.get("error_code"));
  if (trouble === null && (await findPerson(context)) !== null) return goTo(returnTo);
  return show(context, SignInPage(doorOf(context, { ...BLANK, message: trouble }, returnTo)));
});

export const signIn = form(async (context, _params, sent) => {
  const returnTo = ownTarget(sent["returnTo"]);
  const { email = "", password = "" } = sent;
  const answered = await tell(context, "POST", "/auth/login", { email, password });
  if (answered.ok) return goTo(returnTo);
  const attempt = refused("sign-in", answered.error, sent, ["email", "password"]);
  return show(context, SignInPage(doorOf(context, attempt.fill, returnTo)), { attempt });
});

/** Back to the page that was left for it, or to the sign-in. */
export const signOut = form(async (context, _params, sent) => {
  await tell(context, "POST", "/auth/logout", {});
  return goTo(sent["returnTo"] === undefined ? withNotice(SIGN_IN_PATH, "signed-out") : ownTarget(sent["returnTo"]));
});

export const registerPage = page(async (context) => {
  const returnTo = returnOf(context);
  if ((await findPerson(context)) !== null) return goTo(returnTo);
  return show(context, RegisterPage(doorOf(context, BLANK, returnTo)));
});

export const register = form(async (context, _params, sent) => {
  const returnTo = ownTarget(sent["returnTo"]);
  const { email = "", password = "", name = "" } = sent;
  const body = { email, password, ...(name.trim() === "" ? {} : { name }) };
  const answered = await tell(context, "POST", "/auth/register", body);
  if (!answered.ok) {
    const attempt = refused("register", answered.error, sent, ["name", "email", "password"]);
    return show(context, RegisterPage(doorOf(context, attempt.fill, returnTo)), { attempt });
  }
  if (answered.value.status === 201) return goTo(returnTo);
  const what = "Its link finishes your registration.";
  return show(context, LookIntoMailPage({ shell: shellOf(context, null), email, what }));
});

export const resetPage = page((context) =>
  Promise.resolve(show(context, ResetPage({ shell: shellOf(context, null), fill: BLANK }))),
);

export const reset = form(async (context, _params, sent) => {
  const { email = "" } = sent;
  const shell = shellOf(context, null);
  const answered = await tell(context, "POST", "/auth/password/reset", { email });
  if (answered.ok && context.env.MAILER === "") {
    const attempt = refused("reset", noMail(), sent, []);
    return show(context, ResetPage({ shell, fill: attempt.fill }), { attempt });
  }
  if (answered.ok) {
    const what = "If there is an account of this address, the message has a link that sets a new password.";
    return show(context, LookIntoMailPage({ shell, email, what }));
  }
  const attempt = refused("reset", answered.error, sent, ["email"]);
  return show(context, ResetPage({ shell, fill: attempt.fill }), { attempt });
});

/** The API answers alike whatever is known; that a whole deployment sends nothing is no secret, and waiting for it would be in vain. */
function noMail(): Failure {
  return failure("UNAVAILABLE", "This deployment sends no mail.");
}

function showStep(
  context: RequestContext,
  step: MailedStep,
  path: string,
  attempt: Attempt | null,
): Result<Response, never> {
  const fill = attempt?.fill ?? BLANK;
  return show(context, MailedStepPage({ shell: shellOf(context, null), step, path, fill }), { attempt });
}

/** The page of a mailed link, and what its button does. */
function mailedStep(
  step: MailedStep,
  path: string,
  endpoint: string,
  next: string,
  bodyOf: (sent: Form) => Readonly<Record<string, string>> = codeOf,
) {
  return {
    page: page((context) => Promise.resolve(showStep(context, step, path, null))),
    form: form(async (context, _params, sent) => {
      const body = bodyOf(sent);
      if (body["token"] === "") {
        const missing = failure("INVALID_REQUEST", "The code is missing.", [
          { path: "token", message: "Please fill this in." },
        ]);
        return showStep(context, step, path, refused("step", missing, sent, ["token"]));
      }
      const answered = await tell(context, "POST", endpoint, body);
      if (answered.ok) return goTo(next);
      return showStep(context, step, path, refused("step", answered.error, sent, ["token", "password", "newPassword"]));
    }),
  };
}

/** Somebody may paste the whole link. */
export function codeOf({ token = "" }: Form): { readonly token: string } {
  return { token: token.trim().replace(/^.*#/u, "") };
}

export const confirmRegistration = mailedStep(
  "register",
  REGISTER_CONFIRM_PATH,
  "/auth/register/confirm",
  CONSOLE_PATH,
  (sent) => ({ ...codeOf(sent), password: sent["password"] ?? "" }),
);

export const verification = mailedStep(
  "verify",
  VERIFY_PATH,
  "/auth/email/verify",
  withNotice(CONSOLE_PATH, "email-verified"),
);

export const newPassword = mailedStep(
  "reset",
  RESET_CONFIRM_PATH,
  "/auth/password/reset/confirm",
  withNotice(SIGN_IN_PATH, "password-set"),
  (sent) => ({ ...codeOf(sent), newPassword: sent["newPassword"] ?? "" }),
);
