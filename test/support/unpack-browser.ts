/** Before the browser tests, which run two files at a time: the packaged Chromium is unpacked once, for two that unpack it at once spoil it. */
import { openBrowser } from "./browser.ts";

export async function setup(): Promise<void> {
  const browser = await openBrowser();
  await browser.close();
}
