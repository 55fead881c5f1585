/** Takes what the person's identities say. */
import { and, eq } from "drizzle-orm";
import { identities, profile, providerKeys, securityEvents } from "../../schema/user.ts";
import type { IdentityNews } from "../../src/identity-news.ts";
import { ok, type Result } from "../../src/result.ts";
import { addIdentity, linkIdentity, openAccount } from "./profile.ts";
import { endSessions } from "./sessions.ts";
import type { UserStore } from "./store.ts";

export function hearIdentity(store: UserStore, news: IdentityNews): Result<null, never> {
  const { at, device } = news;
  if (news.kind === "account") return openAccount(store, news, at, device);
  if (news.kind === "linked") return linkIdentity(store, news.identity, at, device);
  // The event is written with its effect, so it tells that the message was here before.
  if (isKnown(store, news)) return ok(null);
  if (news.kind !== "password-changed" && markVerified(store, at) && news.kind !== "email-verified")
    dropProviderKeys(store);
  if (news.kind !== "email-verified") {
    const { email, keptSessionId } = news;
    endSessions(store, keptSessionId);
    if (news.kind === "password-dropped") store.db.delete(identities).where(eq(identities.provider, "password")).run();
    else addIdentity(store, { provider: "password", subject: email, email }, at);
  }
  store.record(news.kind, at, device);
  return ok(null);
}

function isKnown({ db }: UserStore, { kind, at }: IdentityNews): boolean {
  const known = db
    .select()
    .from(securityEvents)
    .where(and(eq(securityEvents.at, at), eq(securityEvents.kind, kind)));
  return known.limit(1).get() !== undefined;
}

/** Whether it was not before. */
function markVerified(store: UserStore, at: number): boolean {
  if (store.profile()?.emailVerifiedAt !== null) return false;
  store.db.update(profile).set({ emailVerifiedAt: at }).where(eq(profile.id, 1)).run();
  return true;
}

/** The address' owner comes to an account that somebody else may have set up: a key and its `baseUrl` would send the owner's data where that one says. */
function dropProviderKeys({ db }: UserStore): void {
  db.delete(providerKeys).run();
}
