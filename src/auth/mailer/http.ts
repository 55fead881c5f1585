/** Mail through a provider's HTTP API: a POST of `{from, to, subject, text}` as JSON to MAIL_URL, with MAIL_TOKEN as bearer token. Resend takes it as it is. */
import { type Outbound, OutboundError, outboundFetch } from "../../edge/outbound.ts";
import { outboundAddress } from "../../edge/outbound-address.ts";
import { randomId } from "../../ids.ts";
import type { MailEnv, Mailer, Message } from "./port.ts";

const TRIES = 2;
const RETRY_PAUSE_MS = 500;
/** The operator names the address, which may be on this machine. */
const HERE = { allowLoopback: true } as const;

/** `retry`: for tests, which do not want to wait. */
export function httpMailer(env: MailEnv, pauseMs = RETRY_PAUSE_MS): Mailer {
  const { MAIL_URL, MAIL_FROM, MAIL_TOKEN = "" } = env;
  if (!URL.canParse(MAIL_URL) || MAIL_FROM === "") throw new Error("MAILER=http needs MAIL_URL and MAIL_FROM");
  if (outboundAddress(MAIL_URL, HERE) === null)
    throw new Error("MAIL_URL must be https and public: the token goes there");
  return {
    async send(message) {
      const request = requestOf(MAIL_FROM, MAIL_TOKEN, message);
      for (let attempt = 1; ; attempt++) {
        const failed = await post(MAIL_URL, request);
        if (failed === null) return;
        if (attempt === TRIES || !failed.passing) throw new Error(`the mail service did not take it: ${failed.reason}`);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    },
  };
}

/** The same key for both tries, so that a provider which knows it mails once. */
function requestOf(from: string, token: string, { to, subject, text }: Message): Outbound {
  return {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "idempotency-key": randomId(),
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ from, to, subject, text }),
  };
}

/** Null: taken. What the service said is not quoted, for it may name the address. */
async function post(
  url: string,
  request: Outbound,
): Promise<{ readonly reason: string; readonly passing: boolean } | null> {
  try {
    const { ok, status } = await outboundFetch(url, request, HERE);
    if (ok) return null;
    return { reason: `status ${String(status)}`, passing: status === 429 || status >= 500 };
  } catch (thrown) {
    if (!(thrown instanceof OutboundError)) throw thrown;
    return { reason: thrown.reason, passing: thrown.reason === "timed out" || thrown.reason === "not reached" };
  }
}
