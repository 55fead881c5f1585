/** The console where no mail is sent. The rest of it is tested in Chromium. */
import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { ORIGIN } from "../support/workerd.ts";

it("[K30] where no mail is sent, nobody is told to wait for one", async () => {
  const response = await exports.default.fetch(`${ORIGIN}/console/reset`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ email: "ada@example.com" }).toString(),
  });
  const page = await response.text();
  expect(page).toContain("This installation is not set up for that. Ask whoever runs it.");
  expect(page).toContain("ada@example.com");
});
