/** The mail adapters. Ids are those of test/SPEC.md. */
import { afterEach, expect, it, vi } from "vitest";
import { mailerOf } from "../../src/auth/mailer/mailer.ts";
import type { MailEnv } from "../../src/auth/mailer/port.ts";
import { httpMailer } from "../../src/auth/mailer/http.ts";

const MESSAGE = {
  to: "ada@example.com",
  subject: "Hello",
  text: "Words",
  link: "https://us.test/console/verify#secret",
};
const HTTP: MailEnv = {
  MAILER: "http",
  MAIL_FROM: "us@us.test",
  MAIL_URL: "https://mail.test/send",
  MAIL_TOKEN: "token",
};

afterEach(() => vi.restoreAllMocks());

function answers(...statuses: (number | Error)[]) {
  return vi.spyOn(globalThis, "fetch").mockImplementation(() => {
    const next = statuses.shift() ?? 500;
    return next instanceof Error
      ? Promise.reject(next)
      : Promise.resolve(new Response("ada@example.com", { status: next }));
  });
}

it("[S15] HTTP: one POST with the token in a header; no redirect takes it elsewhere", async () => {
  const fetched = answers(202);
  await mailerOf(HTTP, "-")?.send(MESSAGE);
  const [url, init] = fetched.mock.calls[0] ?? [];
  expect(String(url)).toBe("https://mail.test/send");
  expect(JSON.parse(String(init?.body))).toEqual({
    from: "us@us.test",
    to: MESSAGE.to,
    subject: "Hello",
    text: "Words",
  });
  expect(new Headers(init?.headers).get("authorization")).toBe("Bearer token");
  expect(init).toMatchObject({ method: "POST", redirect: "manual" });
  expect(init?.signal).toBeInstanceOf(AbortSignal);
  expect(() => mailerOf({ ...HTTP, MAIL_URL: "http://mail.test/send" }, "-")).toThrow("https");
  expect(() => mailerOf({ ...HTTP, MAIL_URL: "" }, "-")).toThrow("MAIL_URL");
});

it("[S15] HTTP: once more after a fault that may pass, with the same key; then it gives up without naming the address", async () => {
  for (const first of [503, 429, new TypeError("fetch failed")]) {
    const fetched = answers(first, 200);
    await httpMailer(HTTP, 1).send(MESSAGE);
    const keys = fetched.mock.calls.map(([, init]) => new Headers(init?.headers).get("idempotency-key"));
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
    fetched.mockRestore();
  }
  const refused = answers(422);
  await expect(httpMailer(HTTP, 1).send(MESSAGE)).rejects.toThrow(/^the mail service did not take it: status 422$/u);
  expect(refused).toHaveBeenCalledTimes(1);
  refused.mockRestore();
  const redirected = answers(302);
  await expect(httpMailer(HTTP, 1).send(MESSAGE)).rejects.toThrow("redirected");
  redirected.mockRestore();
  const down = answers(500, 500, 200);
  await expect(httpMailer(HTTP, 1).send(MESSAGE)).rejects.toThrow("status 500");
  expect(down).toHaveBeenCalledTimes(2);
});

it("[S15] Cloudflare's binding: the message as it is; a refusal by its code only", async () => {
  const send = vi.fn().mockResolvedValueOnce({ messageId: "1" });
  send.mockRejectedValueOnce(Object.assign(new Error("ada@example.com is suppressed"), { code: "E_SUPPRESSED" }));
  const mailer = mailerOf({ ...HTTP, MAILER: "binding", EMAIL: { send } }, "-");
  await mailer?.send(MESSAGE);
  expect(send).toHaveBeenCalledWith({ from: "us@us.test", to: MESSAGE.to, subject: "Hello", text: "Words" });
  await expect(mailer?.send(MESSAGE)).rejects.toThrow(/^the mail service refused: E_SUPPRESSED$/u);
  expect(() => mailerOf({ ...HTTP, MAILER: "binding" }, "-")).toThrow("EMAIL");
});

it("[S15] the log has links only under MAILER=log, and then without the address", async () => {
  const printed = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const { setLogLevel } = await import("../../src/log.ts");
  setLogLevel("info");
  await mailerOf({ ...HTTP, MAILER: "log" }, "request")?.send(MESSAGE);
  expect(JSON.parse(String(printed.mock.calls[0]?.[0]))).toMatchObject({
    kind: "mail",
    requestId: "request",
    subject: "Hello",
    link: MESSAGE.link,
  });
  expect(String(printed.mock.calls[0]?.[0])).not.toContain(MESSAGE.to);
  expect(mailerOf({ ...HTTP, MAILER: "" }, "-")).toBeNull();
  expect(() => mailerOf({ ...HTTP, MAILER: "smtp" }, "-")).toThrow("smtp");
});
