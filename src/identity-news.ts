/** What an identity tells the person's object. Plain data: it crosses objects and waits in an outbox as JSON. It may come twice, so `at` tells one happening from another. */
import type { Device, SignInMethod } from "./domain/sessions.ts";

/** `device`: from where it was done. */
export type IdentityNews = { readonly at: number; readonly device: Device } & (
  | ({ readonly kind: "account" } & AccountNews)
  | { readonly kind: "linked"; readonly identity: LinkedIdentity }
  | { readonly kind: "email-verified" }
  /** Ends all sessions but `keptSessionId`. Who reset the password, or came through a provider, has shown that the address is theirs. */
  | {
      readonly kind: "password-changed" | "password-reset" | "password-dropped";
      readonly email: string;
      readonly keptSessionId: string | null;
    }
);

/** An account that was opened. `emailVerified`: its owner has shown that the address is theirs. */
export type AccountNews = {
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string | null;
  readonly identity: LinkedIdentity | null;
};

/** A way to sign in, for the list in the person's account. `subject`: of a password the address, else the provider's own id of the person. */
export type LinkedIdentity = {
  readonly provider: SignInMethod;
  readonly subject: string;
  readonly email: string | null;
};
