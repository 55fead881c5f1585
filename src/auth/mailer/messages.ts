/** The words of the mails. A link's token stands behind its `#`, so that no server and no log on the way sees it. */
import { MAILED_LINK_MS } from "../../limits.ts";
import type { Message } from "./port.ts";

const HOUR_MS = 3_600_000;
const FOOT = "\n\nIf it was not you who asked, do nothing: without the link nothing changes.\n";

export function registrationMail(origin: string, to: string, token: string): Message {
  const link = `${origin}/console/register/confirm#${token}`;
  const text = `Somebody, we hope you, opened an account at ${origin} with this address and chose its password. This link, and that password, finish it:\n\n${link}\n\nIt is good for ${hours("register")}. If it was not you, do nothing: without this link there is no account.\n`;
  return { to, subject: "Finish your registration", text, link };
}

export function alreadyRegisteredMail(origin: string, to: string): Message {
  const link = `${origin}/console/sign-in`;
  const text = `Somebody, perhaps you, wanted to open an account at ${origin} with this address. There is one already: sign in at\n\n${link}\n\nand should you have forgotten the password, ask there for a new one.\n`;
  return { to, subject: "You have an account already", text, link };
}

export function resetMail(origin: string, to: string, token: string): Message {
  const link = `${origin}/console/reset/confirm#${token}`;
  const text = `This link sets a new password for your account at ${origin}:\n\n${link}\n\nIt is good for 30 minutes, once.${FOOT}`;
  return { to, subject: "Set a new password", text, link };
}

export function verificationMail(origin: string, to: string, token: string): Message {
  const link = `${origin}/console/verify#${token}`;
  const text = `This link confirms that this address is yours, for your account at ${origin}:\n\n${link}\n\nIt is good for ${hours("verify")}.${FOOT}`;
  return { to, subject: "Confirm your address", text, link };
}

function hours(purpose: keyof typeof MAILED_LINK_MS): string {
  return `${String(MAILED_LINK_MS[purpose] / HOUR_MS)} hours`;
}
