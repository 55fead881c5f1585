/** What a provider's identity that is new here leads to: every case there is. */
import { describe, expect, it } from "vitest";
import { decideLinking } from "../../src/domain/account-linking.ts";

const address = "ada@example.com";
const verified = { address, verified: true };
const unverified = { address, verified: false };
const owner = { userId: "owner", emailVerified: true };
const squatter = { userId: "squatter", emailVerified: false };

describe("a new identity of a provider", () => {
  it.each([
    ["no address", null, owner, { kind: "refuse" }],
    ["no address, nobody", null, null, { kind: "refuse" }],
    ["not verified, nobody", unverified, null, { kind: "open-apart" }],
    ["not verified, a verified account", unverified, owner, { kind: "open-apart" }],
    ["not verified, an account that is not", unverified, squatter, { kind: "open-apart" }],
    ["verified, nobody", verified, null, { kind: "open-with-address" }],
    ["verified, a verified account", verified, owner, { kind: "link", userId: "owner" }],
    ["verified, an account that is not", verified, squatter, { kind: "take-over", userId: "squatter" }],
  ] as const)("[S10] %s", (_, email, local, expected) => {
    expect(decideLinking(email, local)).toEqual(expected);
  });
});
