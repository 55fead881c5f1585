/** Which providers there are, and that their addresses can only be safe ones. */
import { describe, expect, it } from "vitest";
import { offeredProviders, providerSettings } from "../../src/auth/oauth/providers.ts";

const env = {
  GITHUB_CLIENT_ID: "g",
  GITHUB_CLIENT_SECRET: "gs",
  LINKEDIN_CLIENT_ID: "l",
  LINKEDIN_CLIENT_SECRET: "ls",
  OAUTH_ENDPOINTS: "",
};

function withEndpoints(github: object): () => unknown {
  return () => providerSettings({ ...env, OAUTH_ENDPOINTS: JSON.stringify({ github }) }, "github");
}

describe("the providers' settings", () => {
  it("[S9] each provider has an issuer of its own, and https addresses only", () => {
    const [github, linkedin] = ["github", "linkedin"].map((name) => providerSettings(env, name));
    expect(github?.issuer).not.toBe(linkedin?.issuer);
    for (const settings of [github, linkedin]) {
      const urls = Object.entries(settings ?? {}).filter(([name]) => name.endsWith("Url"));
      expect(urls.length).toBeGreaterThan(3);
      for (const [, url] of urls) expect(url).toMatch(/^https:\/\/[a-z.]+\.com\//u);
    }
  });

  it("[S9] an override that is not https, or has a user in it, is a mistake; on this machine http will do", () => {
    for (const tokenUrl of [
      "http://github.example/token",
      "http://127.0.0.1.evil.example/token",
      "http://127.0.0.1@evil.example/token",
      "https://user@github.example/token",
      "https://user:secret@github.example/token",
      "ftp://github.example/token",
      "javascript:alert(1)",
      "/token",
      "",
    ]) {
      expect(withEndpoints({ tokenUrl }), tokenUrl).toThrow();
    }
    expect(withEndpoints({ tokenURL: "https://github.example/" })).toThrow();
    expect(() => providerSettings({ ...env, OAUTH_ENDPOINTS: "{" }, "github")).toThrow();
    for (const tokenUrl of [
      "http://127.0.0.1:1/t",
      "http://localhost:1/t",
      "http://[::1]:1/t",
      "https://ghe.example/t",
    ]) {
      expect(withEndpoints({ tokenUrl })()).toMatchObject({ tokenUrl, issuer: "https://github.com/login/oauth" });
    }
  });

  it("[S9] a provider is offered when the deployment has a client and its secret", () => {
    expect(offeredProviders(env)).toEqual(["github", "linkedin"]);
    expect(offeredProviders({ ...env, GITHUB_CLIENT_SECRET: "" })).toEqual(["linkedin"]);
    expect(offeredProviders({ GITHUB_CLIENT_ID: "g" })).toEqual([]);
    for (const name of ["gitlab", "", "GitHub", "__proto__", "constructor"])
      expect(providerSettings(env, name)).toBe(null);
    // The library keeps a provider's keys by this object.
    expect(providerSettings(env, "linkedin")?.server).toBe(providerSettings({ ...env }, "linkedin")?.server);
  });
});
