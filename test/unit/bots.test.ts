/** What a request says of itself, and what follows: user agents, search engines, addresses, Cloudflare's word. */
import { expect, test } from "vitest";
import { parseAddress } from "../../src/bots/address.ts";
import { isHostOf, SEARCH_ENGINES } from "../../src/bots/search-engines.ts";
import { readUserAgent } from "../../src/bots/user-agent.ts";
import { type BotVerdict, HUMAN, mayDo, readsFreely, verdictOfCloudflare } from "../../src/bots/verdict.ts";
import { CRAWLERS, ENGINES, PEOPLE, TOOLS } from "./user-agents.ts";

test("[N1] people in any browser and app, and programs that do not call themselves bots, claim nothing", () => {
  expect(PEOPLE.length).toBeGreaterThanOrEqual(30);
  for (const userAgent of [...PEOPLE, ...TOOLS])
    expect(readUserAgent(userAgent), userAgent).toEqual({ kind: "nothing" });
  expect(readUserAgent(null)).toEqual({ kind: "nothing" });
});

test("[N1] crawlers say that they are, and of which search engine", () => {
  expect(CRAWLERS.length).toBeGreaterThanOrEqual(30);
  for (const userAgent of CRAWLERS) expect(readUserAgent(userAgent), userAgent).toEqual({ kind: "crawler" });
  for (const [name, userAgent] of ENGINES)
    expect(readUserAgent(userAgent), userAgent).toMatchObject({ kind: "engine", engine: { name } });
  expect(new Set(ENGINES.map(([name]) => name))).toEqual(new Set(SEARCH_ENGINES.map(({ name }) => name)));
});

test("[N1] of a user agent only the beginning counts", () => {
  const long = `Mozilla/5.0 ${"(compatible; x/1.0 ".repeat(10_000)}`;
  expect(readUserAgent(`${long} Googlebot`)).toEqual(readUserAgent(`${long} bingbot`));
  expect(readUserAgent(`acme/1 ${" ".repeat(600)}Googlebot`)).toEqual({ kind: "nothing" });
});

test("[N2] only hosts below a search engine's own domains are its hosts", () => {
  const [google] = SEARCH_ENGINES;
  if (google === undefined) throw new Error("no search engine");
  for (const host of [
    "crawl-66-249-66-1.googlebot.com",
    "geo-crawl-1.geo.googlebot.com",
    "rate-limited-proxy-1.google.com",
  ])
    expect(isHostOf(google, host), host).toBe(true);
  const others = [
    "googlebot.com.attacker.example",
    "crawl-66-249-66-1-googlebot.com",
    "evilgooglebot.com",
    "googlebot.com",
    "1.2.3.4.bc.googleusercontent.com",
    "",
  ];
  for (const host of others) expect(isHostOf(google, host), host).toBe(false);
  for (const { domains } of SEARCH_ENGINES)
    for (const domain of domains) expect(domain).toMatch(/^[a-z]+(?:\.[a-z]+)+$/u);
});

test("[N2] an address has one spelling, and one name to ask for", () => {
  const spellings: readonly (readonly [text: string, canonical: string, reverse: string])[] = [
    ["66.249.66.1", "66.249.66.1", "1.66.249.66.in-addr.arpa"],
    ["::ffff:66.249.66.1", "66.249.66.1", "1.66.249.66.in-addr.arpa"],
    [
      "2001:4860:4801:0010:0:0:0:1",
      "2001:4860:4801:10::1",
      `1${".0".repeat(15)}.0.1.0.0.1.0.8.4.0.6.8.4.1.0.0.2.ip6.arpa`,
    ],
    ["2001:DB8::A", "2001:db8::a", `a${".0".repeat(23)}.8.b.d.0.1.0.0.2.ip6.arpa`],
    ["::1", "::1", `1${".0".repeat(31)}.ip6.arpa`],
  ];
  for (const [text, canonical, reverse] of spellings) {
    const address = parseAddress(text);
    if (address === null) throw new Error(`${text} is no address`);
    expect(address.text).toBe(canonical);
    expect(address.reverse).toBe(reverse);
    expect(reverse.split(".")).toHaveLength(address.family === 4 ? 6 : 34);
  }
  for (const text of [
    "",
    "1.2.3",
    "1.2.3.256",
    "1.2.3.4.5",
    "localhost",
    "::g",
    "1::2::3",
    "a".repeat(9_000),
    "[::1]",
    "::1/128",
  ])
    expect(parseAddress(text), text).toBeNull();
});

test("[N3] where Cloudflare says who it is, its word counts; where it does not say, nothing follows", () => {
  expect(verdictOfCloudflare({ verifiedBot: true, score: 1 })).toMatchObject({ kind: "good" });
  for (const score of [1, 2, 29])
    expect(verdictOfCloudflare({ verifiedBot: false, score })).toMatchObject({ kind: "bad" });
  for (const score of [30, 99]) expect(verdictOfCloudflare({ verifiedBot: false, score })).toEqual(HUMAN);
  for (const said of [
    undefined,
    null,
    "99",
    {},
    { score: 0 },
    { score: Number.NaN },
    { score: "1" },
    { verifiedBot: "true" },
  ])
    expect(verdictOfCloudflare(said)).toBeNull();
});

test("[N4] bots do not write, nor does what calls itself a search engine, whoever lies does not sign in, and only the verified read uncounted", () => {
  const table: readonly (readonly [verdict: BotVerdict, write: boolean, signIn: boolean, free: boolean])[] = [
    [HUMAN, true, true, false],
    [{ kind: "unknown", name: "Googlebot" }, false, true, false],
    [{ kind: "good", name: "Googlebot" }, false, true, true],
    [{ kind: "crawler" }, false, true, false],
    [{ kind: "bad", name: "Googlebot" }, false, false, false],
  ];
  for (const [verdict, write, signIn, free] of table)
    expect([mayDo(verdict, "write"), mayDo(verdict, "sign-in"), readsFreely(verdict)], verdict.kind).toEqual([
      write,
      signIn,
      free,
    ]);
});
