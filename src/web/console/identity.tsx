/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** Signing secrets, and what a customer's server does with them. */
import { IDENTITY_TOKEN_SECONDS_MAX, SIGNING_SECRETS_MAX } from "../../limits.ts";
import { IDENTITY_AUDIENCE } from "../../protocol/rest/identity-token.ts";
import type { CreatedSigningSecret, SigningSecret } from "../../protocol/rest/signing-secrets.ts";
import { teamPath } from "./address.ts";
import { Action, Summary } from "./fields.tsx";
import { type Attempt, fillOf } from "./fill.ts";
import { type Shell, type Team, TeamPage } from "./frame.tsx";
import { Code, Confirm, Day, Empty, Section, ShownOnce } from "./parts.tsx";

type IdentityProps = {
  readonly shell: Shell;
  readonly team: Team;
  readonly secrets: readonly SigningSecret[];
  readonly made: CreatedSigningSecret | null;
  readonly attempt: Attempt | null;
};

export function IdentityPage({ shell, team, secrets, made, attempt }: IdentityProps) {
  return (
    <TeamPage
      shell={shell}
      team={team}
      section="identity"
      title="Signed identity"
      lead="Your server says who somebody is, and signs it. The widget passes it on, and nobody can vote in another person’s name."
    >
      <Summary form="page" fill={fillOf(attempt, "page")} />
      {made === null ? null : (
        <ShownOnce id="new-secret" heading="The secret is made" label="The secret" value={made.secret}>
          Copy it now, to where your server keeps its secrets: it is not shown again. It is good at once.
        </ShownOnce>
      )}
      <Secrets secrets={secrets} />
      <HowTo team={team} />
    </TeamPage>
  );
}

function Secrets({ secrets }: Pick<IdentityProps, "secrets">) {
  const full = secrets.length >= SIGNING_SECRETS_MAX;
  return (
    <Section
      id="secrets"
      heading="Secrets"
      lead="Two may be good at a time. To rotate: make the second, move your servers to it, then revoke the first."
    >
      {secrets.length === 0 ? (
        <Empty heading="No secret yet">Make one, and your server can sign who your people are.</Empty>
      ) : (
        <ul class="rows">
          {secrets.map(({ id, lastFour, createdAt }) => (
            <li class="entry" data-secret={lastFour}>
              <div class="entry-main">
                <p class="entry-title">
                  <code>…{lastFour}</code>
                </p>
                <p class="entry-facts">
                  <span>
                    made <Day at={createdAt} />
                  </span>
                </p>
              </div>
              <div class="entry-acts">
                <Confirm
                  label="Revoke"
                  subject={`the secret that ends in ${lastFour}`}
                  question={
                    full
                      ? "Identities signed with it are refused from now on."
                      : "It is the only one: every signed identity is refused from now on, until you make another."
                  }
                  action="revoke"
                  fields={{ id }}
                  button="Revoke the secret"
                />
              </div>
            </li>
          ))}
        </ul>
      )}
      {full ? (
        <p class="hint after">Two secrets are good now. Revoke one to make another.</p>
      ) : (
        <form method="post" class="after">
          <Action name="new" />
          <button class="primary small">{secrets.length === 0 ? "Make a secret" : "Make the second one"}</button>
        </form>
      )}
    </Section>
  );
}

function HowTo({ team }: { readonly team: Team }) {
  const minutes = String(IDENTITY_TOKEN_SECONDS_MAX / 60);
  return (
    <Section id="how" heading="How to sign">
      <ol class="steps">
        <li>
          <p>
            On your server, for whoever is signed in there: a JWT with <code>HS256</code> that ends within {minutes}{" "}
            minutes. Only <code>sub</code> is needed of the person.
          </p>
          <Code id="server-code" label="Your server (Node.js, package jose)" code={serverCode(team.slug)} />
        </li>
        <li>
          <p>
            In your page, tell the widget where it gets one. It asks again before the old one ends; without one, nobody
            is signed in.
          </p>
          <Code id="page-code" label="Your page" code={PAGE_CODE} />
        </li>
        <li>
          <p>
            When all of your people come signed, switch on “People must be signed by your server” in the{" "}
            <a href={teamPath(team.slug, "settings")}>settings</a>.
          </p>
        </li>
      </ol>
    </Section>
  );
}

function serverCode(workspace: string): string {
  return `import { SignJWT } from "jose";

const secret = new TextEncoder().encode(process.env.GROUNDSWELL_SIGNING_SECRET);

const token = await new SignJWT({
  name: user.name,        // these five are optional
  email: user.email,
  avatar: user.avatarUrl,
  plan: "team",
  weight: 12,             // what a vote of theirs counts
})
  .setProtectedHeader({ alg: "HS256", typ: "JWT" })
  .setIssuer("${workspace}")
  .setAudience("${IDENTITY_AUDIENCE}")
  .setSubject(user.id)
  .setIssuedAt()
  .setExpirationTime("1h")
  .sign(secret);`;
}

/** The first statement queues what is said before the widget is loaded. */
const PAGE_CODE = `window.Groundswell ||= function () {
  (Groundswell.q ||= []).push(arguments);
};
Groundswell("identify", () =>
  fetch("/your/own/endpoint").then((answer) => (answer.ok ? answer.text() : null)));`;
