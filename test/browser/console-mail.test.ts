/** Opening an account where mail is set up: the address has to prove itself first. A server of our own takes the mails. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ConsoleSite, openConsole, randomName } from "./console-site.ts";

type Mail = { readonly to: string; readonly text: string };

const mails: Mail[] = [];
let mailbox: Server;
let site: ConsoleSite;

beforeAll(async () => {
  mailbox = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => {
      body += part.toString();
    });
    request.on("end", () => {
      mails.push(JSON.parse(body) as Mail);
      response.end("{}");
    });
  });
  await new Promise<void>((listening) => {
    mailbox.listen(0, "127.0.0.1", listening);
  });
  const { port } = mailbox.address() as AddressInfo;
  site = await openConsole({
    MAILER: "http",
    MAIL_URL: `http://127.0.0.1:${String(port)}/send`,
    MAIL_FROM: "groundswell@console.example",
  });
});
afterAll(async () => {
  await site.close();
  mailbox.close();
});

test("[K28] where mail is set up, the mailed link opens the account; an address that has one reads the same on the page", async () => {
  const email = `${randomName()}@console.example`;
  const pages: string[] = [];
  for (const round of [1, 2]) {
    const { page } = await site.open("/console/register");
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("rather long and my own");
    await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Open the account" }).click()]);
    expect(await page.locator("h1").textContent()).toBe("Look into your mail");
    pages.push(await page.content());
    await expect.poll(() => mails.filter(({ to }) => to === email).length).toBe(round);
    if (round === 2) continue;
    const link = /(http\S+register\/confirm#\S+)/u.exec(mails.at(-1)?.text ?? "")?.[1] ?? "";
    await page.goto(link);
    expect(page.url()).toBe(`${site.server.origin}/console/register/confirm`);
    await page.getByLabel("Password", { exact: true }).fill("rather long and my own");
    await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Open my account" }).click()]);
    expect(page.url()).toBe(`${site.server.origin}/console`);
    await page.goto("/console/account");
    expect(await page.locator("#profile ~ .fact").textContent()).toContain(`${email} verified`);
  }
  expect(pages[0]).toBe(pages[1]);
});
