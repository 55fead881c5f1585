/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** A person's own page: name and address, password, where they are signed in, what happened to the account. */
import { NAME_CHARS_MAX, PASSWORD_CODE_POINTS_MIN } from "../../limits.ts";
import type { Me, SecurityEvent, Session } from "../../protocol/rest/account.ts";
import { formatCounted } from "../page/format.ts";
import { RESET_PATH } from "./address.ts";
import { Action, PasswordField, Summary, TextField } from "./fields.tsx";
import { type Attempt, fillOf } from "./fill.ts";
import { OwnPage, type Shell } from "./frame.tsx";
import { Day, Section, When } from "./parts.tsx";
import { EVENT_WORDS, PROVIDER_WORDS } from "./words.ts";

type AccountProps = {
  readonly shell: Shell;
  readonly me: Me;
  readonly sessions: readonly Session[];
  readonly events: readonly SecurityEvent[];
  readonly attempt: Attempt | null;
};

export function AccountPage({ shell, me, sessions, events, attempt }: AccountProps) {
  return (
    <OwnPage shell={shell} title="Your account">
      <Summary form="page" fill={fillOf(attempt, "page")} />
      <Profile me={me} attempt={attempt} />
      <Password me={me} attempt={attempt} />
      <Sessions sessions={sessions} nowMs={shell.nowMs} />
      <Events events={events} nowMs={shell.nowMs} />
    </OwnPage>
  );
}

function Profile({ me, attempt }: Pick<AccountProps, "me" | "attempt">) {
  const fill = fillOf(attempt, "profile");
  return (
    <Section id="profile" heading="Profile">
      <div class="fact">
        <span class="fact-name">Email</span>
        <span>
          {me.email}{" "}
          {me.emailVerified ? <span class="badge good">verified</span> : <span class="badge warn">not verified</span>}
        </span>
        {me.emailVerified ? null : (
          <form method="post">
            <Action name="verify" />
            <button class="secondary small">Send me a link that verifies it</button>
          </form>
        )}
      </div>
      <form method="post" class="narrow">
        <Action name="profile" />
        <Summary form="profile" fill={fill} labels={{ name: "Name" }} />
        <TextField
          form="profile"
          name="name"
          label="Name"
          value={me.name ?? ""}
          fill={fill}
          optional
          autocomplete="name"
          maxlength={NAME_CHARS_MAX}
          hint="Your teams see it next to your address."
        />
        <button class="primary small">Save the name</button>
      </form>
    </Section>
  );
}

function Password({ me, attempt }: Pick<AccountProps, "me" | "attempt">) {
  const fill = fillOf(attempt, "password");
  if (!me.signInMethods.includes("password")) {
    const names = me.signInMethods.map((method) => PROVIDER_WORDS[method]).join(" and ");
    return (
      <Section id="password" heading="Password">
        <p>
          You sign in with {names}, without a password. To have one as well, <a href={RESET_PATH}>ask for a link</a>.
        </p>
      </Section>
    );
  }
  const labels = { currentPassword: "Current password", newPassword: "New password" };
  return (
    <Section id="password" heading="Password" lead="Changing it ends all your other sessions.">
      <form method="post" class="narrow">
        <Action name="password" />
        <Summary form="password" fill={fill} labels={labels} />
        {/* Password managers file the new one under this name. */}
        <input type="hidden" name="username" autocomplete="username" value={me.email} />
        <PasswordField
          form="password"
          name="currentPassword"
          label={labels.currentPassword}
          fill={fill}
          autocomplete="current-password"
        />
        <PasswordField
          form="password"
          name="newPassword"
          label={labels.newPassword}
          fill={fill}
          autocomplete="new-password"
          hint={`At least ${String(PASSWORD_CODE_POINTS_MIN)} characters.`}
        />
        <button class="primary small">Change the password</button>
      </form>
    </Section>
  );
}

function deviceOf(session: Pick<Session, "browser" | "os">): string {
  const words = [session.browser, session.os].filter((part) => part !== "");
  return words.length === 0 ? "Unknown device" : words.join(" on ");
}

function placeOf({ place, address }: Pick<Session, "place" | "address">): string {
  return [place, address].filter((part) => part !== "").join(" · ");
}

function Sessions({ sessions, nowMs }: { readonly sessions: readonly Session[]; readonly nowMs: number }) {
  const others = sessions.some(({ current }) => !current);
  return (
    <Section id="sessions" heading="Where you are signed in">
      <ul class="rows">
        {sessions.map((session) => (
          <li class="entry" data-session={session.current ? "current" : "other"}>
            <div class="entry-main">
              <p class="entry-title">
                {deviceOf(session)} {session.current ? <span class="badge good">this device</span> : null}
              </p>
              <p class="entry-facts">
                {placeOf(session) === "" ? null : <span>{placeOf(session)}</span>}
                <span>
                  {session.method === "password" ? "with a password" : `with ${PROVIDER_WORDS[session.method]}`}
                </span>
                <span>
                  active <When at={session.lastActiveAt} nowMs={nowMs} />
                </span>
                <span>
                  since <Day at={session.createdAt} />
                </span>
              </p>
            </div>
            {session.current ? null : (
              <form method="post">
                <Action name="end-session" fields={{ id: session.id }} />
                <button class="secondary small">
                  End<span class="vh"> the session of {deviceOf(session)}</span>
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
      {others ? (
        <form method="post" class="after">
          <Action name="end-others" />
          <button class="secondary small">End all other sessions</button>
        </form>
      ) : null}
    </Section>
  );
}

/** So many stand open; the rest is folded away. */
const EVENTS_OPEN = 8;

function Events({ events, nowMs }: { readonly events: readonly SecurityEvent[]; readonly nowMs: number }) {
  const older = events.slice(EVENTS_OPEN);
  return (
    <Section
      id="events"
      heading="What happened to your account"
      lead="Something you do not know? End the other sessions, and change your password."
    >
      <EventTable events={events.slice(0, EVENTS_OPEN)} nowMs={nowMs} label="Newest events" />
      {older.length === 0 ? null : (
        <details class="older">
          <summary>{formatCounted(older.length, "older event")}</summary>
          <EventTable events={older} nowMs={nowMs} label="Older events" />
        </details>
      )}
    </Section>
  );
}

function EventTable({
  events,
  nowMs,
  label,
}: {
  readonly events: readonly SecurityEvent[];
  readonly nowMs: number;
  readonly label: string;
}) {
  return (
    <table class="cards" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Device</th>
          <th scope="col">From</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <tr>
            <td data-label="What">{EVENT_WORDS[event.kind]}</td>
            <td data-label="Device">{deviceOf(event)}</td>
            <td data-label="From">{placeOf(event) === "" ? "–" : placeOf(event)}</td>
            <td data-label="When">
              <When at={event.at} nowMs={nowMs} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
