/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** The team: who is in it with which role, who is invited, and the invitation whose link is shown once. */
import { EMAIL_CHARS_MAX } from "../../limits.ts";
import { OPERATOR_USER_ID } from "../../membership.ts";
import type { CreatedInvitation, Invitation, Member } from "../../protocol/rest/members.ts";
import { type Role, ROLES } from "../../protocol/rest/roles.ts";
import { Action, type Option, SelectField, Summary, TextField } from "./fields.tsx";
import { type Attempt, fillOf } from "./fill.ts";
import { allows, type Shell, type Team, TeamPage } from "./frame.tsx";
import { Confirm, Day, Section, ShownOnce } from "./parts.tsx";
import { ROLE_WORDS } from "./words.ts";

type MembersProps = {
  readonly shell: Shell;
  readonly team: Team;
  readonly members: readonly Member[];
  /** Null: not this visitor's to see. */
  readonly invitations: readonly Invitation[] | null;
  readonly made: CreatedInvitation | null;
  readonly attempt: Attempt | null;
};

export function MembersPage({ shell, team, members, invitations, made, attempt }: MembersProps) {
  return (
    <TeamPage shell={shell} team={team} section="members" title="Members">
      <Summary form="page" fill={fillOf(attempt, "page")} />
      {made === null ? null : (
        <ShownOnce
          id="invitation-link"
          heading="The invitation is made"
          label={`Link for ${made.email}`}
          value={made.link}
        >
          Send this link to <strong>{made.email}</strong>. It works once, for that address only, and it is not shown
          again.
        </ShownOnce>
      )}
      <Section id="team" heading="Team">
        <ul class="rows">
          {members.map((member) => (
            <MemberRow member={member} team={team} mine={member.userId === shell.person?.userId} />
          ))}
        </ul>
      </Section>
      {allows(team.role, "team.manage") ? (
        <>
          <Invite team={team} attempt={attempt} />
          {invitations === null || invitations.length === 0 ? null : <Open invitations={invitations} />}
        </>
      ) : null}
    </TeamPage>
  );
}

/** The operator has no account, and owns what was made with the operator's token. */
function nameOf({ name, email, userId }: Pick<Member, "name" | "email" | "userId">): string {
  return name ?? email ?? (userId === OPERATOR_USER_ID ? "The deployment’s operator" : "Somebody without a name");
}

/** Only an owner makes an owner, or changes one. */
function rolesFor(team: Team): readonly Option[] {
  const roles: readonly Role[] = allows(team.role, "workspace.own") ? ROLES : ROLES.filter((role) => role !== "owner");
  return roles.map((role) => ({ value: role, label: ROLE_WORDS[role].label }));
}

function MemberRow({ member, team, mine }: { readonly member: Member; readonly team: Team; readonly mine: boolean }) {
  const name = nameOf(member);
  const manages = allows(team.role, "team.manage") && (member.role !== "owner" || allows(team.role, "workspace.own"));
  return (
    <li class="entry" data-member={member.email ?? member.userId}>
      <div class="entry-main">
        <p class="entry-title">
          {name} {mine ? <span class="badge good">you</span> : null}
        </p>
        <p class="entry-facts">
          {member.email === null || member.email === name ? null : <span>{member.email}</span>}
          <span>
            since <Day at={member.since} />
          </span>
        </p>
      </div>
      <div class="entry-acts">
        {manages ? (
          <RoleForm member={member} team={team} name={name} />
        ) : (
          <span class="badge">{ROLE_WORDS[member.role].label}</span>
        )}
        {mine ? (
          <Confirm
            label="Leave"
            subject="the workspace"
            question={`You will no longer see what is private in ${team.name}. Somebody has to invite you to come back.`}
            action="leave"
            fields={{ userId: member.userId }}
            button="Leave the workspace"
          />
        ) : null}
        {manages && !mine ? (
          <Confirm
            label="Remove"
            subject={name}
            question={
              <>
                <strong>{name}</strong> loses access at once.
              </>
            }
            action="remove"
            fields={{ userId: member.userId }}
            button="Remove from the team"
          />
        ) : null}
      </div>
    </li>
  );
}

function RoleForm({ member, team, name }: { readonly member: Member; readonly team: Team; readonly name: string }) {
  return (
    <form method="post" class="inline">
      <Action name="role" fields={{ userId: member.userId }} />
      <select name="role" aria-label={`Role of ${name}`}>
        {rolesFor(team).map(({ value, label }) => (
          <option value={value} selected={value === member.role}>
            {label}
          </option>
        ))}
      </select>
      <button class="secondary small">
        Change<span class="vh"> the role of {name}</span>
      </button>
    </form>
  );
}

function Invite({ team, attempt }: Pick<MembersProps, "team" | "attempt">) {
  const fill = fillOf(attempt, "invite");
  return (
    <Section id="invite" heading="Invite somebody" lead="You get a link to send. It works for seven days.">
      <form method="post">
        <Action name="invite" />
        <Summary form="invite" fill={fill} labels={{ email: "Email", role: "Role" }} />
        <div class="side-by-side">
          <TextField
            form="invite"
            name="email"
            label="Email"
            type="email"
            fill={fill}
            maxlength={EMAIL_CHARS_MAX}
            placeholder="ada@example.com"
          />
          <SelectField form="invite" name="role" label="Role" value="member" fill={fill} options={rolesFor(team)} />
          <button class="primary">Invite</button>
        </div>
      </form>
      <dl class="glossary">
        {ROLES.map((role) => (
          <div>
            <dt>{ROLE_WORDS[role].label}</dt>
            <dd>{ROLE_WORDS[role].says}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Open({ invitations }: { readonly invitations: readonly Invitation[] }) {
  return (
    <Section id="open" heading="Open invitations">
      <ul class="rows">
        {invitations.map(({ id, email, role, expiresAt }) => (
          <li class="entry" data-invitation={email}>
            <div class="entry-main">
              <p class="entry-title">{email}</p>
              <p class="entry-facts">
                <span>{ROLE_WORDS[role].label}</span>
                <span>
                  until <Day at={expiresAt} />
                </span>
              </p>
            </div>
            <div class="entry-acts">
              <Confirm
                label="Take back"
                subject={`the invitation of ${email}`}
                question="Its link stops working at once."
                action="revoke-invitation"
                fields={{ id }}
                button="Take it back"
              />
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
