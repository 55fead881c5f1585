/** The port that mail goes through, and what its adapters are configured with. */

export type Message = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Empty: it has none. */
  readonly link: string;
};

/** Resolves when the mail was taken; throws when it was not. */
export type Mailer = { send(message: Message): Promise<void> };

/** Variables and secrets that a deployment may have. */
export type MailEnv = {
  readonly MAILER: string;
  readonly MAIL_FROM: string;
  readonly MAIL_URL: string;
  readonly MAIL_TOKEN?: string;
  readonly EMAIL?: Pick<SendEmail, "send">;
};
