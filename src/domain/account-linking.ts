/**
 * Decides what an identity of a provider that signs in for the first time means: which account it gets, and what that account must give up. An identity is (issuer, subject); an address only
 * leads to an account, and only when both sides have proved that it is theirs.
 */

/** What the provider says of the person. */
export type ProviderEmail = { readonly address: string; readonly verified: boolean };
/** The account that uses the address for its password, if one does. */
export type LocalAccount = { readonly userId: string; readonly emailVerified: boolean };

export type Linking =
  /** Without an address there is no account. */
  | { readonly kind: "refuse" }
  /** An account that keeps to itself: whoever owns the address may still open theirs. */
  | { readonly kind: "open-apart" }
  /** An account that also holds the address, so that no second one is opened with it. */
  | { readonly kind: "open-with-address" }
  | { readonly kind: "link"; readonly userId: string }
  /**
   * The account was opened by somebody who never proved that the address is theirs, perhaps to lie in wait for its owner (pre-hijacking). The owner gets it, its password and sessions go.
   */
  | { readonly kind: "take-over"; readonly userId: string };

export function decideLinking(email: ProviderEmail | null, local: LocalAccount | null): Linking {
  if (email === null) return { kind: "refuse" };
  if (!email.verified) return { kind: "open-apart" };
  if (local === null) return { kind: "open-with-address" };
  return { kind: local.emailVerified ? "link" : "take-over", userId: local.userId };
}
