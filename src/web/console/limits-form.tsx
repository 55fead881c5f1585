/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** The workspace's rate limits: how often people may ask, what that is by default, and the workspace's own number. */
import { QUOTAS } from "../../domain/rate-limits.ts";
import { RATE_LIMIT_MAX } from "../../limits.ts";
import { type RateLimit, WORKSPACE_QUOTAS, type WorkspaceQuota } from "../../protocol/rest/rate-limits.ts";
import { Action, fieldId, Summary } from "./fields.tsx";
import { type Attempt, errorOf, type Fill, fillOf } from "./fill.ts";
import { Section } from "./parts.tsx";

const FORM = "limits";
/** What is counted, and whose: unlike the table's own words these stand in a row of few columns. */
const WORDS: Readonly<Record<WorkspaceQuota, { readonly what: string; readonly whose: string }>> = {
  read: { what: "Reading", whose: "from one address" },
  "feedback-create-person": { what: "Posting", whose: "by one person" },
  "feedback-create-address": { what: "Posting", whose: "from one address" },
  "vote-person": { what: "Voting", whose: "by one person" },
  "vote-address": { what: "Voting", whose: "from one address" },
  "comment-person": { what: "Commenting", whose: "by one person" },
  "comment-address": { what: "Commenting", whose: "from one address" },
  "api-key": { what: "All requests", whose: "with one API key" },
};

function labelOf(name: WorkspaceQuota): string {
  const { what, whose } = WORDS[name];
  return `${what}, ${whose}`;
}

export function RateLimitsSection({
  limits,
  attempt,
}: {
  readonly limits: readonly RateLimit[];
  readonly attempt: Attempt | null;
}) {
  const fill = fillOf(attempt, FORM);
  return (
    <Section
      id="limits"
      heading="Rate limits"
      lead="How many requests pass, so that nobody drowns the others. Whoever is over a limit is told when to come back. Leave a field empty to use the default."
    >
      <form method="post">
        <Action name="limits" />
        <Summary
          form={FORM}
          fill={fill}
          labels={Object.fromEntries(WORKSPACE_QUOTAS.map((name) => [name, labelOf(name)]))}
        />
        <table class="cards" aria-label="Rate limits">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Counted</th>
              <th scope="col">Default</th>
              <th scope="col">Yours</th>
            </tr>
          </thead>
          <tbody>
            {limits.map((limit) => (
              <Row limit={limit} fill={fill} />
            ))}
          </tbody>
        </table>
        <div class="buttons">
          <button class="primary small">Save the limits</button>
          <button class="plain small" name="defaults" value="all" formnovalidate>
            Use all defaults
          </button>
        </div>
      </form>
    </Section>
  );
}

function Row({ limit, fill }: { readonly limit: RateLimit; readonly fill: Fill }) {
  const { name } = limit;
  const { what, whose } = WORDS[name];
  const id = fieldId(FORM, name);
  const wrong = errorOf(fill, name);
  const own = limit.limit === limit.default ? "" : String(limit.limit);
  return (
    <tr>
      <td data-label="What">{what}</td>
      <td data-label="Counted">{whose}</td>
      <td data-label="Default">{everyWindow(limit.default, name)}</td>
      <td data-label="Yours">
        <input
          id={id}
          class="number"
          name={name}
          type="number"
          inputmode="numeric"
          min="1"
          max={String(RATE_LIMIT_MAX)}
          step="1"
          aria-label={`${labelOf(name)}: your own limit`}
          placeholder={String(limit.default)}
          value={fill.values[name] ?? own}
          autocomplete="off"
          {...(wrong === null ? {} : { "aria-invalid": "true" as const, "aria-describedby": `${id}-error` })}
        />
        {wrong === null ? null : (
          <p class="error" id={`${id}-error`}>
            {wrong}
          </p>
        )}
      </td>
    </tr>
  );
}

function everyWindow(limit: number, name: WorkspaceQuota): string {
  const { windowSeconds } = QUOTAS[name];
  const window = windowSeconds === 60 ? "a minute" : `in ${String(windowSeconds / 60)} minutes`;
  return `${limit.toLocaleString("en")} ${window}`;
}
