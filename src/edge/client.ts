/** What a request tells of the device it comes from, for a person's list of sessions. Words for people, not for decisions. */
import Bowser from "bowser";
import type { Device } from "../domain/sessions.ts";
import type { RequestContext } from "./context.ts";

const USER_AGENT_CHARS_MAX = 512;
const PART_CHARS_MAX = 64;

export function clientOf({ request }: Pick<RequestContext, "request">): Device {
  const userAgent = request.headers.get("user-agent")?.slice(0, USER_AGENT_CHARS_MAX) ?? "";
  const { browser, os, platform } = Bowser.parse(userAgent === "" ? " " : userAgent);
  return {
    browser: words(browser.name, browser.version?.split(".")[0]),
    os: words(os.name, os.versionName ?? os.version),
    device: deviceOf(platform.type),
    // Any other header is the client's own word.
    address: request.headers.get("cf-connecting-ip")?.slice(0, PART_CHARS_MAX) ?? "",
    place: words(request.cf?.city as string | undefined, request.cf?.country as string | undefined, ", "),
  };
}

function words(first: string | undefined, second: string | undefined, between = " "): string {
  return [first, second]
    .filter((part) => part !== undefined && part !== "")
    .join(between)
    .slice(0, PART_CHARS_MAX);
}

function deviceOf(type: string | undefined): Device["device"] {
  return type === "desktop" || type === "mobile" || type === "tablet" ? type : "other";
}
