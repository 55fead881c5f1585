/** Where a sign-in may lead back to: attacks on it by name, and properties over any text. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseOrigins, RETURN_TARGET_DEFAULT, returnTarget } from "../../src/domain/return-target.ts";

const ALLOWED = ["https://app.example.com", "http://localhost:3000"];
const OWN = "https://groundswell.example";

const GOOD = [
  "/",
  "/console",
  "/console/",
  "/console/account",
  "/w/acme/ideas",
  "/w/acme/ideas?sort=created_at&posted=3#f-3",
  "/w/acme/ideas?q=a%2Fb%20c&back=//x",
  "/console/w/acme/members#invite@1",
  "/a.b/..c/d...e",
  "https://app.example.com",
  "https://app.example.com/",
  "https://app.example.com/deep/path?x=https://evil.example#y",
  "http://localhost:3000/cb?a=1",
];

const ATTACKS = [
  "//evil.example",
  "///evil.example",
  "////evil.example/%2e%2e",
  "/\\evil.example",
  "\\\\evil.example",
  "\\/evil.example",
  "/\\/evil.example",
  "/%2f%2fevil.example",
  "/%2F/evil.example",
  "/%5cevil.example",
  "/%5C%5Cevil.example",
  "/%252f%252fevil.example",
  "%2f%2fevil.example",
  "/.//evil.example",
  "/..//evil.example",
  "/%2e%2e//evil.example",
  "/%2e/%2fevil.example",
  "/console/../..//evil.example",
  "/console/..",
  "/./console",
  "/console//evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "/\r\n/evil.example",
  "/console\r\nSet-Cookie: a=b",
  "/%0d%0aSet-Cookie:a=b",
  "/%00",
  "/\u0000",
  "/\u007F",
  "/ /evil.example",
  " /console",
  " //evil.example",
  "\t//evil.example",
  "/\u2028/evil.example",
  "/\uFF0Fevil.example",
  "/\u2044evil.example",
  "/\uD800",
  "javascript:alert(1)",
  "JavaScript:alert(1)",
  "java\nscript:alert(1)",
  "\u0001javascript:alert(1)",
  "javascript://app.example.com/%0aalert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:msgbox(1)",
  "blob:https://app.example.com/x",
  "file:///etc/passwd",
  "about:blank",
  "mailto:a@b.c",
  "http:evil.example",
  "https:evil.example",
  "https:/evil.example",
  "https:///evil.example",
  "https:\\\\evil.example",
  "https://evil.example",
  "https://evil.example/https://app.example.com",
  "https://app.example.com@evil.example",
  "https://app.example.com:secret@evil.example/",
  "https://user@app.example.com/",
  "https://user:secret@app.example.com/",
  "https://app.example.com.evil.example/",
  "https://app.example.community/",
  "https://evil.example#https://app.example.com/",
  "https://app.example.com:8443/",
  "https://app.example.com:443/",
  "http://app.example.com/",
  "https://APP.example.com/",
  "HTTPS://app.example.com/",
  "https://app.example.com./",
  "https://app.example.com\\@evil.example",
  "https://app.example.com/\\evil.example",
  "https://app.example.com//evil.example",
  "https://app.example.com/%2f%2fevil.example",
  "https://app.example.com/\r\nx",
  "https://app.example.com?x=//evil.example\u0000",
  "http://localhost:3000@evil.example",
  "http://localhost:30000/",
  "http://127.0.0.1:3000/",
  "ftp://app.example.com/",
  "console",
  "../console",
  "?x=1",
  "#x",
  ".",
  "",
  "/%ff",
];

describe("return targets", () => {
  it.each(GOOD)("[S11] %j is taken as it is", (target) => {
    expect(returnTarget(target, ALLOWED)).toBe(target);
  });

  it.each(ATTACKS)("[S11] %j leads to the console", (target) => {
    expect(returnTarget(target, ALLOWED)).toBe(RETURN_TARGET_DEFAULT);
  });

  it("[S11] none leads to the console, and without a list only paths are taken", () => {
    expect(returnTarget(undefined, ALLOWED)).toBe(RETURN_TARGET_DEFAULT);
    expect(returnTarget("https://app.example.com/", [])).toBe(RETURN_TARGET_DEFAULT);
    expect(returnTarget(`/${"a".repeat(1_999)}`, ALLOWED)).not.toBe(RETURN_TARGET_DEFAULT);
    expect(returnTarget(`/${"a".repeat(2_000)}`, ALLOWED)).toBe(RETURN_TARGET_DEFAULT);
  });

  it("[S11] whatever is asked for, the browser ends at this site or at an allowed origin", () => {
    const hostile = fc.string({
      unit: fc.constantFrom(..."/\\.:@?#%2fF5cCeE0d aA\t\r\n\u0000;-_~".split(""), "evil.example", "https", ...ALLOWED),
      maxLength: 12,
    });
    const begins = fc.constantFrom("", "/", "//", ...ALLOWED, ...GOOD, ...ATTACKS);
    const target = fc.oneof(
      fc.tuple(begins, hostile).map(([a, b]) => a + b),
      fc.webUrl(),
      fc.string({ unit: "binary" }),
    );
    let taken = 0;
    fc.assert(
      fc.property(target, (text) => {
        const chosen = returnTarget(text, ALLOWED);
        const url = new URL(chosen, OWN);
        expect([OWN, ...ALLOWED]).toContain(url.origin);
        expect(url.username + url.password).toBe("");
        // Neither the path nor what it becomes when it is decoded once more begins a host.
        const decoded = decodeURIComponent(url.pathname);
        expect(decoded.startsWith("//")).toBe(false);
        expect(Array.from(decoded).every((char) => char >= " ")).toBe(true);
        expect(decoded).not.toContain("\\");
        expect(returnTarget(chosen, ALLOWED)).toBe(chosen);
        if (chosen !== RETURN_TARGET_DEFAULT) taken += 1;
      }),
      { numRuns: 20_000 },
    );
    // Not everything is refused: the property says something.
    expect(taken).toBeGreaterThan(100);
  });

  it("[S11] the list of origins takes origins only", () => {
    expect(parseOrigins("")).toEqual([]);
    expect(parseOrigins("https://a.example, http://localhost:3000")).toEqual([
      "https://a.example",
      "http://localhost:3000",
    ]);
    const wrong = ["https://a.example/", "https://A.example", "a.example", "*", "null", "https://", "javascript:x"];
    expect(parseOrigins([...wrong, "https://u@a.example", "https://*.example/x", "ftp://a.example"].join(","))).toEqual(
      [],
    );
  });
});
