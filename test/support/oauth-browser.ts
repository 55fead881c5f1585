/** A browser for sign-ins with a provider: keeps cookies by origin, follows redirects one by one, and can stop at any of them. Plain http only. */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";

export type Step = { readonly status: number; readonly headers: Headers };

const REDIRECTS_MAX = 12;
const NAVIGATION = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-site": "cross-site" };

export class OAuthBrowser {
  readonly cookies = new Map<string, Map<string, string>>();

  async get(url: URL, headers: Record<string, string> = NAVIGATION): Promise<Step> {
    const jar = this.#jar(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const step = await get(url, { ...headers, ...(cookie === "" ? {} : { cookie }) });
    for (const line of step.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const [name = "", ...value] = pair.split("=");
      if (/max-age=0|expires=thu, 01 jan 1970/iu.test(line)) jar.delete(name);
      else jar.set(name, value.join("="));
    }
    return step;
  }

  /** Follows redirects from `url` until one leads to where `stop` says; answers that address, not asked for yet. */
  async follow(url: URL, stop: (next: URL) => boolean): Promise<URL> {
    let next = url;
    for (let step = 0; step < REDIRECTS_MAX; step++) {
      if (stop(next)) return next;
      const { status, headers } = await this.get(next);
      const location = headers.get("location");
      if (location === null) throw new Error(`${next.pathname} answered ${String(status)} and no redirect`);
      next = new URL(location, next);
    }
    throw new Error(`still being redirected at ${next.pathname}`);
  }

  cookie(origin: string, name: string): string | undefined {
    return this.cookies.get(origin)?.get(name);
  }

  #jar({ origin }: URL): Map<string, string> {
    const jar = this.cookies.get(origin) ?? new Map<string, string>();
    this.cookies.set(origin, jar);
    return jar;
  }
}

/** Not by fetch, which says `Sec-Fetch-Mode: cors` whatever it is told. */
async function get(url: URL, headers: Record<string, string>): Promise<Step> {
  const asked = request(url, { headers });
  asked.end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  const received = new Headers();
  for (const [name, values = []] of Object.entries(response.headersDistinct)) {
    for (const value of values) received.append(name, value);
  }
  return { status: response.statusCode ?? 0, headers: received };
}
