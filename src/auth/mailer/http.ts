/** Mail through a provider's HTTP API: a POST of `{from, to, subject, text}` as JSON to MAIL_URL, with MAIL_TOKEN as bearer token. Resend takes it as it is. */
import { randomId } from "../../ids.ts";
import { isLoopback } from "../loopback.ts";
import type { MailEnv, Mailer, Message } from "./port.ts";

const TIMEOUT_MS = 10_000;
const TRIES = 2;
const RETRY_PAUSE_MS = 500;

/** `retry`: for tests, which do not want to wait. */
export function httpMailer(env: MailEnv, pauseMs = RETRY_PAUSE_MS): Mailer {
  const { MAIL_URL, MAIL_FROM, MAIL_TOKEN = "" } = env;
  const url = URL.parse(MAIL_URL);
  if (url === null || MAIL_FROM === "") throw new Error("MAILER=http needs MAIL_URL and MAIL_FROM");
  if (url.protocol !== "https:" && !isLoopback(url)) throw new Error("MAIL_URL must be https: the token goes there");
  return {
    async send(message) {
      const init = requestOf(MAIL_FROM, MAIL_TOKEN, message);
      for (let attempt = 1; ; attempt++) {
        const failed = await post(url, init);
        if (failed === null) return;
        if (attempt === TRIES || !failed.passing) throw new Error(`the mail service did not take it: ${failed.reason}`);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    },
  };
}

/** The same key for both tries, so that a provider which knows it mails once. */
function requestOf(from: string, token: string, { to, subject, text }: Message): RequestInit {
  return {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "idempotency-key": randomId(),
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ from, to, subject, text }),
    // A redirect would take the token elsewhere.
    redirect: "manual",
  };
}

/** Null: taken. What the service said is not quoted, for it may name the address. */
async function post(
  url: URL,
  init: RequestInit,
): Promise<{ readonly reason: string; readonly passing: boolean } | null> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.body?.cancel();
    if (response.ok) return null;
    return { reason: `status ${String(response.status)}`, passing: response.status === 429 || response.status >= 500 };
  } catch (thrown) {
    return { reason: thrown instanceof Error ? thrown.name : "no answer", passing: true };
  }
}
