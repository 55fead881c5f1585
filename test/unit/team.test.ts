/** The decisions about a team, against rules written out here: every role against every role. Ids are those of test/SPEC.md. */
import { describe, expect, it } from "vitest";
import { STANDINGS } from "../../src/domain/permissions.ts";
import {
  decideInvite,
  decideJoin,
  decideRemoval,
  decideRole,
  type Invitee,
  sameAddress,
  type TeamActor,
} from "../../src/domain/team.ts";
import type { Failure } from "../../src/errors.ts";
import { INVITATIONS_PER_WORKSPACE_MAX, MEMBERS_PER_WORKSPACE_MAX } from "../../src/limits.ts";
import { API_KEY_SCOPES } from "../../src/protocol/rest/api-keys.ts";
import { type Role, ROLES } from "../../src/protocol/rest/roles.ts";
import type { Result } from "../../src/result.ts";

const codeOf = (result: Result<unknown, Failure>) => (result.ok ? "ok" : result.error.code);
const actor = (standing: TeamActor["standing"], userId: string | null = "actor"): TeamActor => ({
  standing,
  scopes: null,
  userId,
});
const member = (role: Role, userId = "other") => ({ userId, role });

/** Whom a standing may turn from one role into another. */
function mayTurn(standing: TeamActor["standing"], from: Role, to: Role): boolean {
  if (standing === "owner") return true;
  return standing === "admin" && from !== "owner" && to !== "owner";
}

describe("decisions about a team", () => {
  it("[T20] a role is changed by an owner, or by an admin where no owner is made or unmade, whosever it is", () => {
    for (const standing of STANDINGS) {
      for (const from of ROLES) {
        for (const to of ROLES) {
          const expected = mayTurn(standing, from, to) ? "ok" : "FORBIDDEN";
          for (const target of [member(from), member(from, "actor")]) {
            if (target.userId === "actor" && standing !== from) continue;
            expect(codeOf(decideRole(actor(standing), target, to, 2)), `${standing} ${from} ${to}`).toBe(expected);
          }
        }
      }
    }
  });

  it("[T20] one is removed by oneself, an owner, or an admin unless one is an owner", () => {
    for (const standing of STANDINGS) {
      for (const role of ROLES) {
        const others = standing === "owner" || (standing === "admin" && role !== "owner") ? "ok" : "FORBIDDEN";
        expect(codeOf(decideRemoval(actor(standing), "other", member(role), 2)), `${standing} ${role}`).toBe(others);
      }
    }
    for (const role of ROLES) {
      expect(codeOf(decideRemoval(actor(role), "actor", member(role, "actor"), 2))).toBe("ok");
    }
  });

  it("[S19] the last owner stays, whoever asks", () => {
    for (const asks of [actor("owner"), actor("owner", "other"), actor("owner", null)]) {
      for (const role of ROLES) {
        expect(codeOf(decideRole(asks, member("owner"), role, 1))).toBe(role === "owner" ? "ok" : "LAST_OWNER");
      }
      expect(codeOf(decideRemoval(asks, "other", member("owner"), 1))).toBe("LAST_OWNER");
      expect(codeOf(decideRemoval(asks, "other", member("owner"), 2))).toBe("ok");
    }
  });

  it("[T21] no API key manages a team, whatever its scopes: not even by what is open to whoever reads it", () => {
    const key: TeamActor = { standing: "admin", scopes: API_KEY_SCOPES, userId: null };
    for (const role of ROLES) {
      expect(codeOf(decideRole(key, member(role), "member", 2))).toBe("FORBIDDEN");
      expect(codeOf(decideRemoval(key, "other", member(role), 2))).toBe("FORBIDDEN");
      expect(codeOf(decideInvite(key, role, { isMember: false, open: 0, replaced: null }))).toBe("FORBIDDEN");
    }
  });

  it("[T20] who is not there cannot be changed or removed, and only who may do it is told so", () => {
    for (const standing of STANDINGS) {
      const expected = standing === "owner" || standing === "admin" ? "MEMBER_NOT_FOUND" : "FORBIDDEN";
      expect(codeOf(decideRole(actor(standing), null, "member", 1))).toBe(expected);
      expect(codeOf(decideRemoval(actor(standing), "other", null, 1))).toBe(expected);
    }
  });

  it("[T8] inviting: the same rights as making, whom there is already, how many there may be", () => {
    for (const standing of STANDINGS) {
      for (const role of ROLES) {
        const known = { isMember: false, open: INVITATIONS_PER_WORKSPACE_MAX - 1, replaced: null };
        const expected = mayTurn(standing, "member", role) ? "ok" : "FORBIDDEN";
        expect(codeOf(decideInvite(actor(standing), role, known))).toBe(expected);
      }
    }
    expect(codeOf(decideInvite(actor("owner"), "member", { isMember: true, open: 0, replaced: null }))).toBe(
      "ALREADY_MEMBER",
    );
    const full = { isMember: false, open: INVITATIONS_PER_WORKSPACE_MAX, replaced: null };
    expect(codeOf(decideInvite(actor("owner"), "member", full))).toBe("LIMIT_REACHED");
  });
});

describe("joining", () => {
  const invitation = { email: "ada@example.com", expiresAt: 1_000 };
  const invitee: Invitee = { email: "Ada@Example.com", emailVerified: true, mayVerify: true };
  const team = { isMember: false, members: 1 };

  it("[T12] takes a token to its last millisecond, and tells what is wrong with an ended one as little as of none", () => {
    expect(codeOf(decideJoin(invitee, invitation, team, 999))).toBe("ok");
    const ended = decideJoin(invitee, invitation, team, 1_000);
    expect(ended).toMatchObject({ ok: false, error: { code: "INVALID_LINK" } });
    expect(ended).toEqual(decideJoin(invitee, null, team, 0));
  });

  it("[T13] is for the invited address only", () => {
    for (const email of ["bob@example.com", "ada@example.com.evil.example", "ada@example.co", ""]) {
      expect(codeOf(decideJoin({ ...invitee, email }, invitation, team, 0))).toBe("FORBIDDEN");
    }
    expect(sameAddress("JOSÉ@example.com", "jose\u0301@EXAMPLE.com")).toBe(true);
    expect(sameAddress("jose@example.com", "jos\u00E9@example.com")).toBe(false);
  });

  it("[T22] wants the address proven where it can be, and takes the link for it where nothing is mailed", () => {
    const unproven = { ...invitee, emailVerified: false };
    const refused = decideJoin(unproven, invitation, team, 0);
    expect(refused).toMatchObject({ ok: false, error: { code: "FORBIDDEN" } });
    expect(codeOf(decideJoin({ ...unproven, mayVerify: false }, invitation, team, 0))).toBe("ok");
  });

  it("[T16] does nothing for who is a member, or once the team is full", () => {
    expect(codeOf(decideJoin(invitee, invitation, { ...team, isMember: true }, 0))).toBe("ALREADY_MEMBER");
    const full = { isMember: false, members: MEMBERS_PER_WORKSPACE_MAX };
    expect(codeOf(decideJoin(invitee, invitation, full, 0))).toBe("LIMIT_REACHED");
    expect(codeOf(decideJoin(invitee, invitation, { ...full, members: full.members - 1 }, 0))).toBe("ok");
  });
});
