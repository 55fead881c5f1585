/**
 * The search engines whose crawlers can be told from those who only take their name: each publishes under which names its hosts are found by reverse DNS. A crawler that is known
 * by lists of addresses only, such as DuckDuckBot, is not in here and counts as any crawler.
 */
export type SearchEngine = {
  readonly name: string;
  /** What its crawlers' user agents hold. */
  readonly claim: RegExp;
  /** Its hosts are named below one of these. */
  readonly domains: readonly string[];
};

export const SEARCH_ENGINES: readonly SearchEngine[] = [
  {
    // https://developers.google.com/search/docs/crawling-indexing/verifying-googlebot
    // Not below googleusercontent.com, as some fetches are that people start: every customer of Google's cloud is.
    name: "Googlebot",
    claim:
      /googlebot|adsbot-google|mediapartners-google|googleother|google-inspectiontool|storebot-google|apis-google/iu,
    domains: ["googlebot.com", "google.com"],
  },
  {
    // https://www.bing.com/webmasters/help/how-to-verify-bingbot-3905dc26
    name: "Bingbot",
    claim: /bingbot|msnbot/iu,
    domains: ["search.msn.com"],
  },
  {
    // https://support.apple.com/en-us/119829
    name: "Applebot",
    claim: /applebot/iu,
    domains: ["applebot.apple.com"],
  },
  {
    // https://yandex.com/support/webmaster/robot-workings/check-yandex-robots.html
    name: "Yandex",
    claim: /yandex\w*bot|yandeximages/iu,
    domains: ["yandex.ru", "yandex.net", "yandex.com"],
  },
  {
    // https://help.baidu.com/question?prod_id=99&class=0&id=3001
    name: "Baiduspider",
    claim: /baiduspider/iu,
    domains: ["baidu.com", "baidu.jp"],
  },
  {
    // https://o-seznam.cz/napoveda/vyhledavani/en/seznambot-crawler/
    name: "SeznamBot",
    claim: /seznambot/iu,
    domains: ["seznam.cz"],
  },
  {
    // https://help.yahoo.com/kb/SLN22600.html
    name: "Yahoo Slurp",
    claim: /yahoo! slurp/iu,
    domains: ["crawl.yahoo.net"],
  },
];

/** Which one a user agent says it is; null: none of them. */
export function claimedEngine(userAgent: string): SearchEngine | null {
  return SEARCH_ENGINES.find(({ claim }) => claim.test(userAgent)) ?? null;
}

/** `host`: a name in lower case, without a dot at its end. */
export function isHostOf({ domains }: SearchEngine, host: string): boolean {
  return domains.some((domain) => host.endsWith(`.${domain}`));
}
