/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** A workspace's settings: its name, who may write, from which sites, how often, and its end. */
import { ALLOWED_ORIGINS_MAX, NAME_CHARS_MAX } from "../../limits.ts";
import type { RateLimit } from "../../protocol/rest/rate-limits.ts";
import type { ModerationMode, Settings } from "../../protocol/rest/settings.ts";
import { teamPath } from "./address.ts";
import { Action, AreaField, Summary, TextField, Tick } from "./fields.tsx";
import { type Attempt, fillOf } from "./fill.ts";
import { allows, type Shell, type Team, TeamPage } from "./frame.tsx";
import { RateLimitsSection } from "./limits-form.tsx";
import { Section } from "./parts.tsx";

type SettingsProps = {
  readonly shell: Shell;
  readonly team: Team;
  readonly settings: Settings;
  readonly limits: readonly RateLimit[];
  readonly attempt: Attempt | null;
};

export function SettingsPage({ shell, team, settings, limits, attempt }: SettingsProps) {
  return (
    <TeamPage shell={shell} team={team} section="settings" title="Settings">
      <Summary form="page" fill={fillOf(attempt, "page")} />
      <Name team={team} attempt={attempt} />
      <Access team={team} settings={settings} attempt={attempt} />
      <Moderation team={team} settings={settings} attempt={attempt} />
      <RateLimitsSection limits={limits} attempt={attempt} />
      {allows(team.role, "workspace.own") ? <Delete team={team} attempt={attempt} /> : null}
    </TeamPage>
  );
}

function Name({ team, attempt }: Pick<SettingsProps, "team" | "attempt">) {
  const fill = fillOf(attempt, "rename");
  return (
    <Section id="name" heading="Name">
      <form method="post" class="narrow">
        <Action name="rename" />
        <Summary form="rename" fill={fill} labels={{ name: "Name" }} />
        <TextField
          form="rename"
          name="name"
          label="Name of the workspace"
          value={team.name}
          fill={fill}
          maxlength={NAME_CHARS_MAX}
          hint={
            <>
              Its address stays <code>/w/{team.slug}</code>.
            </>
          }
        />
        <button class="primary small">Save the name</button>
      </form>
    </Section>
  );
}

function Access({ team, settings, attempt }: Pick<SettingsProps, "team" | "settings" | "attempt">) {
  const fill = fillOf(attempt, "access");
  const ticked = (name: string, saved: boolean) => (fill.message === null ? saved : fill.values[name] !== undefined);
  return (
    <Section id="access" heading="Who may write">
      <form method="post">
        <Action name="access" />
        <Summary form="access" fill={fill} labels={{ allowedOrigins: "Sites" }} />
        <Tick
          form="access"
          name="anonymousPosting"
          checked={ticked("anonymousPosting", settings.anonymousPosting)}
          label="Anybody may post and vote"
          says="Also people of whom we only know that it is the same browser. Untick it, and only people your server signs, and your team, may."
        />
        <Tick
          form="access"
          name="requireIdentity"
          checked={ticked("requireIdentity", settings.requireIdentity)}
          label="People must be signed by your server"
          says="An id that a page merely claims is then refused, so nobody can vote in another person’s name."
        />
        <p class="hint">
          How to sign people stands under <a href={teamPath(team.slug, "identity")}>Signed identity</a>.
        </p>
        <AreaField
          form="access"
          name="allowedOrigins"
          label="Sites that may use the widget"
          rows={4}
          optional
          value={settings.allowedOrigins.join("\n")}
          fill={fill}
          placeholder="https://www.example.com"
          hint={`One on each line, at most ${String(ALLOWED_ORIGINS_MAX)}: scheme and host, nothing behind. Empty: any site.`}
        />
        <button class="primary small">Save these settings</button>
      </form>
    </Section>
  );
}

const MODES: readonly { readonly mode: ModerationMode; readonly label: string; readonly says: string }[] = [
  { mode: "open", label: "Nothing waits", says: "What people post and say is there at once." },
  {
    mode: "first-post",
    label: "First posts wait",
    says: "Until you let something of that person through; then they are known. Who gives no name always waits.",
  },
  { mode: "all", label: "Everything waits", says: "Until a moderator has seen it, also when its author changes it." },
];

function Moderation({ team, settings, attempt }: Pick<SettingsProps, "team" | "settings" | "attempt">) {
  const fill = fillOf(attempt, "moderation");
  const mode = fill.values["moderation"] ?? settings.moderation;
  const isLocked = fill.message === null ? settings.lockClosed : fill.values["lockClosed"] !== undefined;
  return (
    <Section
      id="moderation"
      heading="Moderation"
      lead={
        <>
          What looks like spam waits in any case; what your team writes never does. What waits stands in the{" "}
          <a href={teamPath(team.slug, "moderation")}>moderation queue</a>.
        </>
      }
    >
      <form method="post">
        <Action name="moderation" />
        <Summary form="moderation" fill={fill} />
        <fieldset>
          <legend>Posts and comments of people outside the team</legend>
          {MODES.map(({ mode: value, label, says }) => (
            <Tick
              form="moderation"
              type="radio"
              name="moderation"
              value={value}
              checked={mode === value}
              label={label}
              says={says}
            />
          ))}
        </fieldset>
        <fieldset>
          <legend>Voting</legend>
          <Tick
            form="moderation"
            name="lockClosed"
            checked={isLocked}
            label="No votes on what is completed or closed"
            says="Votes that were cast stay, and can still be taken back."
          />
        </fieldset>
        <button class="primary small">Save moderation</button>
      </form>
    </Section>
  );
}

function Delete({ team, attempt }: Pick<SettingsProps, "team" | "attempt">) {
  const fill = fillOf(attempt, "delete");
  return (
    <Section
      id="delete"
      heading="Delete the workspace"
      danger
      lead="All boards, all feedback and votes, the team and its keys. At once, for everybody, for good."
    >
      <form method="post" class="narrow">
        <Action name="delete" />
        <Summary form="delete" fill={fill} labels={{ confirm: "Address" }} />
        <ConfirmBySlug form="delete" slug={team.slug} fill={fill} />
        <button class="dangerous small">Delete this workspace</button>
      </form>
    </Section>
  );
}

/** Typed, so that nobody deletes in passing. */
export function ConfirmBySlug({
  form,
  slug,
  fill,
}: {
  readonly form: string;
  readonly slug: string;
  readonly fill: Attempt["fill"];
}) {
  return <TextField form={form} name="confirm" label={`Type “${slug}” to confirm`} fill={fill} />;
}
