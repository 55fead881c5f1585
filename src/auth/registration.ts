/**
 * Opens accounts and changes passwords. Where mail is sent, an answer says nothing about whether the address is known: what would tell happens after it, and the mail tells the one who
 * may know.
 */
import type { Identity } from "../../objects/identity.ts";
import type { Mailing } from "../../objects/identity/by-mail.ts";
import type { Answered } from "../call.ts";
import { emailKey, passwordIdentityName } from "../domain/email.ts";
import { clientOf } from "../edge/client.ts";
import { callOf, type RequestContext } from "../edge/context.ts";
import { callIdentity, callUser } from "../edge/object-call.ts";
import { type Failure, failure, invalidField, invalidLink } from "../errors.ts";
import { randomId } from "../ids.ts";
import type { ChangePassword, ConfirmRegistration, Register, ResetPassword, SignedIn } from "../protocol/rest/auth.ts";
import { err, ok, type Result } from "../result.ts";
import { padAsking } from "./after-answer.ts";
import { browserOf } from "./browser.ts";
import { type MailedToken, newMailedToken, parseMailedToken } from "./mailed-token.ts";
import { mailLater, sendsMail } from "./mailer/mailer.ts";
import { alreadyRegisteredMail, registrationMail, resetMail, verificationMail } from "./mailer/messages.ts";
import { HashTurn } from "./password-hash.ts";
import { admitPassword } from "./password-policy.ts";
import { hashOf } from "./secret.ts";
import { openSession } from "./sessions.ts";
import { provePassword } from "./sign-in.ts";

/** Null: look into the mail. Errors: INVALID_REQUEST, EMAIL_TAKEN (only where no mail is sent), OVERLOADED. */
export async function openAccount(
  context: RequestContext,
  command: Register,
): Promise<Result<SignedIn | null, Failure>> {
  const email = emailKey(command.email);
  const { password, name = null } = command;
  const hashed = await hashNew(context, password, "password", email);
  if (!hashed.ok) return hashed;
  const passwordHash = hashed.value;
  if (sendsMail(context.env)) {
    const pending = { email, name, passwordHash };
    mailLater(context, async () => {
      const token = newMailedToken(email);
      const secretHash = await hashOf(token.secret);
      const stub = context.env.IDENTITY.getByName(passwordIdentityName(email));
      const mailing: Answered<Mailing> = await stub.requestRegistration(callOf(context), secretHash, pending);
      // Asked again: the first mail is on its way, and its link is the one that is good.
      if (!mailing.ok || mailing.replayed === true) return null;
      if (mailing.value === "notice") return alreadyRegisteredMail(context.origin, email);
      return mailing.value === "link" ? registrationMail(context.origin, email, token.text) : null;
    });
    return ok(null);
  }
  const browser = await browserOf(context);
  const claim = { userId: randomId(), email, name, passwordHash, device: clientOf(context), browser: browser.hash };
  const claimed = await callIdentity(context, passwordIdentityName(email), false, (stub) =>
    stub.register(callOf(context), claim, false),
  );
  if (!claimed.ok) return claimed;
  browser.remember();
  // Whoever asks again goes on as whom they were made the first time.
  return openSession(context, claimed.value, "password");
}

/** Errors: INVALID_LINK, INVALID_CREDENTIALS, OVERLOADED. */
export async function confirmAccount(
  context: RequestContext,
  { token: text, password }: ConfirmRegistration,
): Promise<Result<SignedIn, Failure>> {
  const token = parseMailedToken(text);
  const proved = await proveChosen(context, token, password);
  if (!proved.ok) return proved;
  const browser = await browserOf(context);
  const made = { userId: randomId(), device: clientOf(context), browser: browser.hash };
  const confirmed = await askByLink(context, token, false, (stub, secretHash) =>
    stub.confirmRegistration(callOf(context), secretHash, made),
  );
  if (!confirmed.ok) return confirmed;
  browser.remember();
  return openSession(context, confirmed.value, "password");
}

/** Whether who has the link also chose the password. Errors: INVALID_LINK, INVALID_CREDENTIALS, OVERLOADED. */
async function proveChosen(
  context: RequestContext,
  token: MailedToken | null,
  password: string,
): Promise<Result<null, Failure>> {
  const chosen = await askByLink(context, token, true, (stub, hash) => stub.chosenPassword(callOf(context), hash));
  if (!chosen.ok) return chosen;
  if (chosen.value === null) return ok(null);
  const turn = HashTurn.take(context.execution);
  if (!turn.ok) return turn;
  try {
    const { matches } = await turn.value.verify(password, chosen.value);
    if (matches) return ok(null);
    return err(invalidField("password", "is not the one that this registration chose", "INVALID_CREDENTIALS"));
  } finally {
    turn.value.leave();
  }
}

/** Errors: INVALID_CREDENTIALS, INVALID_REQUEST, TOO_MANY_ATTEMPTS, OVERLOADED. `email`: of the account that asks. */
export async function changeMyPassword(
  context: RequestContext,
  me: { readonly userId: string; readonly sessionId: string; readonly email: string },
  { currentPassword, newPassword }: ChangePassword,
): Promise<Result<null, Failure>> {
  const { userId, sessionId: keptSessionId, email } = me;
  const identity = passwordIdentityName(email);
  // The current password, which a retry names, is not the current one any more.
  if (context.idempotency !== null) {
    const changed = await callIdentity(context, identity, true, (stub) => stub.hasChangedPassword(callOf(context)));
    if (!changed.ok) return changed;
    if (changed.value) {
      context.heard.replayed = true;
      return ok(null);
    }
  }
  const workspaces = await callUser(context, userId, true, (stub) => stub.listWorkspaces(callOf(context)));
  const words = workspaces.ok ? workspaces.value.flatMap(({ slug, name }) => [slug, name]) : [];
  const admitted = await admitPassword(newPassword, "newPassword", email, words);
  if (!admitted.ok) return admitted;
  const turn = HashTurn.take(context.execution);
  if (!turn.ok) return turn;
  try {
    const browser = await browserOf(context);
    const proved = await provePassword(context, turn.value, email, currentPassword, browser);
    if (!proved.ok) return proved.error.code === "INVALID_CREDENTIALS" ? err(notCurrent()) : proved;
    if (proved.value.userId !== userId) return err(notCurrent());
    const from = proved.value.passwordHash;
    const to = await turn.value.hash(newPassword);
    const device = clientOf(context);
    const change = { userId, email, from, to, keptSessionId, device, browser: browser.hash };
    return await callIdentity(context, identity, false, (stub) => stub.changePassword(callOf(context), change));
  } finally {
    turn.value.leave();
  }
}

function notCurrent(): Failure {
  return failure("INVALID_CREDENTIALS", "The current password is wrong.");
}

/** Does not wait: a known and an unknown address cannot be told apart. */
export function mailReset(context: RequestContext, address: string): void {
  mailLink(context, "reset", emailKey(address));
}

/** Does not wait. */
export function mailVerification(context: RequestContext, userId: string): void {
  mailLater(context, async () => {
    const me = await context.env.USER.getByName(userId).readMe(callOf(context));
    if (!me.ok || me.value.emailVerified) return null;
    const { email } = me.value;
    const owner = await context.env.IDENTITY.getByName(passwordIdentityName(email)).read(callOf(context));
    // An account that a provider opened with an address it does not vouch for shows one that may be somebody else's, who did not ask.
    if (owner.ok && owner.value.userId === userId) mailLink(context, "verify", email);
    return null;
  });
}

function mailLink(context: RequestContext, purpose: "reset" | "verify", email: string): void {
  mailLater(context, async () => {
    const token = newMailedToken(email);
    const secretHash = await hashOf(token.secret);
    const stub = context.env.IDENTITY.getByName(passwordIdentityName(email));
    const issued: Answered<boolean> = await stub.issueLink(callOf(context), purpose, secretHash);
    if (!issued.ok || !issued.value || issued.replayed === true) return null;
    return (purpose === "reset" ? resetMail : verificationMail)(context.origin, email, token.text);
  });
}

/** Errors: INVALID_LINK, INVALID_REQUEST, OVERLOADED. */
export async function setPasswordByLink(
  context: RequestContext,
  { token: text, newPassword }: ResetPassword,
): Promise<Result<null, Failure>> {
  const token = parseMailedToken(text);
  if (token === null) return err(invalidLink());
  const found = await askByLink(context, token, true, (stub, secretHash) =>
    stub.checkLink(callOf(context), "reset", secretHash),
  );
  if (!found.ok) return found;
  const hashed = await hashNew(context, newPassword, "newPassword", token.email);
  if (!hashed.ok) return hashed;
  return askByLink(context, token, false, (stub, secretHash) =>
    stub.resetPassword(callOf(context), secretHash, hashed.value, clientOf(context)),
  );
}

/** Errors: INVALID_LINK. */
export function verifyByLink(context: RequestContext, text: string): Promise<Result<null, Failure>> {
  return askByLink(context, parseMailedToken(text), false, (stub, secretHash) =>
    stub.verifyEmail(callOf(context), secretHash, clientOf(context)),
  );
}

/** Asks the Identity that a mailed link names, which anybody can make up. Errors: those of the call; INVALID_LINK, and in like time whether or not the address is known. */
async function askByLink<T>(
  context: RequestContext,
  token: MailedToken | null,
  repeatable: boolean,
  ask: (stub: DurableObjectStub<Identity>, secretHash: string) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  if (token === null) return err(invalidLink());
  const secretHash = await hashOf(token.secret);
  const startedAt = performance.now();
  const name = passwordIdentityName(token.email);
  const answered = await callIdentity(context, name, repeatable, (stub) => ask(stub, secretHash));
  if (!answered.ok) await padAsking(performance.now() - startedAt);
  return answered;
}

/** Errors: INVALID_REQUEST, OVERLOADED. */
async function hashNew(
  context: RequestContext,
  password: string,
  path: string,
  email: string,
): Promise<Result<string, Failure>> {
  const admitted = await admitPassword(password, path, email);
  if (!admitted.ok) return admitted;
  const turn = HashTurn.take(context.execution);
  if (!turn.ok) return turn;
  try {
    return ok(await turn.value.hash(password));
  } finally {
    turn.value.leave();
  }
}
