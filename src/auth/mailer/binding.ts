/** Mail through Cloudflare's own service: a `send_email` binding called EMAIL, and MAIL_FROM with an address of a domain that is set up there. */
import type { MailEnv, Mailer } from "./port.ts";

export function bindingMailer({ EMAIL, MAIL_FROM }: MailEnv): Mailer {
  if (EMAIL === undefined || MAIL_FROM === "") throw new Error("MAILER=binding needs the binding EMAIL and MAIL_FROM");
  return {
    async send({ to, subject, text }) {
      const refused = await EMAIL.send({ from: MAIL_FROM, to, subject, text }).then(() => null, codeOf);
      if (refused !== null) throw new Error(`the mail service refused: ${refused}`);
    },
  };
}

/** The service's own words name the address. Its code does not. */
function codeOf(thrown: unknown): string {
  const { code } = thrown as { code?: unknown };
  return typeof code === "string" ? code : "no code";
}
