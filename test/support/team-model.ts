/**
 * A team as plain data: who has which role and who is invited after a sequence of commands, and what each command must answer. Written from the contract, shares no code with the
 * objects. People are numbers.
 */
import type { Role } from "../../src/protocol/rest/roles.ts";

export type TeamCommand =
  | { readonly kind: "invite"; readonly by: number; readonly whom: number; readonly role: Role }
  /** With the newest link that was ever made for the person, or with somebody else's. */
  | { readonly kind: "accept"; readonly who: number; readonly of: number }
  | { readonly kind: "revoke"; readonly by: number; readonly whom: number }
  | { readonly kind: "role"; readonly by: number; readonly whom: number; readonly role: Role }
  | { readonly kind: "remove"; readonly by: number; readonly whom: number };

export class TeamModel {
  readonly roles = new Map<number, Role>();
  /** Open invitations by the person whose address they are for. */
  readonly invited = new Map<number, { readonly role: Role; readonly by: number }>();

  constructor(owner: number) {
    this.roles.set(owner, "owner");
  }

  copy(): TeamModel {
    const copy = new TeamModel(0);
    copy.roles.clear();
    for (const [who, role] of this.roles) copy.roles.set(who, role);
    for (const [who, invitation] of this.invited) copy.invited.set(who, invitation);
    return copy;
  }

  owners(): number {
    return [...this.roles.values()].filter((role) => role === "owner").length;
  }

  /** Does it, and says with which status or code it is answered. */
  run(command: TeamCommand): number | string {
    switch (command.kind) {
      case "invite":
        return this.#invite(command.by, command.whom, command.role);
      case "accept":
        return this.#accept(command.who, command.of);
      case "revoke":
        return this.#revoke(command.by, command.whom);
      case "role":
        return this.#role(command.by, command.whom, command.role);
      case "remove":
        return this.#remove(command.by, command.whom);
    }
  }

  #invite(by: number, whom: number, role: Role): number | string {
    const own = this.roles.get(by);
    if (own === undefined) return "WORKSPACE_NOT_FOUND";
    if (own !== "owner" && (own !== "admin" || role === "owner")) return "FORBIDDEN";
    if (this.#isOwners(whom) && own !== "owner") return "FORBIDDEN";
    if (this.roles.has(whom)) return "ALREADY_MEMBER";
    this.invited.set(whom, { role, by });
    return 201;
  }

  #accept(who: number, of: number): number | string {
    const invitation = this.invited.get(of);
    if (invitation === undefined) return "INVALID_LINK";
    if (who !== of) return "FORBIDDEN";
    this.invited.delete(of);
    this.roles.set(who, invitation.role);
    return 200;
  }

  #revoke(by: number, whom: number): number | string {
    const own = this.roles.get(by);
    if (own === undefined) return "WORKSPACE_NOT_FOUND";
    if (own !== "owner" && own !== "admin") return "FORBIDDEN";
    if (this.#isOwners(whom) && own !== "owner") return "FORBIDDEN";
    return this.invited.delete(whom) ? 204 : "INVITATION_NOT_FOUND";
  }

  /** Whether somebody is invited to be an owner, which only owners take back or replace. */
  #isOwners(whom: number): boolean {
    return this.invited.get(whom)?.role === "owner";
  }

  #role(by: number, whom: number, role: Role): number | string {
    const own = this.roles.get(by);
    const before = this.roles.get(whom);
    if (own === undefined) return "WORKSPACE_NOT_FOUND";
    if (own !== "owner" && own !== "admin") return "FORBIDDEN";
    if (before === undefined) return "MEMBER_NOT_FOUND";
    if (own !== "owner" && (before === "owner" || role === "owner")) return "FORBIDDEN";
    if (before === "owner" && role !== "owner" && this.owners() === 1) return "LAST_OWNER";
    this.roles.set(whom, role);
    this.#withdraw(whom);
    return 200;
  }

  #remove(by: number, whom: number): number | string {
    const own = this.roles.get(by);
    const before = this.roles.get(whom);
    if (own === undefined) return "WORKSPACE_NOT_FOUND";
    if (by !== whom && own !== "owner" && own !== "admin") return "FORBIDDEN";
    if (before === undefined) return "MEMBER_NOT_FOUND";
    if (before === "owner" && by !== whom && own !== "owner") return "FORBIDDEN";
    if (before === "owner" && this.owners() === 1) return "LAST_OWNER";
    this.roles.delete(whom);
    this.#withdraw(whom);
    return 204;
  }

  /** Invitations end with the right to make them. */
  #withdraw(by: number): void {
    const role = this.roles.get(by);
    for (const [whom, invitation] of this.invited) {
      if (invitation.by !== by || role === "owner") continue;
      if (role !== "admin" || invitation.role === "owner") this.invited.delete(whom);
    }
  }
}
