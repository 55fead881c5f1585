/**
 * A sign-in provider on loopback: oidc-provider, the certified server, with people who consent to everything. As `linkedin` it speaks OpenID Connect as it is; as `github` it has GitHub's endpoints and
 * habits over the same server, PKCE included. Tests misbehave through `hooks`. Leaves the browser's part to oauth-browser.ts.
 */
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Configuration, Provider } from "oidc-provider";

export type Person = {
  readonly name?: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
};

type Context = Parameters<Parameters<Provider["use"]>[0]>[0];

export type Hooks = {
  /** Before the provider sees a request; true: the hook has answered. */
  before?: (ctx: Context) => boolean | Promise<boolean>;
  /** After it has answered, the body still being an object. */
  after?: (ctx: Context) => void | Promise<void>;
};

export type OidcProvider = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** By account id, which is the subject. For GitHub a number. */
  readonly people: Map<string, Person>;
  /** What was asked, as `METHOD /path`. */
  readonly asked: string[];
  hooks: Hooks;
  readonly stop: () => Promise<void>;
};

const KEY = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });

/** Listens at once; `callback` is asked when the first request comes, for the server under test starts later. */
export async function startProvider(kind: "github" | "linkedin", callback: () => string): Promise<OidcProvider> {
  const state: { app: ReturnType<Provider["callback"]> | null } = { app: null };
  const http = createServer((request, response) => {
    state.app ??= makeApp(kind, provider, callback());
    void state.app(request, response);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  const provider: OidcProvider = {
    issuer: `http://127.0.0.1:${String(port)}`,
    clientId: `client-at-${kind}`,
    clientSecret: `secret-at-${kind}-0123456789abcdef0123456789`,
    people: new Map(),
    asked: [],
    hooks: {},
    stop: () => stop(http),
  };
  return provider;
}

async function stop(http: HttpServer): Promise<void> {
  http.closeAllConnections();
  http.close();
  await once(http, "close");
}

function makeApp(kind: "github" | "linkedin", own: OidcProvider, callback: string): ReturnType<Provider["callback"]> {
  const provider = new Provider(own.issuer, configuration(own, callback));
  provider.use(async (ctx, next) => {
    own.asked.push(`${ctx.method} ${ctx.path}`);
    if ((await own.hooks.before?.(ctx)) === true) return;
    if (ctx.path.startsWith("/interaction/")) await consent(provider, ctx);
    else if (kind === "github") await asGitHub(provider, own, ctx, next);
    else await next();
    await own.hooks.after?.(ctx);
  });
  return provider.callback();
}

function configuration(own: OidcProvider, callback: string): Configuration {
  return {
    clients: [
      {
        client_id: own.clientId,
        client_secret: own.clientSecret,
        token_endpoint_auth_method: "client_secret_post",
        redirect_uris: [callback],
      },
    ],
    jwks: { keys: [{ ...KEY, kid: "provider-key", alg: "RS256", use: "sig" }] },
    cookies: { keys: ["cookies-of-the-tests"] },
    scopes: ["openid", "profile", "email", "read:user", "user:email"],
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, sub) => {
      const person = own.people.get(sub);
      if (person === undefined) return;
      const { name, email, emailVerified } = person;
      return { accountId: sub, claims: () => ({ sub, name, email, email_verified: emailVerified }) };
    },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  };
}

/** The person of `login_hint` signs in and agrees. */
async function consent(provider: Provider, ctx: Context): Promise<void> {
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  const accountId = String(params["login_hint"]);
  const grant = new provider.Grant({ accountId, clientId: String(params["client_id"]) });
  grant.addOIDCScope(String(params["scope"]));
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(ctx.req, ctx.res, result);
  ctx.respond = false;
}

/** https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps */
async function asGitHub(provider: Provider, own: OidcProvider, ctx: Context, next: () => Promise<void>): Promise<void> {
  if (ctx.path === "/login/oauth/authorize") ctx.url = ctx.url.replace(ctx.path, "/auth");
  if (ctx.path === "/login/oauth/access_token") {
    ctx.url = "/token";
    await next();
    // GitHub tells errors with 200, and sends a form unless JSON is asked for.
    if (ctx.status >= 400) ctx.status = 200;
    if (ctx.headers.accept !== "application/json") ctx.body = "error=the+answer+would+be+a+form";
    return;
  }
  if (ctx.path !== "/user" && ctx.path !== "/user/emails") return next();
  const token = await provider.AccessToken.find(ctx.headers.authorization?.replace(/^Bearer /u, "") ?? "");
  const person = own.people.get(token?.accountId ?? "");
  if (token === undefined || person === undefined || ctx.headers["user-agent"] === undefined) {
    ctx.status = 401;
    ctx.body = { message: "Bad credentials" };
    return;
  }
  const { name, email, emailVerified = false } = person;
  const other = { email: "another@example.com", primary: false, verified: true, visibility: null };
  if (ctx.path === "/user") ctx.body = { id: Number(token.accountId), login: "octocat", name, email: null };
  else ctx.body = [other, ...(email === undefined ? [] : [{ email, primary: true, verified: emailVerified }])];
}
