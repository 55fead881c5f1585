/** The one way out, in workerd: which addresses are refused in all the ways of writing them, where redirects lead, and how long and how much it waits for. Ids are those of test/SPEC.md. */
import { afterEach, expect, it, vi } from "vitest";
import { type OutboundError, type OutboundOptions, outboundFetch } from "../../src/edge/outbound.ts";
import { outboundAddress } from "../../src/edge/outbound-address.ts";

afterEach(() => vi.restoreAllMocks());

const FORBIDDEN: readonly string[] = [
  // Not https, or not a URL at all.
  "http://example.com/",
  "ftp://example.com/",
  "file:///etc/passwd",
  "data:text/plain,x",
  "gopher://example.com/",
  "ws://example.com/",
  "javascript:alert(1)",
  "//example.com/",
  "example.com",
  "",
  "https://",
  "https:///",
  "https://exa mple.com/",
  // Somebody's password.
  "https://user@example.com/",
  "https://user:password@example.com/",
  "https://example.com@127.0.0.1/",
  "https://127.0.0.1#@example.com/",
  String.raw`https://127.0.0.1\@example.com/`,
  // This machine, as written by people who want it overlooked.
  "https://localhost/",
  "https://LOCALHOST/",
  "https://localhost./",
  "https://a.localhost/",
  "https://127.0.0.1/",
  "https://127.0.0.1./",
  "https://127.1/",
  "https://127.0.1/",
  "https://127.255.255.254/",
  "https://2130706433/",
  "https://017700000001/",
  "https://0x7f000001/",
  "https://0x7f.1/",
  "https://0177.0.0.1/",
  "https://0x7F.0x0.0x0.0x1/",
  "https://%31%32%37.0.0.1/",
  "https://127%2e0%2e0%2e1/",
  "https://１２７.０.０.１/",
  "https://127。0。0。1/",
  "https://①②⑦.0.0.1/",
  "https://lo\u00ADcalhost/",
  "https://ｌｏｃａｌｈｏｓｔ/",
  "https://loc\talhost/",
  "https://0/",
  "https://0.0.0.0/",
  "https://[::]/",
  "https://[::1]/",
  "https://[0:0:0:0:0:0:0:1]/",
  "https://[0000:0000:0000:0000:0000:0000:0000:0001]/",
  // Private networks and what providers of machines tell their guests.
  "https://10.0.0.1/",
  "https://10.1/",
  "https://172.16.0.1/",
  "https://172.31.255.255/",
  "https://192.168.0.1/",
  "https://0xc0a80001/",
  "https://100.64.0.1/",
  "https://100.100.100.200/",
  "https://169.254.169.254/latest/meta-data/",
  "https://2852039166/",
  "https://0xa9fea9fe/",
  "https://0251.0376.0251.0376/",
  "https://168.63.129.16/",
  "https://192.0.0.192/",
  "https://metadata.google.internal/",
  "https://metadata/",
  "https://kubernetes/",
  "https://router.lan/",
  "https://printer.local/",
  "https://printer.local./",
  "https://wiki.corp/",
  "https://nas.home.arpa/",
  // Reserved, for documentation, multicast, broadcast.
  "https://192.0.2.1/",
  "https://192.88.99.1/",
  "https://198.18.0.1/",
  "https://198.51.100.1/",
  "https://203.0.113.1/",
  "https://224.0.0.1/",
  "https://240.0.0.1/",
  "https://255.255.255.255/",
  // IPv6 that is not the public's, or holds an IPv4 address that may be anything.
  "https://[fe80::1]/",
  "https://[fe80::1%25eth0]/",
  "https://[::1%25lo]/",
  "https://[fec0::1]/",
  "https://[fc00::1]/",
  "https://[fd00:ec2::254]/",
  "https://[ff02::1]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:7f00:1]/",
  "https://[::ffff:8.8.8.8]/",
  "https://[::127.0.0.1]/",
  "https://[::ffff:0:127.0.0.1]/",
  "https://[64:ff9b::7f00:1]/",
  "https://[64:ff9b::a9fe:a9fe]/",
  "https://[64:ff9b:1::1]/",
  "https://[2002:7f00:1::]/",
  "https://[2002:a9fe:a9fe::1]/",
  "https://[2001::1]/",
  "https://[2001:db8::1]/",
  "https://[3fff::1]/",
  "https://[100::1]/",
  "https://[4000::1]/",
  "https://[5f00::1]/",
  // Other services' ports, and hosts that are none.
  "https://example.com:22/",
  "https://example.com:25/",
  "https://example.com:80/",
  "https://example.com:0/",
  "https://example.com:1023/",
  "https://example.com:65536/",
  "https://example..com/",
  "https://.example.com/",
  "https://example.com../",
  "https://256.256.256.256/",
  "https://1.2.3.4.5/",
];

const ALLOWED: readonly string[] = [
  "https://example.com/",
  "https://EXAMPLE.com:443/a?b#c",
  "https://example.com./",
  "https://api.github.com/user",
  "https://models.example.co.uk:8443/v1",
  "https://bücher.example/",
  "https://8.8.8.8/dns-query",
  "https://1.1.1.1/dns-query",
  "https://[2606:4700:4700::1111]/dns-query",
  "https://localhost.example.com/",
  "https://internal.example.com/",
  "https://172.32.0.1/",
  "https://100.128.0.1/",
];

/** What `fetch` was asked, and what it answers in turn. */
function answering(...answers: (() => Response | Promise<Response>)[]) {
  return vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
    const next = answers.shift();
    if (next === undefined) throw new TypeError("nothing more to answer");
    return await next();
  });
}

const GET = { method: "GET", headers: {} };
const secret = { authorization: "Bearer secret", "x-api-key": "secret", accept: "application/json" };
const to =
  (location: string, status = 302) =>
  () =>
    new Response(null, { status, headers: { location } });
const fine = () => new Response("fine");

async function reason(url: string, options?: OutboundOptions, request = GET): Promise<string> {
  return await outboundFetch(url, request, options).then(
    ({ status }) => String(status),
    (thrown: unknown) => (thrown as OutboundError).reason,
  );
}

it("[S34] no request leaves for an address that is not public and https, however it is written", async () => {
  const fetched = answering();
  for (const url of FORBIDDEN) {
    expect(outboundAddress(url), url).toBeNull();
    expect(await reason(url), url).toBe("address not allowed");
  }
  expect(fetched).not.toHaveBeenCalled();
  for (const url of ALLOWED) expect(outboundAddress(url)?.href, url).toBe(new URL(url).href);
});

it("[S34] this machine is asked only where the operator's configuration names it, and nothing else is then", () => {
  const here = { allowLoopback: true };
  for (const url of ["http://127.0.0.1:8787/x", "http://localhost:1/", "https://[::1]:9/", ...ALLOWED]) {
    expect(outboundAddress(url, here)?.href, url).toBe(new URL(url).href);
  }
  for (const url of ["http://example.com/", "ftp://localhost/", "http://u:p@localhost/", "https://10.0.0.1/"]) {
    expect(outboundAddress(url, here), url).toBeNull();
  }
});

it("[S34] a redirect is an error, and where the caller asks for some each step is judged like the first", async () => {
  let fetched = answering(to("https://b.example/"));
  expect(await reason("https://a.example/")).toBe("redirected");
  expect(fetched.mock.calls.map(([url]) => url)).toEqual(["https://a.example/"]);
  expect(fetched.mock.calls[0]?.[1]).toMatchObject({ redirect: "manual" });
  fetched.mockRestore();
  for (const location of [
    "http://a.example/",
    "https://169.254.169.254/",
    "//localhost/",
    "https://[::1",
    "file:///x",
  ]) {
    fetched = answering(to(location), fine);
    expect(await reason("https://a.example/", { redirectsMax: 3 }), location).toBe("address not allowed");
    expect(fetched).toHaveBeenCalledTimes(1);
    fetched.mockRestore();
  }
  // From this machine, which was named, nothing leads elsewhere on it.
  fetched = answering(to("http://127.0.0.1:22/"), fine);
  expect(await reason("http://127.0.0.1:8787/", { redirectsMax: 1, allowLoopback: true })).toBe("address not allowed");
  fetched.mockRestore();
  fetched = answering(to("/1"), to("/2"), to("/3"), fine);
  expect(await reason("https://a.example/", { redirectsMax: 2 })).toBe("redirected");
  expect(fetched).toHaveBeenCalledTimes(3);
  fetched.mockRestore();
  fetched = answering(to("/1"), to("2?x", 307), fine);
  expect(await reason("https://a.example/0", { redirectsMax: 2 })).toBe("200");
  expect(fetched.mock.calls.map(([url]) => url)).toEqual([
    "https://a.example/0",
    "https://a.example/1",
    "https://a.example/2?x",
  ]);
});

it("[S34] to another origin a redirect takes no secret, and no body where a browser would send none", async () => {
  const post = { method: "POST", headers: { ...secret, "content-type": "text/plain" }, body: "words" };
  const sent = async (location: string, status: number) => {
    const fetched = answering(to(location, status), fine);
    await outboundFetch("https://a.example/", post, { redirectsMax: 1 });
    const [, init] = fetched.mock.calls[1] ?? [];
    fetched.mockRestore();
    return { method: init?.method, headers: init?.headers, body: init?.body };
  };
  expect(await sent("/b", 307)).toEqual(post);
  expect(await sent("/b", 303)).toEqual({ method: "GET", headers: secret, body: null });
  for (const location of ["https://b.example/", "https://a.example:8443/"]) {
    expect(await sent(location, 308)).toEqual({
      ...post,
      headers: { accept: "application/json", "content-type": "text/plain" },
    });
    for (const status of [301, 302, 303]) {
      const accept = { accept: "application/json" };
      expect(await sent(location, status)).toEqual({ method: "GET", headers: accept, body: null });
    }
  }
});

it("[S34] an answer that is too large or never ends is cut off, and what was read tells the truth about itself", async () => {
  const MIB = 1024 * 1024;
  let pulled = 0;
  let cancelled = 0;
  const endless = (): Response =>
    new Response(
      new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled += 1;
          controller.enqueue(new Uint8Array(64 * 1024));
        },
        cancel() {
          cancelled += 1;
        },
      }),
    );
  answering(
    endless,
    () => new Response("x".repeat(MIB + 1)),
    () => new Response("x", { headers: { "content-length": String(MIB + 1) } }),
    () => new Response("x".repeat(MIB)),
    () => new Response("x".repeat(101)),
    () => new Response("{}", { headers: { "content-type": "application/json", "content-length": "9" } }),
  );
  expect(await reason("https://a.example/")).toBe("answer too large");
  expect(pulled).toBeLessThan(32);
  expect(cancelled).toBe(1);
  expect(await reason("https://a.example/")).toBe("answer too large");
  expect(await reason("https://a.example/")).toBe("answer too large");
  expect(await reason("https://a.example/")).toBe("200");
  expect(await reason("https://a.example/", { bytesMax: 100 })).toBe("answer too large");
  const answered = await outboundFetch("https://a.example/", GET);
  expect(answered.headers.get("content-type")).toBe("application/json");
  expect(answered.headers.has("content-length")).toBe(false);
  expect(await answered.json()).toEqual({});
});

it("[S34] the time holds for all of it: a server that is silent, drips, or redirects for ever", async () => {
  const drip = (): Response => {
    let timer: ReturnType<typeof setInterval> | null = null;
    return new Response(
      new ReadableStream<Uint8Array>({
        start(controller) {
          timer = setInterval(() => controller.enqueue(new Uint8Array(1)), 10);
        },
        cancel() {
          clearInterval(timer);
        },
      }),
    );
  };
  const short = { timeoutMs: 200 };
  answering(() => new Promise<Response>(() => undefined), drip);
  expect(await reason("https://a.example/", short)).toBe("timed out");
  expect(await reason("https://a.example/", short)).toBe("timed out");
  vi.restoreAllMocks();
  const slow = async (): Promise<Response> => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return to("/next")();
  };
  const round = vi.spyOn(globalThis, "fetch").mockImplementation(slow);
  expect(await reason("https://a.example/", { ...short, redirectsMax: 1_000 })).toBe("timed out");
  expect(round.mock.calls.length).toBeLessThan(20);
});

it("[S34] what went wrong is said without a word of what was sent", async () => {
  answering(() => Promise.reject(new TypeError("could not reach https://a.example/?secret")));
  await expect(outboundFetch("https://a.example/?secret", { ...GET, headers: secret })).rejects.toThrow(
    /^not reached$/u,
  );
});
