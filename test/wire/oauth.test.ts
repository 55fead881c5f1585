/**
 * Signing in with a provider, all of it: a browser, the built server, and oidc-provider on loopback as LinkedIn (OpenID Connect) and, behind GitHub's endpoints, as GitHub. Then the same
 * with somebody in between: every attack ends on the sign-in page with its error code, and opens nothing.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { OAuthBrowser } from "../support/oauth-browser.ts";
import { type OidcProvider, type Person, startProvider } from "../support/oidc-provider.ts";
import { type Server, startServer } from "../support/server.ts";

type Name = "github" | "linkedin";

let server: Server;
let github: OidcProvider;
let linkedin: OidcProvider;
let people = 1_000;

beforeAll(async () => {
  github = await startProvider("github", () => callback("github"));
  linkedin = await startProvider("linkedin", () => callback("linkedin"));
  server = await startServer({ vars: variables({ linkedin: STRICT }) });
});

afterAll(async () => {
  await server.stop();
  await Promise.all([github.stop(), linkedin.stop()]);
});

afterEach(() => {
  github.hooks = {};
  linkedin.hooks = {};
});

/** OpenID Connect in full; what LinkedIn itself leaves out has a test of its own. */
const STRICT = { announcesIssuer: true, takesVerifier: true, repeatsNonce: true };

function variables(more: { linkedin: object }): Record<string, string> {
  const { issuer } = linkedin;
  const endpoints = {
    github: {
      issuer: github.issuer,
      authorizeUrl: `${github.issuer}/login/oauth/authorize`,
      tokenUrl: `${github.issuer}/login/oauth/access_token`,
      userUrl: `${github.issuer}/user`,
      emailsUrl: `${github.issuer}/user/emails`,
    },
    linkedin: {
      issuer,
      authorizeUrl: `${issuer}/auth`,
      tokenUrl: `${issuer}/token`,
      userUrl: `${issuer}/me`,
      jwksUrl: `${issuer}/jwks`,
      ...more.linkedin,
    },
  };
  return {
    OAUTH_ENDPOINTS: JSON.stringify(endpoints),
    GITHUB_CLIENT_ID: github.clientId,
    GITHUB_CLIENT_SECRET: github.clientSecret,
    LINKEDIN_CLIENT_ID: linkedin.clientId,
    LINKEDIN_CLIENT_SECRET: linkedin.clientSecret,
    RETURN_ORIGINS: "https://app.example.com",
  };
}

function callback(name: Name): string {
  return `${server.origin}/api/v1/auth/${name}/callback`;
}

/** Somebody who is new to everybody. */
function newPerson(person: Person = {}): { id: string; email: string } {
  people += 1;
  const id = String(people);
  const email = `person-${id}@example.com`;
  const whole = { name: `Person ${id}`, email, emailVerified: true, ...person };
  github.people.set(id, whole);
  linkedin.people.set(id, whole);
  return { id, email: whole.email };
}

/** Starts in this browser; answers the provider's address, with the person who will sign in there. */
async function start(browser: OAuthBrowser, name: Name, id: string, query = ""): Promise<URL> {
  const { status, headers } = await browser.get(new URL(`${server.origin}/api/v1/auth/${name}/initiate${query}`));
  expect(status).toBe(303);
  const url = new URL(headers.get("location") ?? "");
  url.searchParams.set("login_hint", id);
  return url;
}

/** Through the provider, up to the callback that it sends the browser to. */
function throughProvider(browser: OAuthBrowser, url: URL): Promise<URL> {
  return browser.follow(url, (next) => next.origin === server.origin);
}

type Outcome = { readonly location: string; readonly userId: string | null };

/** Asks for the callback; where it leads, and as whom. */
async function finish(browser: OAuthBrowser, url: URL): Promise<Outcome> {
  const before = browser.cookie(server.origin, "gs_access");
  const { status, headers } = await browser.get(url);
  expect(status).toBe(303);
  expect(headers.get("referrer-policy")).toBe("no-referrer");
  const access = browser.cookie(server.origin, "gs_access");
  const [, claims = ""] = access === before ? [] : (access ?? "").split(".");
  const userId = claims === "" ? null : JSON.parse(Buffer.from(claims, "base64url").toString()).sub;
  return { location: headers.get("location") ?? "", userId };
}

async function signIn(name: Name, id: string, browser = new OAuthBrowser()): Promise<Outcome> {
  return finish(browser, await throughProvider(browser, await start(browser, name, id)));
}

function refused(code: string): Outcome {
  return { location: `/console/sign-in?error_code=${code}`, userId: null };
}

/** A callback that is ready to be asked for, and its browser. */
async function atCallback(name: Name, person: Person = {}): Promise<{ browser: OAuthBrowser; url: URL; id: string }> {
  const browser = new OAuthBrowser();
  const { id } = newPerson(person);
  return { browser, url: await throughProvider(browser, await start(browser, name, id)), id };
}

async function api(
  method: string,
  path: string,
  body?: unknown,
  token?: string,
): Promise<{ status: number; body: any }> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  const response = await fetch(`${server.origin}/api/v1${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

const PASSWORD = "correct horse battery staple 77";

describe("signing in with a provider", () => {
  it.each(["github", "linkedin"] as const)(
    "[S9] %s: a new person gets an account, and the same one again",
    async (name) => {
      const { id, email } = newPerson();
      const browser = new OAuthBrowser();
      const first = await signIn(name, id, browser);
      expect(first).toEqual({ location: "/console", userId: expect.stringMatching(/^[\w-]{22}$/u) });
      expect((await signIn(name, id)).userId).toBe(first.userId);
      const me = await api("GET", "/me", undefined, browser.cookie(server.origin, "gs_access"));
      expect(me.body).toMatchObject({
        id: first.userId,
        email,
        emailVerified: true,
        name: `Person ${id}`,
        signInMethods: [name],
      });
    },
  );

  it.each(["github", "linkedin"] as const)(
    "[S9] %s: state, PKCE and, for OpenID Connect, a nonce go along",
    async (name) => {
      const browser = new OAuthBrowser();
      const seen = new Set<string>();
      for (let round = 0; round < 5; round++) {
        const url = await start(browser, name, "1");
        const { state = "", nonce, code_challenge: challenge = "", ...rest } = Object.fromEntries(url.searchParams);
        expect(state).toMatch(/^[\w-]{43}\.\w+$/u);
        expect(challenge).toMatch(/^[\w-]{43}$/u);
        expect(nonce === undefined ? null : /^[\w-]{43}$/u.test(nonce)).toBe(name === "linkedin" ? true : null);
        expect(rest).toMatchObject({
          response_type: "code",
          code_challenge_method: "S256",
          redirect_uri: callback(name),
          client_id: (name === "github" ? github : linkedin).clientId,
        });
        for (const value of [state, challenge, nonce ?? `none ${String(round)}`]) seen.add(value);
      }
      expect(seen.size).toBe(15);
    },
  );

  it("[S9] a client that asks for JSON is told where to go, with the cookie that binds the sign-in to it", async () => {
    for (const headers of [{ accept: "application/json" }, {}, { accept: "text/html" }]) {
      const before = Date.now();
      // Node's fetch is a script that asks, and says so: `Sec-Fetch-Mode: cors`.
      const response = await fetch(`${server.origin}/api/v1/auth/github/initiate`, { headers, redirect: "manual" });
      expect(response.status).toBe(200);
      const { authUrl, state, expiresAt } = (await response.json()) as Record<string, string>;
      expect(new URL(authUrl ?? "").searchParams.get("state")).toBe(state);
      const lastsMs = Date.parse(expiresAt ?? "") - before;
      expect(lastsMs).toBeGreaterThan(9.9 * 60_000);
      expect(lastsMs).toBeLessThan(10.1 * 60_000);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^gs_oauth=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/u),
      ]);
    }
  });

  it("[S9] two tabs of one browser can each have a sign-in under way", async () => {
    const browser = new OAuthBrowser();
    const { id } = newPerson();
    const first = await start(browser, "github", id);
    const second = await start(browser, "linkedin", id);
    const callbacks = [await throughProvider(browser, first), await throughProvider(browser, second)];
    const outcomes = [];
    for (const url of callbacks) outcomes.push(await finish(browser, url));
    expect(outcomes.map(({ location }) => location)).toEqual(["/console", "/console"]);
  });

  it("[S9] a provider that is none, or has no client here, is nothing", async () => {
    for (const path of ["/auth/gitlab/initiate", "/auth/gitlab/callback", "/auth/__proto__/initiate"]) {
      const { status, body } = await api("GET", path);
      expect([path, status, body.code]).toEqual([path, 404, "NOT_FOUND"]);
    }
  });

  it("[S11] the browser is led back to a path or an allowed origin, and to the console for everything else", async () => {
    const browser = new OAuthBrowser();
    const { id } = newPerson();
    for (const [asked, led] of [
      ["/w/acme/ideas?sort=created_at", "/w/acme/ideas?sort=created_at"],
      ["https://app.example.com/after", "https://app.example.com/after"],
      ["javascript:alert(1)", "/console"],
      ["//evil.example", "/console"],
      ["/\\evil.example", "/console"],
      ["/%2f%2fevil.example", "/console"],
      ["https://app.example.com@evil.example/", "/console"],
      ["https://evil.example/", "/console"],
    ] as const) {
      const url = await start(browser, "github", id, `?returnTo=${encodeURIComponent(asked)}`);
      expect((await finish(browser, await throughProvider(browser, url))).location).toBe(led);
    }
  });
});

describe("whose account it is", () => {
  it("[S10] two callbacks of one new person at once make one account", async () => {
    for (const person of [{}, { emailVerified: false }]) {
      const { id } = newPerson(person);
      const ready = await Promise.all(
        Array.from({ length: 6 }, async (_, index) => {
          const browser = new OAuthBrowser();
          const name = person.emailVerified === false || index % 2 === 0 ? "github" : "linkedin";
          return { browser, url: await throughProvider(browser, await start(browser, name, id)) };
        }),
      );
      const outcomes = await Promise.all(ready.map(({ browser, url }) => finish(browser, url)));
      expect(outcomes.map(({ location }) => location)).toEqual(Array.from({ length: 6 }, () => "/console"));
      expect(new Set(outcomes.map(({ userId }) => userId)).size).toBe(1);
    }
  });

  it("[S10] an identity is the subject at its provider, whatever its address", async () => {
    const { id, email } = newPerson();
    const first = await signIn("github", id);
    github.people.set(id, { name: "Moved", email: `moved-${email}`, emailVerified: true });
    expect((await signIn("github", id)).userId).toBe(first.userId);
    // An address that comes later opens, links and takes over nothing.
    const neighbour = `neighbour-${email}`;
    expect((await api("POST", "/auth/register", { email: neighbour, password: PASSWORD })).status).toBe(201);
    github.people.set(id, { name: "Moved again", email: neighbour, emailVerified: true });
    expect((await signIn("github", id)).userId).toBe(first.userId);
    expect((await api("POST", "/auth/login", { email: neighbour, password: PASSWORD })).status).toBe(200);
    github.people.set(id, { name: "Without one" });
    expect((await signIn("github", id)).userId).toBe(first.userId);
    // The same number at the other provider is somebody else.
    linkedin.people.set(id, { name: "Other", email: `other-${email}`, emailVerified: true });
    expect((await signIn("linkedin", id)).userId).not.toBe(first.userId);
  });

  it("[S10] both providers vouch for one address: one account, also in another case", async () => {
    const { id, email } = newPerson();
    const first = await signIn("github", id);
    linkedin.people.set(id, { name: "Same", email: email.toUpperCase(), emailVerified: true });
    expect((await signIn("linkedin", id)).userId).toBe(first.userId);
  });

  it("[S10] an address that the provider does not vouch for opens an account apart", async () => {
    const { id, email } = newPerson();
    const owner = await signIn("github", id);
    const { id: stranger } = newPerson({ email, emailVerified: false });
    const apart = await signIn("github", stranger);
    expect(apart.userId).not.toBe(owner.userId);
    expect(apart.location).toBe("/console");
    expect((await signIn("github", stranger)).userId).toBe(apart.userId);
    const fresh = newPerson({ emailVerified: false });
    const squatting = await signIn("linkedin", fresh.id);
    // Nor does it keep the address from whoever it belongs to.
    const { id: real } = newPerson({ email: fresh.email, emailVerified: true });
    expect((await signIn("github", real)).userId).not.toBe(squatting.userId);
  });

  it("[S10] a name is not needed, and one that is too long is cut", async () => {
    for (const name of [undefined, "", "\u0000\u202E", "n".repeat(300)]) {
      for (const provider of ["github", "linkedin"] as const) {
        const { id, email } = newPerson();
        const person = { email, emailVerified: true, ...(name === undefined ? {} : { name }) };
        for (const { people } of [github, linkedin]) people.set(id, person);
        const browser = new OAuthBrowser();
        expect((await signIn(provider, id, browser)).location).toBe("/console");
        const me = await api("GET", "/me", undefined, browser.cookie(server.origin, "gs_access"));
        const fallback = provider === "github" ? "octocat" : null;
        expect(me.body.name).toBe(name?.startsWith("n") === true ? "n".repeat(100) : fallback);
      }
    }
  });

  it("[S10] without an address there is no account", async () => {
    for (const email of ["", "not an address", undefined]) {
      const { id } = newPerson();
      const nameless = email === undefined ? {} : { email, emailVerified: true };
      for (const provider of [github, linkedin]) provider.people.set(id, nameless);
      expect(await signIn("github", id)).toEqual(refused("profile_fetch_failed"));
      expect(await signIn("linkedin", id)).toEqual(refused("profile_fetch_failed"));
    }
  });

  it("[S10] whoever lay in wait with somebody's address loses password and sessions when its owner comes", async () => {
    const { id, email } = newPerson();
    const hijacker = await api("POST", "/auth/register", { email, password: PASSWORD });
    expect(hijacker.status).toBe(201);
    const { accessToken, refreshToken, user } = hijacker.body;
    const owner = await signIn("github", id);
    expect(owner).toEqual({ location: "/console", userId: user.id });
    expect((await api("POST", "/auth/login", { email, password: PASSWORD })).status).toBe(401);
    expect((await api("POST", "/auth/refresh", { refreshToken })).status).toBe(401);
    expect((await api("GET", "/auth/sessions", undefined, accessToken)).status).toBe(401);
    // From now on the address is the owner's, proved: the next provider is linked and takes nothing away.
    expect((await signIn("linkedin", id)).userId).toBe(owner.userId);
  });

  it("[S10] an account that a provider opened has its address: nobody registers it again", async () => {
    const { id, email } = newPerson();
    await signIn("github", id);
    const { status, body } = await api("POST", "/auth/register", { email, password: PASSWORD });
    expect([status, body.code]).toEqual([409, "EMAIL_TAKEN"]);
    expect((await api("POST", "/auth/login", { email, password: PASSWORD })).status).toBe(401);
  });
});

describe("attacks on a sign-in", () => {
  it("[S9] a callback is good once, also when it comes ten times at once", async () => {
    const { browser, url } = await atCallback("linkedin");
    expect((await finish(browser, url)).location).toBe("/console");
    expect(await finish(browser, url)).toEqual(refused("invalid_state"));
    const again = await atCallback("github");
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => again.browser.get(again.url)));
    const locations = outcomes.map(({ headers }) => headers.get("location"));
    expect(locations.filter((location) => location === "/console")).toHaveLength(1);
    expect(locations.filter((location) => location === refused("invalid_state").location)).toHaveLength(9);
  });

  it("[S9] another browser cannot finish it, and after it tried nobody can", async () => {
    for (const prepare of [
      async () => Promise.resolve(new OAuthBrowser()),
      async () => {
        const other = new OAuthBrowser();
        await start(other, "github", "1");
        return other;
      },
    ]) {
      const { browser, url } = await atCallback("github");
      expect(await finish(await prepare(), url)).toEqual(refused("invalid_state"));
      expect(await finish(browser, url)).toEqual(refused("invalid_state"));
    }
  });

  it("[S9] another provider's callback does not take it", async () => {
    const { browser, url } = await atCallback("linkedin");
    const mixed = new URL(url);
    mixed.pathname = mixed.pathname.replace("linkedin", "github");
    github.asked.length = 0;
    expect(await finish(browser, mixed)).toEqual(refused("invalid_state"));
    // The code of one provider was not shown to the other.
    expect(github.asked).toEqual([]);
    expect(await finish(browser, url)).toEqual(refused("invalid_state"));
  });

  it("[S9] an issuer that is not the provider's is refused, and so is none where it is announced", async () => {
    for (const [name, issuer] of [
      ["linkedin", "https://evil.example"],
      ["linkedin", null],
      ["github", "https://evil.example"],
    ] as const) {
      const { browser, url } = await atCallback(name);
      expect(url.searchParams.get("iss")).toBe((name === "github" ? github : linkedin).issuer);
      if (issuer === null) url.searchParams.delete("iss");
      else url.searchParams.set("iss", issuer);
      const provider = name === "github" ? github : linkedin;
      provider.asked.length = 0;
      expect(await finish(browser, url)).toEqual(refused("invalid_parameters"));
      expect(provider.asked).toEqual([]);
    }
    const { browser, url } = await atCallback("github");
    url.searchParams.delete("iss");
    expect((await finish(browser, url)).location).toBe("/console");
  });

  it("[S9] parameters that are no callback are refused", async () => {
    for (const change of [
      (query: URLSearchParams) => query.delete("state"),
      (query: URLSearchParams) => query.set("state", ""),
      (query: URLSearchParams) => query.set("state", "x".repeat(513)),
      (query: URLSearchParams) => query.append("state", "again"),
      (query: URLSearchParams) => query.append("code", "again"),
      (query: URLSearchParams) => query.delete("code"),
      (query: URLSearchParams) => query.set("code", ""),
      (query: URLSearchParams) => query.set("code", "x".repeat(4_097)),
      (query: URLSearchParams) => query.set("response", "a.b.c"),
      (query: URLSearchParams) => query.set("id_token", "a.b.c"),
    ]) {
      const { browser, url } = await atCallback("linkedin");
      change(url.searchParams);
      expect([String(change), await finish(browser, url)]).toEqual([String(change), refused("invalid_parameters")]);
    }
  });

  it("[S9] a state that was never given out leads to nothing", async () => {
    const { browser, url } = await atCallback("github");
    const [secret = "", end = ""] = (url.searchParams.get("state") ?? "").split(".");
    const flipped = `${secret.startsWith("A") ? "B" : "A"}${secret.slice(1)}`;
    const later = (Number.parseInt(end, 36) + 60_000).toString(36);
    for (const state of [`${flipped}.${end}`, `${secret}.${later}`, secret, "x", "../../x", "\u00e9"]) {
      url.searchParams.set("state", state);
      expect([state, await finish(browser, url)]).toEqual([state, refused("invalid_state")]);
    }
    url.searchParams.set("state", `${secret}.${end}`);
    expect((await finish(browser, url)).location).toBe("/console");
  });

  it("[S9] a code that is injected into another sign-in fails by its verifier", async () => {
    for (const name of ["github", "linkedin"] as const) {
      const victim = await atCallback(name);
      const attacker = await atCallback(name);
      attacker.url.searchParams.set("code", victim.url.searchParams.get("code") ?? "");
      expect(await finish(attacker.browser, attacker.url)).toEqual(refused("token_exchange_failed"));
    }
  });

  it("[S9] an ID token with another nonce, or with none, is refused", async () => {
    for (const change of [
      (query: URLSearchParams) => query.set("nonce", "of-another-sign-in"),
      (query: URLSearchParams) => query.delete("nonce"),
    ]) {
      const browser = new OAuthBrowser();
      const { id } = newPerson();
      const url = await start(browser, "linkedin", id);
      change(url.searchParams);
      expect(await finish(browser, await throughProvider(browser, url))).toEqual(refused("token_exchange_failed"));
    }
  });

  it("[S9] an ID token that was changed, or that another key signed, is refused", async () => {
    const { id: victim } = newPerson();
    const forge = (token: string, header: object, claims: object): string => {
      const [head = "", body = "", signature = ""] = token.split(".");
      const merged = [head, body].map((part, index) => ({
        ...JSON.parse(Buffer.from(part, "base64url").toString()),
        ...(index === 0 ? header : claims),
      }));
      return [...merged.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")), signature].join(".");
    };
    const day = 24 * 60 * 60;
    const forgeries: Record<string, (token: string) => string | undefined> = {
      subject: (token) => forge(token, {}, { sub: victim }),
      issuer: (token) => forge(token, {}, { iss: "https://evil.example" }),
      audience: (token) => forge(token, {}, { aud: "another-client" }),
      ended: (token) => forge(token, {}, { exp: Math.floor(Date.now() / 1000) - day }),
      algorithm: (token) => forge(token, { alg: "none" }, {}).replace(/[^.]*$/u, ""),
      symmetric: (token) => forge(token, { alg: "HS256" }, {}),
      key: (token) => forge(token, { kid: "unknown" }, {}),
      signature: (token) => `${token.slice(0, -8)}AAAAAAAA`,
      unsigned: (token) => token.replace(/[^.]*$/u, ""),
      none: () => undefined,
    };
    for (const [what, change] of Object.entries(forgeries)) {
      const { browser, url } = await atCallback("linkedin");
      linkedin.hooks = {
        after: (ctx) => {
          const answer = ctx.body as { id_token?: string } | undefined;
          if (ctx.path === "/token" && answer?.id_token !== undefined) {
            ctx.body = { ...answer, id_token: change(answer.id_token) };
          }
        },
      };
      expect([what, await finish(browser, url)]).toEqual([what, refused("token_exchange_failed")]);
      linkedin.hooks = {};
    }
  });

  it("[S9] userinfo of somebody else than the ID token's subject is refused", async () => {
    const { browser, url } = await atCallback("linkedin");
    const { id: victim } = newPerson();
    linkedin.hooks = {
      after: (ctx) => {
        if (ctx.path === "/me") ctx.body = { ...(ctx.body as object), sub: victim };
      },
    };
    expect(await finish(browser, url)).toEqual(refused("profile_fetch_failed"));
  });
});

describe("a provider that fails", () => {
  it("[S9] says no: the person is told so, and the state is used up", async () => {
    for (const name of ["github", "linkedin"] as const) {
      const { browser, url } = await atCallback(name);
      const code = url.searchParams.get("code") ?? "";
      url.searchParams.delete("code");
      url.searchParams.set("error", "access_denied");
      expect(await finish(browser, url)).toEqual(refused("oauth_error"));
      url.searchParams.delete("error");
      url.searchParams.set("code", code);
      expect(await finish(browser, url)).toEqual(refused("invalid_state"));
    }
  });

  const huge = { padding: "x".repeat(1024 * 1024) };
  const faults: Record<string, (ctx: any) => void> = {
    "500": (ctx) => (ctx.status = 500),
    "no JSON": (ctx) => (ctx.body = "<html>"),
    "JSON that is nothing": (ctx) => (ctx.body = []),
    "an answer of more than 1 MiB": (ctx) => (ctx.body = { ...ctx.body, ...huge }),
    "a redirect": (ctx) => ctx.redirect("https://evil.example/"),
  };

  it.each(["github", "linkedin"] as const)("[S9] %s: its token endpoint", async (name) => {
    const provider = name === "github" ? github : linkedin;
    for (const [what, break_] of Object.entries(faults)) {
      const { browser, url } = await atCallback(name);
      provider.hooks = { after: (ctx) => (ctx.path.endsWith("token") ? break_(ctx) : undefined) };
      expect([what, await finish(browser, url)]).toEqual([what, refused("token_exchange_failed")]);
      provider.hooks = {};
    }
  });

  it.each(["github", "linkedin"] as const)("[S9] %s: its profile", async (name) => {
    const provider = name === "github" ? github : linkedin;
    const paths = name === "github" ? ["/user", "/user/emails"] : ["/me"];
    for (const path of paths) {
      for (const [what, break_] of Object.entries(faults)) {
        // A list is what GitHub's addresses are; an empty one has none.
        const { browser, url } = await atCallback(name);
        provider.hooks = { after: (ctx) => (ctx.path === path ? break_(ctx) : undefined) };
        expect([path, what, await finish(browser, url)]).toEqual([path, what, refused("profile_fetch_failed")]);
        provider.hooks = {};
      }
    }
  });

  it("[S9] that is slow is given up after ten seconds", async () => {
    const { browser, url } = await atCallback("linkedin");
    const held: (() => void)[] = [];
    linkedin.hooks = {
      before: async (ctx) => {
        if (ctx.path === "/token") await new Promise<void>((resolve) => held.push(resolve));
        return false;
      },
    };
    const before = performance.now();
    expect(await finish(browser, url)).toEqual(refused("token_exchange_failed"));
    const tookMs = performance.now() - before;
    for (const release of held) release();
    expect(tookMs).toBeGreaterThan(9_000);
    expect(tookMs).toBeLessThan(12_000);
  });
});

describe("LinkedIn as it is", () => {
  it("[S9] takes no verifier and repeats no nonce; a nonce that comes nevertheless must be ours", async () => {
    const own = server;
    server = await startServer({ vars: variables({ linkedin: {} }) });
    const asItIs = await startProvider("linkedin", () => callback("linkedin"));
    await server.stop();
    const strict = linkedin;
    linkedin = asItIs;
    server = await startServer({ vars: variables({ linkedin: {} }) });
    try {
      const { id } = newPerson();
      const strip = (parameters: string[]): void => {
        linkedin.hooks = {
          before: (ctx) => {
            if (ctx.path === "/auth") for (const name of parameters) ctx.url = without(ctx.url, name);
            return false;
          },
        };
      };
      strip(["code_challenge", "code_challenge_method", "nonce"]);
      expect((await signIn("linkedin", id)).location).toBe("/console");
      strip(["code_challenge", "code_challenge_method"]);
      expect((await signIn("linkedin", id)).location).toBe("/console");
      const browser = new OAuthBrowser();
      const url = await start(browser, "linkedin", id);
      url.searchParams.set("nonce", "of-another-sign-in");
      expect(await finish(browser, await throughProvider(browser, url))).toEqual(refused("token_exchange_failed"));
    } finally {
      await server.stop();
      await linkedin.stop();
      linkedin = strict;
      server = own;
    }
  });
});

function without(url: string, name: string): string {
  const whole = new URL(url, "http://provider.invalid");
  whole.searchParams.delete(name);
  return `${whole.pathname}${whole.search}`;
}

describe("what is written down", () => {
  it("[S15] no code, state, token or address stands in the log", async () => {
    const { browser, url, id } = await atCallback("linkedin");
    const shown: string[] = [];
    linkedin.hooks = {
      after: (ctx) => {
        if (ctx.path !== "/token") return;
        const { access_token: access, id_token: token } = ctx.body as Record<string, string>;
        shown.push(access ?? "", token ?? "");
      },
    };
    await finish(browser, url);
    const failures: Record<string, (query: URLSearchParams) => void> = {
      token_exchange_failed: () => {
        linkedin.hooks = { after: (ctx) => (ctx.path === "/token" ? void (ctx.status = 500) : undefined) };
      },
      profile_fetch_failed: () => {
        linkedin.hooks = {
          after: (ctx) => (ctx.path === "/me" ? void (ctx.body = { sub: "canary-subject" }) : undefined),
        };
      },
      oauth_error: (query) => {
        query.set("error", "access_denied");
        query.set("error_description", "canary-description");
      },
      invalid_parameters: (query) => query.set("iss", "https://canary-issuer.example"),
      invalid_state: (query) => query.set("state", `canary-state-${query.get("state") ?? ""}`),
    };
    const asked = [url];
    for (const [code, fail] of Object.entries(failures)) {
      linkedin.hooks = {};
      const failing = await atCallback("linkedin");
      fail(failing.url.searchParams);
      expect(await finish(failing.browser, failing.url)).toEqual(refused(code));
      asked.push(failing.url);
    }
    const secrets = asked.flatMap(({ searchParams }) => [searchParams.get("code"), searchParams.get("state")]);
    const cookies = [...(browser.cookies.get(server.origin)?.values() ?? [])];
    const given = [linkedin.clientSecret, `person-${id}@example.com`, "canary-"];
    const canaries = [...shown, ...secrets, ...cookies, ...given];
    expect(canaries.length).toBeGreaterThan(18);
    const lines = server.logs().join("\n");
    for (const code of Object.keys(failures)) expect(lines).toContain(code);
    for (const canary of canaries) expect(lines.includes(canary ?? "")).toBe(false);
  });
});
