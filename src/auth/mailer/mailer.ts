/**
 * Sends mail through the adapter that a deployment has chosen. Nobody waits for a mail: what an answer says, and when, must not depend on whether one was sent. A mail that could not be
 * sent is logged, without whom it was for.
 */
import type { RequestContext } from "../../edge/context.ts";
import { fault, log } from "../../log.ts";
import { afterAnswer } from "../after-answer.ts";
import { bindingMailer } from "./binding.ts";
import { isLoopback } from "../loopback.ts";
import { httpMailer } from "./http.ts";
import { logMailer } from "./log.ts";
import type { MailEnv, Mailer, Message } from "./port.ts";

/** Whether mails reach people: without that an address cannot be proved, and nobody is made to. A word that is no mailer is a mistake, which must not open accounts without proof. */
export function sendsMail({ MAILER }: Pick<MailEnv, "MAILER">): boolean {
  return MAILER !== "" && MAILER !== "log";
}

/** Does not wait. `make` is asked in its own time for what to send; null: nothing. */
export function mailLater(context: RequestContext, make: () => Promise<Message | null>): void {
  afterAnswer(context, () => mail(context, make));
}

async function mail(context: RequestContext, make: () => Promise<Message | null>): Promise<void> {
  const { env, requestId } = context;
  try {
    if (sendsMail(env) && !hasTrueOrigin(context)) throw new Error(`MAILER=${env.MAILER} needs PUBLIC_ORIGIN`);
    const mailer = mailerOf(env, requestId);
    if (mailer === null) return;
    const message = await make();
    if (message !== null) await mailer.send(message);
  } catch (thrown) {
    log("error", fault(requestId, "mailer", thrown));
  }
}

/**
 * Links must lead where the deployment says. The request's own origin is the word of whoever sends it, and the mail goes to somebody else, whose token would go there, too. On one's own machine
 * it may do.
 */
function hasTrueOrigin({ env, url }: Pick<RequestContext, "env" | "url">): boolean {
  return env.PUBLIC_ORIGIN !== "" || isLoopback(url);
}

/** Null: none is configured. Throws when one is, and not completely. */
export function mailerOf(env: MailEnv, requestId: string): Mailer | null {
  switch (env.MAILER) {
    case "":
      return null;
    case "binding":
      return bindingMailer(env);
    case "http":
      return httpMailer(env);
    case "log":
      return logMailer(requestId);
    default:
      throw new Error(`MAILER is "${env.MAILER}"; it may be "binding", "http", "log" or empty`);
  }
}
