/** Who is taken for a bot, and what it may do. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readsUncounted } from "../../src/edge/bots.ts";
import { setLogLevel } from "../../src/log.ts";
import { LIVE_SUBPROTOCOL } from "../../src/protocol/live/version.ts";
import { board, call, OPERATOR, ORIGIN, post } from "../support/workerd.ts";
import {
  BROWSER,
  CRAWLER,
  CURL,
  GOOGLEBOT,
  HOST,
  contextOf,
  google,
  json,
  newAddress,
  resolver,
  reverse,
  send,
  type Sent,
  verdict,
} from "./bot-requests.ts";
import { CountedKv, message, SERVFAIL } from "./resolver.ts";

beforeEach(() => {
  setLogLevel("off");
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("who it is", () => {
  it("[N2] a search engine is believed only where its host's name leads back to the address", async () => {
    const names: readonly (readonly [
      what: string,
      names: readonly string[],
      addresses: readonly string[],
      kind: string,
    ])[] = [
      ["its own", ["crawl-9.googlebot.com"], ["its"], "good"],
      ["in capitals", ["CRAWL-9.GoogleBot.com"], ["its"], "good"],
      ["one of several", ["x.example", "crawl-9.googlebot.com"], ["9.9.9.9", "its"], "good"],
      ["a name that leads elsewhere", ["crawl-9.googlebot.com"], ["9.9.9.9"], "bad"],
      ["a name that leads nowhere", ["crawl-9.googlebot.com"], [], "bad"],
      ["somebody else's name", ["crawl-9.googlebot.com.attacker.example"], ["its"], "bad"],
      ["a name that only ends alike", ["crawl-9.notgooglebot.com"], ["its"], "bad"],
      ["no name", [], [], "bad"],
      [
        "more names than are looked at",
        ["a", "b", "c", "d", "e"].map((name) => `${name}.example`).concat("crawl-9.googlebot.com"),
        ["its"],
        "bad",
      ],
    ];
    for (const [what, hosts, found, kind] of names) {
      vi.restoreAllMocks();
      const address = newAddress();
      const forward = Object.fromEntries(
        hosts.map((host) => [`A ${host.toLowerCase()}`, found.map((one) => (one === "its" ? address : one))]),
      );
      const dns = resolver({ [reverse(address)]: hosts, ...forward });
      expect((await verdict(new CountedKv().environment(), { agent: GOOGLEBOT, address })).kind, what).toBe(kind);
      // Nobody is asked about names that count for nothing.
      expect(
        dns.asked.filter((question) => question.includes("example")),
        what,
      ).toEqual([]);
    }
  });

  it("[N2] an IPv6 address is looked up as one, however it is written", async () => {
    const name = `PTR 1${".0".repeat(15)}.0.1.0.0.1.0.8.4.0.6.8.4.1.0.0.2.ip6.arpa`;
    resolver({ [name]: [HOST], [`AAAA ${HOST}`]: ["2001:4860:4801:10::1"], [`A ${HOST}`]: ["1.2.3.4"] });
    for (const address of ["2001:4860:4801:10::1", "2001:4860:4801:0010:0000:0000:0000:0001"])
      expect(await verdict(new CountedKv().environment(), { agent: GOOGLEBOT, address })).toMatchObject({
        kind: "good",
      });
  });

  it("[N2] what was found of one search engine says nothing of another", async () => {
    const { address, zone } = google();
    resolver(zone);
    const own = new CountedKv().environment();
    expect(await verdict(own, { agent: GOOGLEBOT, address })).toMatchObject({ kind: "good" });
    expect(await verdict(own, { agent: "Mozilla/5.0 (compatible; bingbot/2.0)", address })).toEqual({
      kind: "bad",
      name: "Bingbot",
    });
  });

  it("[N6] without a resolver, or an address, nothing is asked and no claim is believed", async () => {
    const { address, zone } = google();
    const dns = resolver(zone);
    const kv = new CountedKv();
    for (const own of [kv.environment({ DNS_RESOLVER: "" })])
      expect(await verdict(own, { agent: GOOGLEBOT, address })).toEqual({ kind: "unknown", name: "Googlebot" });
    expect(await verdict(kv.environment(), { agent: GOOGLEBOT })).toMatchObject({ kind: "unknown" });
    expect(await verdict(kv.environment(), { agent: GOOGLEBOT, address: "unknown" })).toMatchObject({
      kind: "unknown",
    });
    expect([kv.gets, dns.asked.length]).toEqual([0, 0]);
    // Nor over plain http across a network.
    expect(
      await verdict(kv.environment({ DNS_RESOLVER: "http://dns.example.com/" }), { agent: GOOGLEBOT, address }),
    ).toMatchObject({ kind: "unknown" });
    expect(dns.asked).toEqual([]);
  });

  it("[N3] where Cloudflare has looked, nobody else is asked", async () => {
    const dns = resolver({});
    const kv = new CountedKv();
    const own = kv.environment();
    const said = (botManagement: unknown) => ({ agent: GOOGLEBOT, address: newAddress(), cf: { botManagement } });
    expect(await verdict(own, said({ verifiedBot: true, score: 1 }))).toMatchObject({ kind: "good" });
    expect(await verdict(own, said({ verifiedBot: false, score: 3 }))).toMatchObject({ kind: "bad" });
    expect(await verdict(own, said({ verifiedBot: false, score: 80 }))).toEqual({ kind: "human" });
    expect([kv.gets, dns.asked.length]).toEqual([0, 0]);
    expect(await verdict(own, said({ verifiedBot: false, score: 0 }))).toMatchObject({
      kind: "bad",
      name: "Googlebot",
    });
    expect(dns.asked).toHaveLength(1);
  });
});

describe("what a bot may do", () => {
  it("[N7] bots read pages and lists, with nothing left in their browser; the verified read uncounted", async () => {
    const { address, zone } = google();
    resolver(zone);
    const own = new CountedKv().environment();
    const { workspace, path } = await board();
    const id = await post(path, "Dark mode");
    const visitors: readonly (readonly [Sent, boolean])[] = [
      [{ agent: GOOGLEBOT, address }, true],
      [{ agent: GOOGLEBOT, address: newAddress() }, false],
      [{ agent: CRAWLER, address: newAddress() }, false],
      [{ agent: BROWSER, address: newAddress() }, false],
    ];
    for (const [sent, uncounted] of visitors) {
      for (const page of [`/w/${workspace}/ideas`, `/w/${workspace}/ideas/${String(id)}`, `${path}/feedback`, "/"]) {
        const { status, response } = await send(own, page, sent);
        expect(status, page).toBe(200);
        expect(response.headers.getSetCookie()).toEqual([]);
      }
      expect(await readsUncounted(contextOf(own, sent)), sent.agent).toBe(uncounted);
    }
    expect(
      await readsUncounted({ ...contextOf(own, { agent: GOOGLEBOT, address }), caller: { kind: "operator" } }),
    ).toBe(false);
  });

  it("[N7] bots do not post, vote or open sockets, by API or by form; whoever is not known to be one does", async () => {
    const { address, zone } = google();
    const dns = resolver(zone);
    const own = new CountedKv().environment();
    const { workspace, path } = await board();
    const id = await post(path, "Dark mode");
    const form = (body: string): RequestInit => ({
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN },
      body,
    });
    const upgrade = { headers: { upgrade: "websocket", "sec-websocket-protocol": LIVE_SUBPROTOCOL } };
    const deeds: readonly (readonly [path: string, init: RequestInit, status: number])[] = [
      [`${path}/feedback`, json({ title: "A bot was here" }), 201],
      [`${path}/feedback/${String(id)}/votes`, json({ externalUserId: "somebody" }), 201],
      [`${path}/feedback/${String(id)}/votes?externalUserId=somebody`, { method: "DELETE" }, 200],
      [`${path}/live`, upgrade, 101],
      [`/w/${workspace}/ideas`, form("title=A+bot+was+here"), 303],
      [`/w/${workspace}/ideas/${String(id)}/vote`, form("action=vote"), 303],
    ];
    const bad = newAddress();
    const unknown = newAddress();
    await verdict(own, { agent: GOOGLEBOT, address: bad });
    dns.fails = () => message({}, SERVFAIL);
    await verdict(own, { agent: GOOGLEBOT, address: unknown });
    for (const sent of [
      { agent: GOOGLEBOT, address },
      { agent: GOOGLEBOT, address: bad },
      { agent: GOOGLEBOT, address: unknown },
      { agent: CRAWLER, address: newAddress() },
    ]) {
      dns.fails = null;
      for (const [target, init] of deeds) {
        const { status, code, response } = await send(own, target, sent, init);
        expect([status, response.headers.getSetCookie()], target).toEqual([403, []]);
        if (target.startsWith("/api/")) expect(code).toBe("BOT_REFUSED");
        else expect(await response.text()).toContain("Not for bots");
      }
    }
    expect((await call("GET", `${path}/feedback`)).body).toHaveLength(1);
    for (const agent of [BROWSER, CURL])
      for (const [target, init, expected] of deeds) {
        const { status, response } = await send(own, target, { agent, address: unknown }, init);
        // A vote that is cast again is 200.
        expect([expected, expected - 1], `${agent} ${target}`).toContain(status);
        response.webSocket?.accept();
        response.webSocket?.close();
      }
  });

  it("[N7] whoever is somebody posts, whatever the program calls itself", async () => {
    resolver({});
    const own = new CountedKv().environment();
    const { workspace, path } = await board();
    const made = await call(
      "POST",
      `/api/v1/workspaces/${workspace}/api-keys`,
      { name: "Sync", scopes: ["read", "write"] },
      OPERATOR,
    );
    const callers = [OPERATOR, { authorization: `Bearer ${String(made.body.key)}` }];
    for (const headers of callers)
      for (const agent of [GOOGLEBOT, CRAWLER])
        expect(
          (await send(own, `${path}/feedback`, { agent, address: newAddress() }, json({ title: "x" }, headers))).status,
        ).toBe(201);
  });

  it("[N7] a made-up key or token is refused by the workspace, whose bot verdict it lifts", async () => {
    resolver({});
    const own = new CountedKv().environment();
    const { path } = await board();
    for (const made of ["gsk_anything", "e30.e30.x"]) {
      const init = json({ title: "x" }, { authorization: `Bearer ${made}` });
      const sent = { agent: GOOGLEBOT, address: newAddress() };
      expect((await send(own, `${path}/feedback`, sent, init)).status, made).toBe(401);
    }
    expect((await call("GET", `${path}/feedback`)).body).toEqual([]);
  });

  it("[N7] whoever lies about who it is neither signs in nor opens an account, with no made-up key or token either; a crawler that does not lie may", async () => {
    const { address, zone } = google();
    resolver(zone);
    const own = new CountedKv().environment();
    const bad = newAddress();
    const body = { email: "bot@example.com", password: "not the right password at all" };
    const doors: readonly (readonly [path: string, init: RequestInit])[] = [
      ["/api/v1/auth/login", json(body)],
      ["/api/v1/auth/register", json(body)],
      ["/api/v1/auth/password/reset", json({ email: body.email })],
      ["/api/v1/auth/github/initiate", {}],
      [
        "/console/sign-in",
        {
          method: "POST",
          headers: { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN },
          body: "email=a%40example.com&password=x",
        },
      ],
    ];
    for (const [path, init] of doors) {
      const refused = await send(own, path, { agent: GOOGLEBOT, address: bad }, init);
      expect(refused.status, path).toBe(403);
      if (path.startsWith("/api/")) expect(refused.code).toBe("BOT_REFUSED");
      // Nobody verifies these where one signs in, so they make nobody of it somebody.
      for (const made of ["gsk_anything", "e30.e30.x"]) {
        const headers = new Headers(init.headers);
        headers.set("authorization", `Bearer ${made}`);
        expect((await send(own, path, { agent: GOOGLEBOT, address: bad }, { ...init, headers })).status, made).toBe(
          403,
        );
      }
      for (const sent of [
        { agent: GOOGLEBOT, address },
        { agent: CRAWLER, address: newAddress() },
      ])
        expect((await send(own, path, sent, init)).code, path).not.toBe("BOT_REFUSED");
    }
  });
});
