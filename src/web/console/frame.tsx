/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** The document around the console's pages: the narrow one of signing in, and the wide one with who is signed in and a workspace's sections. */
import type { Child } from "hono/jsx";
import { may } from "../../domain/permissions.ts";
import type { Action as Right, Role } from "../../protocol/rest/roles.ts";
import { Document } from "../document.tsx";
import { Mark } from "../page/icons.tsx";
import { ACCOUNT_PATH, CONSOLE_PATH, SIGN_OUT_PATH, teamPath, type TeamSection } from "./address.ts";
import { ROLE_WORDS } from "./words.ts";

export type ConsoleAssets = { readonly css: string; readonly js: string };

export type Person = { readonly userId: string; readonly email: string; readonly name: string | null };

/** The workspace a page is about, as its visitor sees it. */
export type Team = { readonly slug: string; readonly name: string; readonly role: Role };

export type Shell = {
  readonly assets: ConsoleAssets;
  /** Null: nobody is signed in. */
  readonly person: Person | null;
  readonly notice: string | null;
  readonly nowMs: number;
};

export function allows(role: Role, right: Right): boolean {
  return may({ standing: role, scopes: null }, right);
}

const SECTIONS: readonly { readonly section: TeamSection; readonly label: string; readonly right: Right }[] = [
  { section: "", label: "Overview", right: "internal.read" },
  { section: "boards", label: "Boards", right: "internal.read" },
  { section: "moderation", label: "Moderation", right: "feedback.moderate" },
  { section: "duplicates", label: "Duplicates", right: "feedback.moderate" },
  { section: "roadmap", label: "Roadmap", right: "internal.read" },
  { section: "themes", label: "Themes", right: "internal.read" },
  { section: "analytics", label: "Analytics", right: "internal.read" },
  { section: "members", label: "Members", right: "internal.read" },
  { section: "keys", label: "API keys", right: "team.manage" },
  { section: "identity", label: "Signed identity", right: "team.manage" },
  { section: "branding", label: "Branding", right: "workspace.configure" },
  { section: "settings", label: "Settings", right: "workspace.configure" },
  { section: "history", label: "History", right: "workspace.configure" },
];

type PageProps = {
  readonly shell: Shell;
  readonly title: string;
  /** Besides the one of all pages. */
  readonly scripts?: readonly string[];
  readonly children: Child;
};

function Page({ shell, title, wide, scripts = [], children }: PageProps & { readonly wide: boolean }) {
  return (
    <Document
      title={`${title} · Groundswell`}
      description="The console of a Groundswell installation."
      canonical={null}
      siteName="Groundswell"
      styles={[shell.assets.css]}
      scripts={[shell.assets.js, ...scripts]}
      data={{ "data-page": wide ? "console" : "door" }}
    >
      <a class="skip" href="#main">
        Skip to content
      </a>
      {children}
    </Document>
  );
}

function Notice({ shell }: { readonly shell: Shell }) {
  return shell.notice === null ? null : (
    <p class="notice" role="status">
      {shell.notice}
    </p>
  );
}

/** One card in the middle: signing in, registering, mailed links, an invitation. `below` stands under it. */
export function DoorPage({
  shell,
  title,
  heading,
  lead,
  below,
  children,
}: PageProps & { readonly heading?: string; readonly lead?: Child; readonly below?: Child }) {
  return (
    <Page shell={shell} title={title} wide={false}>
      <main class="door" id="main" tabindex={-1}>
        <a class="brand" href="/">
          <Mark />
          <span>Groundswell</span>
        </a>
        <div class="card">
          <h1>{heading ?? title}</h1>
          {lead === undefined ? null : <p class="lead">{lead}</p>}
          <Notice shell={shell} />
          {children}
        </div>
        {below === undefined ? null : <p class="below">{below}</p>}
      </main>
    </Page>
  );
}

function Top({ person, team }: { readonly person: Person | null; readonly team: Team | null }) {
  return (
    <header class="top">
      <div class="wide">
        <a class="brand" href={CONSOLE_PATH}>
          <Mark />
          <span class={team === null ? undefined : "brand-word"}>Groundswell</span>
        </a>
        {team === null ? null : (
          <a class="trail" href={teamPath(team.slug)}>
            {team.name}
          </a>
        )}
        {person === null ? null : (
          <div class="end">
            <a class="who" href={ACCOUNT_PATH}>
              <span class="vh">Account of </span>
              <span class="avatar" aria-hidden="true">
                {initialOf(person)}
              </span>
              <span class="who-name">{person.name ?? person.email}</span>
            </a>
            <form method="post" action={SIGN_OUT_PATH}>
              <button class="plain">Sign out</button>
            </form>
          </div>
        )}
      </div>
    </header>
  );
}

/** A person's first letter; emoji and combined characters stay whole. */
function initialOf({ name, email }: Person): string {
  const [first] = new Intl.Segmenter("en").segment(name ?? email);
  return (first?.segment ?? "?").toUpperCase();
}

/** A page of the person's own: account, workspaces, failures. */
export function OwnPage({ shell, title, lead, children }: PageProps & { readonly lead?: Child }) {
  return (
    <Page shell={shell} title={title} wide={true}>
      <Top person={shell.person} team={null} />
      <main class="wide console" id="main" tabindex={-1}>
        <div class="page-head">
          <h1>{title}</h1>
          {lead === undefined ? null : <p class="lead">{lead}</p>}
        </div>
        <Notice shell={shell} />
        {children}
      </main>
    </Page>
  );
}

/** A page of a workspace. `crumb`: where the page stands below its section. */
export function TeamPage({
  shell,
  team,
  section,
  title,
  lead,
  crumb,
  scripts = [],
  children,
}: PageProps & {
  readonly team: Team;
  readonly section: TeamSection;
  readonly lead?: Child;
  readonly crumb?: { readonly href: string; readonly label: string };
}) {
  const sections = SECTIONS.filter(({ right }) => allows(team.role, right));
  return (
    <Page shell={shell} title={`${title} · ${team.name}`} wide={true} scripts={scripts}>
      <Top person={shell.person} team={team} />
      <div class="wide console with-side">
        <nav class="side" aria-label={`Sections of ${team.name}`}>
          <ul>
            {sections.map((each) => (
              <li>
                <a
                  href={teamPath(team.slug, each.section)}
                  aria-current={each.section === section ? (crumb === undefined ? "page" : "true") : undefined}
                >
                  {each.label}
                </a>
              </li>
            ))}
          </ul>
          <p class="role">
            Your role: <strong>{ROLE_WORDS[team.role].label}</strong>
          </p>
        </nav>
        <main id="main" tabindex={-1}>
          <div class="page-head">
            {crumb === undefined ? null : (
              <p class="crumb">
                <a href={crumb.href}>← {crumb.label}</a>
              </p>
            )}
            <h1>{title}</h1>
            {lead === undefined ? null : <p class="lead">{lead}</p>}
          </div>
          <Notice shell={shell} />
          {children}
        </main>
      </div>
    </Page>
  );
}
