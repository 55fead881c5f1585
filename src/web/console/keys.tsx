/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** API keys: made, shown once, revoked. */
import { API_KEY_PREFIX, NAME_CHARS_MAX } from "../../limits.ts";
import { type ApiKey, type ApiKeyScope, API_KEY_SCOPES, type CreatedApiKey } from "../../protocol/rest/api-keys.ts";
import { Action, type Option, SelectField, Summary, TextField, Tick } from "./fields.tsx";
import { type Attempt, errorOf, fillOf } from "./fill.ts";
import { type Shell, type Team, TeamPage } from "./frame.tsx";
import { Confirm, Day, Empty, Section, ShownOnce, When } from "./parts.tsx";
import { SCOPE_WORDS } from "./words.ts";

type KeysProps = {
  readonly shell: Shell;
  readonly team: Team;
  readonly keys: readonly ApiKey[];
  readonly made: CreatedApiKey | null;
  readonly attempt: Attempt | null;
};

/** Days of a key's life, as the form offers them. */
export const LIFETIMES: readonly Option[] = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
  { value: "never", label: "Never" },
];
const LIFETIME_DEFAULT = "90";

/** The name of a scope's box: a form may send a name only once. */
export function scopeField(scope: ApiKeyScope): string {
  return `scope-${scope}`;
}

export function KeysPage({ shell, team, keys, made, attempt }: KeysProps) {
  return (
    <TeamPage
      shell={shell}
      team={team}
      section="keys"
      title="API keys"
      lead={
        <>
          For your own servers, as <code>Authorization: Bearer {API_KEY_PREFIX}…</code>. Never put one into a page or an
          app. <a href="/docs">API reference</a>
        </>
      }
    >
      <Summary form="page" fill={fillOf(attempt, "page")} />
      {made === null ? null : (
        <ShownOnce id="new-key" heading={`“${made.name}” is made`} label="The key" value={made.key}>
          Copy it now, to where your server keeps its secrets. We keep only its fingerprint: it is not shown again.
        </ShownOnce>
      )}
      {keys.length === 0 ? (
        <Empty heading="No keys yet">A key lets your servers read and write feedback. Make one below.</Empty>
      ) : (
        <Keys keys={keys} nowMs={shell.nowMs} />
      )}
      <NewKey attempt={attempt} />
    </TeamPage>
  );
}

function Keys({ keys, nowMs }: { readonly keys: readonly ApiKey[]; readonly nowMs: number }) {
  return (
    <Section id="keys" heading="Keys">
      <ul class="rows">
        {keys.map(({ id, name, lastFour, scopes, createdAt, expiresAt, lastUsedAt }) => (
          <li class="entry" data-key={name}>
            <div class="entry-main">
              <p class="entry-title">
                {name} <code>…{lastFour}</code>{" "}
                {expiresAt !== null && Date.parse(expiresAt) <= nowMs ? <span class="badge warn">expired</span> : null}
              </p>
              <p class="entry-facts">
                <span>{scopes.map((scope) => SCOPE_WORDS[scope].label.toLowerCase()).join(", ")}</span>
                <span>
                  made <Day at={createdAt} />
                </span>
                <span>
                  {expiresAt === null ? (
                    "no end"
                  ) : (
                    <>
                      until <Day at={expiresAt} />
                    </>
                  )}
                </span>
                <span>
                  {lastUsedAt === null ? (
                    "never used"
                  ) : (
                    <>
                      used <When at={lastUsedAt} nowMs={nowMs} />
                    </>
                  )}
                </span>
              </p>
            </div>
            <div class="entry-acts">
              <Confirm
                label="Revoke"
                subject={name}
                question="Every request with this key is refused from now on. This cannot be undone."
                action="revoke"
                fields={{ id }}
                button="Revoke the key"
              />
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function NewKey({ attempt }: Pick<KeysProps, "attempt">) {
  const fill = fillOf(attempt, "new");
  const sent = fill.message !== null;
  const wrong = errorOf(fill, "scopes");
  return (
    <Section id="make" heading="New key">
      <form method="post" class="narrow">
        <Action name="new" />
        <Summary form="new" fill={fill} labels={{ name: "Name", scopes: "What it may do", expires: "Ends after" }} />
        <TextField
          form="new"
          name="name"
          label="Name"
          fill={fill}
          maxlength={NAME_CHARS_MAX}
          placeholder="Production server"
        />
        <fieldset id="new-scopes" {...(wrong === null ? {} : { "aria-describedby": "new-scopes-error" })}>
          <legend>What it may do</legend>
          {API_KEY_SCOPES.map((scope) => (
            <Tick
              form="new"
              name={scopeField(scope)}
              checked={sent ? fill.values[scopeField(scope)] !== undefined : scope === "read"}
              label={SCOPE_WORDS[scope].label}
              says={SCOPE_WORDS[scope].says}
            />
          ))}
          {wrong === null ? null : (
            <p class="error" id="new-scopes-error">
              {wrong}
            </p>
          )}
        </fieldset>
        <SelectField
          form="new"
          name="expires"
          label="Ends after"
          value={LIFETIME_DEFAULT}
          fill={fill}
          options={LIFETIMES}
        />
        <button class="primary small">Make the key</button>
      </form>
    </Section>
  );
}
