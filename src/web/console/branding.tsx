/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** Accent colour and logo, with a picture of the widget that follows what is typed. */
import { URL_FIELD_CHARS_MAX } from "../../limits.ts";
import type { Branding } from "../../protocol/rest/settings.ts";
import { inkOn } from "../client/console/ink.ts";
import { Action, Summary, TextField } from "./fields.tsx";
import { type Attempt, fillOf } from "./fill.ts";
import { type Shell, type Team, TeamPage } from "./frame.tsx";
import { Section } from "./parts.tsx";

/** The widget's own, when the workspace has chosen none. */
const ACCENT_DEFAULT = "#0f766e";

export function BrandingPage({
  shell,
  team,
  branding,
  attempt,
}: {
  readonly shell: Shell;
  readonly team: Team;
  readonly branding: Branding;
  readonly attempt: Attempt | null;
}) {
  const fill = fillOf(attempt, "branding");
  return (
    <TeamPage shell={shell} team={team} section="branding" title="Branding" lead="How the widget looks on your site.">
      <div class="halves">
        <Section id="look" heading="Look">
          <form method="post">
            <Action name="branding" />
            <Summary form="branding" fill={fill} labels={{ accentColor: "Accent colour", logoUrl: "Logo" }} />
            <div class="with-swatch">
              <TextField
                form="branding"
                name="accentColor"
                label="Accent colour"
                value={branding.accentColor ?? ""}
                fill={fill}
                optional
                maxlength={7}
                placeholder={ACCENT_DEFAULT}
                hint="Six hexadecimal digits. Empty: Groundswell’s own."
                data={{ "data-accent": "" }}
              />
              <input
                class="scripted swatch"
                type="color"
                value={branding.accentColor ?? ACCENT_DEFAULT}
                aria-label="Pick the accent colour"
                data-swatch=""
              />
            </div>
            <TextField
              form="branding"
              name="logoUrl"
              label="Logo"
              type="url"
              value={branding.logoUrl ?? ""}
              fill={fill}
              optional
              maxlength={URL_FIELD_CHARS_MAX}
              placeholder="https://www.example.com/logo.svg"
              hint="The https:// address of a square image. Empty: none."
              data={{ "data-logo": "" }}
            />
            <button class="primary small">Save the branding</button>
          </form>
        </Section>
        <Preview team={team} branding={branding} />
      </div>
    </TeamPage>
  );
}

/** Drawn with attributes, which need no style of the page's own; script changes them as one types. */
function Preview({ team, branding }: { readonly team: Team; readonly branding: Branding }) {
  const accent = branding.accentColor ?? ACCENT_DEFAULT;
  return (
    <figure class="preview" aria-label="Preview">
      <figcaption>Preview</figcaption>
      <div class="preview-panel" aria-hidden="true">
        <div class="preview-head">
          <img
            class="preview-logo"
            alt=""
            width="28"
            height="28"
            referrerpolicy="no-referrer"
            data-preview-logo=""
            {...(branding.logoUrl === null ? { hidden: true } : { src: branding.logoUrl })}
          />
          <strong>{team.name}</strong>
        </div>
        <svg class="preview-drawing" viewBox="0 0 300 206" width="300" height="206" data-preview="">
          {[0, 1].map((row) => (
            <g transform={`translate(0 ${String(row * 66)})`}>
              <rect
                x="0"
                y="4"
                width="46"
                height="50"
                rx="10"
                {...(row === 0 ? { fill: accent, "data-fill": "" } : { class: "ghost" })}
              />
              <path
                d="m23 17 6 8H17z"
                {...(row === 0 ? { fill: inkOn(accent), "data-ink": "" } : { fill: "currentColor", opacity: ".5" })}
              />
              <text
                x="23"
                y="44"
                text-anchor="middle"
                {...(row === 0 ? { fill: inkOn(accent), "data-ink": "" } : { fill: "currentColor" })}
              >
                {row === 0 ? "128" : "74"}
              </text>
              <rect x="60" y="12" width={row === 0 ? 190 : 160} height="10" rx="5" fill="currentColor" opacity=".55" />
              <rect x="60" y="32" width={row === 0 ? 220 : 200} height="8" rx="4" fill="currentColor" opacity=".2" />
            </g>
          ))}
          <rect x="0" y="150" width="300" height="44" rx="10" fill={accent} data-fill="" />
          <text x="150" y="177" text-anchor="middle" fill={inkOn(accent)} data-ink="">
            Share an idea
          </text>
        </svg>
      </div>
    </figure>
  );
}
