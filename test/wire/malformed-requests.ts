/** Requests that are wrong in every way we could think of, and generated ones that are wrong in ways we could not. */
import fc from "fast-check";

const CRLF = "\r\n";
const bytesOf = (text: string) => Buffer.from(text, "latin1");

type Part = {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: Uint8Array;
};

function requestOf({ method, target, headers, body }: Part): Uint8Array {
  const head = [`${method} ${target} HTTP/1.1`, "Host: localhost", "Connection: close", ...headers, "", ""].join(CRLF);
  return Buffer.concat([bytesOf(head), body]);
}

function json(target: string, body: string | Uint8Array, method = "POST", ...headers: string[]): Uint8Array {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const length = `Content-Length: ${String(bytes.byteLength)}`;
  return requestOf({ method, target, headers: ["Content-Type: application/json", length, ...headers], body: bytes });
}

const get = (target: string, ...headers: string[]) =>
  requestOf({ method: "GET", target, headers, body: new Uint8Array() });

/** What HTTP itself forbids, or leaves unfinished. `api`: the path of a board that is there. */
export function brokenHttp(api: string): readonly Uint8Array[] {
  const post = `POST ${api}/feedback HTTP/1.1${CRLF}Host: localhost${CRLF}Content-Type: application/json${CRLF}`;
  const lines = [
    "",
    CRLF,
    "GET",
    "GET /",
    `GET / HTTP/1.1${CRLF}`,
    `GET  /  HTTP/1.1${CRLF}${CRLF}`,
    `GET / HTTP/0.9${CRLF}${CRLF}`,
    `GET / HTTP/2.0${CRLF}${CRLF}`,
    `GET / HTTP/9.9${CRLF}Host: x${CRLF}${CRLF}`,
    `PRI * HTTP/2.0${CRLF}${CRLF}SM${CRLF}${CRLF}`,
    `get / http/1.1${CRLF}Host: x${CRLF}${CRLF}`,
    `GET http://other.example/health HTTP/1.1${CRLF}Host: x${CRLF}Connection: close${CRLF}${CRLF}`,
    `GET * HTTP/1.1${CRLF}Host: x${CRLF}Connection: close${CRLF}${CRLF}`,
    `OPTIONS * HTTP/1.1${CRLF}Host: x${CRLF}Connection: close${CRLF}${CRLF}`,
    `GET health HTTP/1.1${CRLF}Host: x${CRLF}Connection: close${CRLF}${CRLF}`,
    `GET ?x HTTP/1.1${CRLF}Host: x${CRLF}Connection: close${CRLF}${CRLF}`,
    `GET /health HTTP/1.1${CRLF}Connection: close${CRLF}${CRLF}`,
    `GET /health HTTP/1.1${CRLF}Host: a${CRLF}Host: b${CRLF}Connection: close${CRLF}${CRLF}`,
    `GET /health HTTP/1.1${CRLF}Host: [::${CRLF}Connection: close${CRLF}${CRLF}`,
    `GET /health HTTP/1.1${CRLF}Host: a b${CRLF}Connection: close${CRLF}${CRLF}`,
    `GET /health HTTP/1.1${CRLF}Host: ${"x".repeat(5_000)}${CRLF}Connection: close${CRLF}${CRLF}`,
    `GET /health HTTP/1.1${CRLF}Host : x${CRLF}${CRLF}`,
    `GET /health HTTP/1.1${CRLF}: x${CRLF}${CRLF}`,
    `GET /health HTTP/1.1${CRLF}NoColon${CRLF}${CRLF}`,
    `GET /health HTTP/1.1${CRLF}Host: x${CRLF} folded: y${CRLF}${CRLF}`,
    `GET /health HTTP/1.1${CRLF}Host: x\0y${CRLF}${CRLF}`,
    `GET /he\0alth HTTP/1.1${CRLF}Host: x${CRLF}${CRLF}`,
    `GET /health\x7F HTTP/1.1${CRLF}Host: x${CRLF}Connection: close${CRLF}${CRLF}`,
    `GET /\xFF\xFE HTTP/1.1${CRLF}Host: x${CRLF}Connection: close${CRLF}${CRLF}`,
    `GET /health HTTP/1.1\nHost: x\nConnection: close\n\n`,
    `GET /health HTTP/1.1\rHost: x\r\r`,
    `GET /health HTTP/1.1${CRLF}Host: x${CRLF}X-Big: ${"y".repeat(70_000)}${CRLF}${CRLF}`,
    `GET /health HTTP/1.1${CRLF}Host: x${CRLF}${"X-Many: y\r\n".repeat(5_000)}${CRLF}`,
    `GET /${"z".repeat(70_000)} HTTP/1.1${CRLF}Host: x${CRLF}${CRLF}`,
    `CONNECT example.com:443 HTTP/1.1${CRLF}Host: example.com${CRLF}${CRLF}`,
    `${post}Content-Length: -1${CRLF}${CRLF}{}`,
    `${post}Content-Length: abc${CRLF}${CRLF}{}`,
    `${post}Content-Length: 99999999999999999999${CRLF}${CRLF}{}`,
    `${post}Content-Length: 5${CRLF}Content-Length: 6${CRLF}${CRLF}{"a":`,
    `${post}Content-Length: 1000${CRLF}${CRLF}{"title":"cut`,
    `${post}Content-Length: 70000${CRLF}${CRLF}{"title":"cut`,
    `${post}Content-Length: 2${CRLF}${CRLF}{"title":"more than said"}`,
    `${post}Content-Length: 13${CRLF}Transfer-Encoding: chunked${CRLF}${CRLF}0${CRLF}${CRLF}GET /health HTTP/1.1${CRLF}${CRLF}`,
    `${post}Transfer-Encoding: gzip${CRLF}${CRLF}{}`,
    `${post}Transfer-Encoding: chunked, chunked${CRLF}${CRLF}0${CRLF}${CRLF}`,
    `${post}Transfer-Encoding: chunked${CRLF}${CRLF}zz${CRLF}{}${CRLF}0${CRLF}${CRLF}`,
    `${post}Transfer-Encoding: chunked${CRLF}${CRLF}ffffffffffffffffff${CRLF}{}`,
    `${post}Transfer-Encoding: chunked${CRLF}${CRLF}-1${CRLF}{}`,
    `${post}Transfer-Encoding: chunked${CRLF}${CRLF}5${CRLF}{"a`,
    `${post}Transfer-Encoding: chunked${CRLF}${CRLF}2;ext="x${CRLF}{}${CRLF}0${CRLF}${CRLF}`,
    `${post}Transfer-Encoding: chunked${CRLF}Connection: close${CRLF}${CRLF}${`4000${CRLF}${" ".repeat(0x4000)}${CRLF}`.repeat(8)}0${CRLF}${CRLF}`,
    `${post}Content-Encoding: gzip${CRLF}Content-Length: 4${CRLF}Connection: close${CRLF}${CRLF}\x1f\x8b\x08\x00`,
    `${post}Content-Encoding: br${CRLF}Content-Length: 2${CRLF}Connection: close${CRLF}${CRLF}{}`,
    `${post}Expect: 100-continue${CRLF}Content-Length: 2${CRLF}Connection: close${CRLF}${CRLF}{}`,
    `${post}Expect: nonsense${CRLF}Content-Length: 2${CRLF}Connection: close${CRLF}${CRLF}{}`,
    `GET ${api}/live HTTP/1.1${CRLF}Host: x${CRLF}Connection: Upgrade${CRLF}Upgrade: websocket${CRLF}${CRLF}`,
    `GET ${api}/live HTTP/1.1${CRLF}Host: x${CRLF}Connection: Upgrade${CRLF}Upgrade: websocket${CRLF}Sec-WebSocket-Version: 7${CRLF}Sec-WebSocket-Key: x${CRLF}${CRLF}`,
    `GET ${api}/live HTTP/1.1${CRLF}Host: x${CRLF}Connection: Upgrade${CRLF}Upgrade: websocket${CRLF}Sec-WebSocket-Version: 13${CRLF}Sec-WebSocket-Key: short${CRLF}Sec-WebSocket-Protocol: groundswell.v1${CRLF}${CRLF}`,
    `POST ${api}/live HTTP/1.1${CRLF}Host: x${CRLF}Connection: Upgrade${CRLF}Upgrade: websocket${CRLF}Content-Length: 0${CRLF}${CRLF}`,
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "\0".repeat(1_000),
    "A".repeat(100_000),
    "\r\n".repeat(10_000),
  ];
  return lines.map(bytesOf);
}

/** Well-formed HTTP with hand-made mischief inside. */
export function hostileRequests(api: string): readonly Uint8Array[] {
  const titled = (title: string) => `{"title":"${title}"}`;
  return [
    json(`${api}/feedback`, `{"a":`.repeat(5_000)),
    json(`${api}/feedback`, "[".repeat(65_000)),
    json(`${api}/feedback`, `"${"\\".repeat(40_000)}"`),
    json(`${api}/feedback`, "1".repeat(60_000)),
    json(`${api}/feedback`, `{"title":1e${"9".repeat(1_000)}}`),
    json(`${api}/feedback`, `{${Array.from({ length: 5_000 }, (_, n) => `"k${String(n)}":1`).join()}}`),
    json(`${api}/feedback`, `{"${"k".repeat(60_000)}":1}`),
    json(`${api}/feedback`, `{"__proto__":{"title":"x"}}`),
    json(`${api}/feedback`, Buffer.alloc(65_536, 0x80)),
    json(`${api}/feedback`, Buffer.alloc(200_000, 0x20)),
    json(`${api}/feedback`, titled(String.raw`\ud800`)),
    json(`${api}/feedback`, titled(String.raw`\u0000`)),
    json(`${api}/feedback`, titled("a\u0301".repeat(300))),
    json(`${api}/feedback`, titled("\u202E".repeat(800))),
    json(`${api}/feedback/1/votes`, `{"externalUserId":"${"💥".repeat(101)}"}`),
    json(`${api}/feedback/1/votes`, `{"externalUserId":"a","weight":1e308}`),
    json(`${api}/feedback/9007199254740993/votes`, `{"externalUserId":"a"}`),
    json(`${api}/feedback`, "{}", "POST", "Authorization: Bearer"),
    json(`${api}/feedback`, "{}", "POST", `Authorization: Bearer ${"x".repeat(4_000)}`),
    json("/api/v1/workspaces", "{}", "POST", "Authorization: Bearer \xFF\xFE"),
    get(`${api}/feedback?q=${"%22".repeat(60)}`),
    get(`${api}/feedback?q=%22%29%20OR%20NEAR%28*`),
    get(`${api}/feedback?q=title%3Ax%20AND%20scope%3Ab2`),
    get(`${api}/feedback?q=%CC%81%CC%81`),
    get(`${api}/feedback?cursor=${Buffer.from('["vote_count",1e308,1]').toString("base64url")}`),
    get(`${api}/feedback?cursor=${Buffer.from('["vote_count",-1e308,-9007199254740991]').toString("base64url")}`),
    get(`${api}/feedback?cursor=${Buffer.from('["trending",0.1,1]').toString("base64url")}&sort=trending&q=a`),
    get(`${api}/feedback?${Array.from({ length: 500 }, (_, n) => `k${String(n)}=1`).join("&")}`),
    get(`${api}/feedback?${"&".repeat(5_000)}`),
    get(`${api}/feedback?%`),
    get(`${api}/feedback?=&==&%00=%00`),
    get(`${api}/votes?ids=${"1,".repeat(3_000)}1&externalUserId=a`),
    get(`${api}/%2e%2e/%2e%2e/feedback`),
    get(`/api/v1/${"%2F".repeat(50)}/ideas/feedback`),
    get(`/api/v1/${"a/".repeat(2_000)}`),
    get("/widget.js", "Accept-Encoding: " + "br;q=0.1,".repeat(500)),
    get("/widget.js", "Range: bytes=0-1,5-9,-1", "If-Range: x"),
    get("/widget.js", `If-None-Match: ${'"x",'.repeat(1_000)}`),
    get("/docs/..%2f..%2fwrangler.toml"),
    get("/docs/%00"),
    get("/docs/swagger-ui.css", "If-Modified-Since: yesterday", "Range: bytes=9999999-"),
    get(`/w${api.slice("/api/v1".length)}?posted=__proto__&sort=x`),
    get(`/w${api.slice("/api/v1".length)}`, `Cookie: ${"gs_visitor=%".repeat(200)}`),
    get(
      `/w${api.slice("/api/v1".length)}`,
      'Cookie: gs_visitor=\xFF\xFE; gs_visitor="',
      "X-Forwarded-Host: evil.example",
    ),
    get("/health", "X-Forwarded-For: ".padEnd(4_000, "1,"), "CF-Connecting-IP: x", "X-Request-Id: \x01"),
    get("/health", "MF-CF-Blob: {", "CF-Ray: x", "MF-Original-URL: ://", "MF-Disable-Pretty-Error: 0"),
  ];
}

const word = fc.oneof(
  fc.constantFrom(
    "ideas",
    "demo",
    "workspaces",
    "boards",
    "feedback",
    "votes",
    "live",
    "w",
    "docs",
    "assets",
    "api",
    "v1",
    "1",
    "0",
    "-1",
  ),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "..",
    ".",
    "%2e%2e",
    "%00",
    "%FF",
    "%",
    "%zz",
    "%ED%A0%80",
    "*",
    ":id",
    "{id}",
    "'",
    "%22",
  ),
  fc.string({ unit: "binary", maxLength: 12 }).map((text) => percentEncode(text)),
  fc.string({ unit: "grapheme-ascii", maxLength: 40 }).map((text) => text.replaceAll(/[ #?]/gu, "-")),
);

/** Percent-encoded bytes, not all of them UTF-8. */
function percentEncode(text: string): string {
  return [...Buffer.from(text, "utf16le")].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}

const query = fc.array(
  fc.tuple(
    fc.oneof(
      fc.constantFrom("sort", "status", "category", "q", "limit", "cursor", "page", "ids", "externalUserId", "posted"),
      word,
    ),
    fc.oneof(fc.constantFrom("1", "100", "vote_count", "trending", "open", "a b", "%00", ""), word),
  ),
  { maxLength: 4 },
);

const headerValue = fc.string({ maxLength: 60 }).map((text) => text.replaceAll(/[^\x20-\x7E]/gu, "?"));
const header = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      "Authorization",
      "Cookie",
      "Accept-Encoding",
      "If-None-Match",
      "Origin",
      "Range",
      "Idempotency-Key",
      "Accept",
    ),
    fc.oneof(headerValue, fc.constantFrom("Bearer x", "gs_visitor=%00", "br;q=", "*", "null", "bytes=-")),
  ),
  fc.constantFrom<[string, string]>(
    ["Upgrade", "websocket"],
    ["Sec-WebSocket-Protocol", "groundswell.v1"],
    ["Access-Control-Request-Method", "POST"],
    ["Sec-Fetch-Site", "cross-site"],
    ["CF-Connecting-IP", "1.2.3.4, 5"],
    ["X-Forwarded-Proto", "javascript"],
    ["X-HTTP-Method-Override", "DELETE"],
  ),
);

const contentType = fc.constantFrom(
  "application/json",
  "application/json",
  "application/json",
  "application/json",
  "application/json",
  "application/json; charset=utf-16",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=",
  "text/plain",
  "/",
  "",
);

const key = fc.constantFrom(
  "title",
  "description",
  "category",
  "externalUserId",
  "weight",
  "slug",
  "name",
  "status",
  "pinned",
  "__proto__",
  "role",
);
const leaf = fc.oneof(
  fc.string({ unit: "binary", maxLength: 250 }),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
);
const text = fc.oneof(fc.string({ maxLength: 210 }), fc.string({ unit: "binary", maxLength: 20 }));
const body = fc.oneof(
  fc
    .record({ title: text, description: text, externalUserId: text }, { requiredKeys: [] })
    .map((value) => Buffer.from(JSON.stringify(value))),
  fc
    .dictionary(key, fc.oneof(leaf, fc.array(leaf, { maxLength: 3 })), { maxKeys: 5 })
    .map((value) => Buffer.from(JSON.stringify(value))),
  fc.json().map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.tuple(fc.json(), fc.nat(40)).map(([text, at]) => Buffer.from(text.slice(0, at))),
  fc
    .constantFrom("title=x&title=y", "action=vote&from=%FF", "title=%00", "__proto__=1", "&&==")
    .map((text) => Buffer.from(text)),
  fc.constant(Buffer.alloc(0)),
);

const method = fc.constantFrom("GET", "GET", "POST", "POST", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS");

/** Well-formed HTTP/1.1 of any content: paths near those of the API, headers it reads, bodies of nearly the right shape. */
export function anyRequest(api: string): fc.Arbitrary<Uint8Array> {
  const path = fc.oneof(
    {
      arbitrary: fc.constantFrom(
        `${api}/feedback`,
        `${api}/feedback`,
        `${api}/feedback/1`,
        `${api}/feedback/1/votes`,
        `${api}/votes`,
        `${api}/live`,
      ),
      weight: 6,
    },
    fc.constantFrom("/api/v1/workspaces", "/", "/demo", "/health", "/docs", `/w${api.slice("/api/v1".length)}`),
    fc
      .tuple(fc.constantFrom("", "/api/v1", "/api/v1/workspaces", "/w", "/assets"), fc.array(word, { maxLength: 5 }))
      .map(([root, words]) => [root, ...words].join("/") || "/"),
    fc.tuple(fc.constantFrom(`${api}/`, `${api}/feedback/`, `${api}/feedback/1/`), word).map((parts) => parts.join("")),
  );
  return fc
    .record({ method, path, query, headers: fc.array(header, { maxLength: 4 }), contentType, body })
    .map((made) => {
      const search = made.query.length === 0 ? "" : `?${made.query.map((pair) => pair.join("=")).join("&")}`;
      const bodiless = made.method === "GET" || made.method === "HEAD";
      const sent = bodiless ? Buffer.alloc(0) : made.body;
      const headers = made.headers.map(([name, text]) => `${name}: ${text}`);
      if (!bodiless) headers.push(`Content-Type: ${made.contentType}`, `Content-Length: ${String(sent.byteLength)}`);
      const target = `${made.path}${search}`.replaceAll(/[^\x21-\x7E]/gu, "~");
      return requestOf({
        method: made.method,
        target: target.startsWith("/") ? target : `/${target}`,
        headers,
        body: sent,
      });
    });
}
