/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** What several pages of the console are put together from: sections, secrets that are shown once, questions before something is undone, times, empty lists. */
import type { Child } from "hono/jsx";
import { formatAge } from "../page/format.ts";
import { CalmSea } from "../page/icons.tsx";
import { Action } from "./fields.tsx";

export function Section({
  id,
  heading,
  lead,
  danger,
  children,
}: {
  readonly id: string;
  readonly heading: string;
  readonly lead?: Child;
  readonly danger?: boolean;
  readonly children: Child;
}) {
  return (
    <section class={danger === true ? "card danger-zone" : "card"} aria-labelledby={id}>
      <h2 id={id}>{heading}</h2>
      {lead === undefined ? null : <p class="lead">{lead}</p>}
      {children}
    </section>
  );
}

const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });

/** How long ago, with the exact time for those who point at it. */
export function When({ at, nowMs }: { readonly at: string; readonly nowMs: number }) {
  return (
    <time datetime={at} title={`${FULL.format(Date.parse(at))} UTC`}>
      {formatAge(at, nowMs)}
    </time>
  );
}

export function Day({ at }: { readonly at: string }) {
  return <time datetime={at}>{DAY.format(Date.parse(at))}</time>;
}

/** A value that is never shown again. It takes the focus, so that nobody goes on without it. */
export function ShownOnce({
  id,
  heading,
  label,
  value,
  children,
}: {
  readonly id: string;
  readonly heading: string;
  readonly label: string;
  readonly value: string;
  readonly children: Child;
}) {
  return (
    <div class="once" role="group" aria-labelledby={`${id}-heading`} tabindex={-1} autofocus>
      <h2 id={`${id}-heading`}>{heading}</h2>
      <p>{children}</p>
      <Copyable id={id} label={label} value={value} />
    </div>
  );
}

export function Copyable({
  id,
  label,
  value,
}: {
  readonly id: string;
  readonly label: string;
  readonly value: string;
}) {
  return (
    <div class="copyable">
      <label for={id}>{label}</label>
      <div class="joined">
        <input class="mono" id={id} readonly value={value} autocomplete="off" spellcheck={false} data-whole="" />
        <button class="inner scripted" type="button" data-copy={id}>
          Copy
        </button>
      </div>
    </div>
  );
}

/** Code with a button that copies it. */
export function Code({ id, label, code }: { readonly id: string; readonly label: string; readonly code: string }) {
  return (
    <figure class="code">
      <figcaption>
        <span>{label}</span>
        <button class="plain scripted" type="button" data-copy={id}>
          Copy<span class="vh"> {label}</span>
        </button>
      </figcaption>
      <pre id={id} tabindex={0} role="region" aria-label={label}>
        <code>{code}</code>
      </pre>
    </figure>
  );
}

/** Opens to the question, so that one press too many undoes nothing; works without script. */
export function Confirm({
  label,
  subject,
  question,
  action,
  fields,
  button,
}: {
  readonly label: string;
  /** Whom or what it is about, for those who hear the page's buttons in a row. */
  readonly subject: string;
  readonly question: Child;
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly button: string;
}) {
  return (
    <details class="confirm" name="confirm">
      <summary>
        {label}
        <span class="vh"> {subject}</span>
      </summary>
      <form method="post" class="question">
        <Action name={action} fields={fields} />
        <p>{question}</p>
        <button class="dangerous small">{button}</button>
      </form>
    </details>
  );
}

export function Empty({ heading, children }: { readonly heading: string; readonly children: Child }) {
  return (
    <div class="empty">
      <CalmSea />
      <h2>{heading}</h2>
      <p>{children}</p>
    </div>
  );
}
