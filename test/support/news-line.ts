/** The line on which workspaces tell people of their memberships, to be cut and listened to. */
import { vi } from "vitest";
import { User } from "../../objects/user.ts";
import type { MembershipNews } from "../../src/membership.ts";

/** `dead`: people's objects are away. `deaf`: they take the news, and their answer is lost. */
export type Line = "dead" | "deaf" | "good";

/** Until it is restored; `sent` is what came through. */
export function tapLine(state: Line): { readonly sent: readonly MembershipNews[]; restore(): void } {
  const sent: MembershipNews[] = [];
  // oxlint-disable-next-line unbound-method -- called below with the object it was called on
  const take = User.prototype.hear;
  const tap = vi.spyOn(User.prototype, "hear").mockImplementation(function (this: User, news) {
    if (state === "dead") throw new Error("the other object is away");
    sent.push(news);
    take.call(this, news);
    if (state === "deaf") throw new Error("the answer was lost");
  });
  return { sent, restore: () => tap.mockRestore() };
}
