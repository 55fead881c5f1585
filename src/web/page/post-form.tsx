/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** The form that posts feedback. After a refusal it comes back with the entered text and a message at each field. */
import type { Failure, FieldError } from "../../errors.ts";
import { CATEGORY_CHARS_MAX, DESCRIPTION_CHARS_MAX, TITLE_CHARS_MAX } from "../../limits.ts";
import { type BoardAddress, boardPath } from "./address.ts";

export type Draft = {
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly errors: readonly FieldError[];
  /** Set when no field is at fault, but something else keeps it from being posted. */
  readonly refused?: Failure;
};

export const EMPTY_DRAFT: Draft = { title: "", description: "", category: "", errors: [] };

const FIELDS = ["title", "description", "category"] as const;
type Field = (typeof FIELDS)[number];

function errorOf(draft: Draft, field: Field): string | null {
  return draft.errors.find((error) => error.path === field)?.message ?? null;
}

/** What a screen reader reads with the field. */
function described(draft: Draft, field: Field): Readonly<Record<string, string>> {
  return errorOf(draft, field) === null ? {} : { "aria-invalid": "true", "aria-describedby": `error-${field}` };
}

function FieldMessage({ draft, field }: { readonly draft: Draft; readonly field: Field }) {
  const message = errorOf(draft, field);
  return message === null ? null : (
    <p class="error" id={`error-${field}`}>
      {message}
    </p>
  );
}

/** Why it was not posted; null before it was tried. */
function alertOf({ errors, refused }: Draft): string | null {
  if (refused !== undefined) return refused.detail;
  if (errors.length === 0) return null;
  const elsewhere = errors.filter((error) => !FIELDS.some((field) => field === error.path));
  if (elsewhere.length === 0) return "Not posted yet. Please look at the marked fields.";
  return elsewhere.map((error) => error.message).join(" ");
}

/** Where `client/board/challenge.ts` puts Turnstile when somebody begins to write: who only reads loads nothing of Cloudflare's. */
function Challenge({ siteKey }: { readonly siteKey: string }) {
  return (
    <div class="challenge">
      <div class="box" data-challenge={siteKey}></div>
      <p class="hint" role="status" data-challenge-status="">
        Before you post, Cloudflare Turnstile checks that you are a person.
      </p>
      <noscript>
        <p class="error">Posting needs JavaScript here: without it, we cannot tell that you are a person.</p>
      </noscript>
    </div>
  );
}

export function PostForm({
  address,
  draft,
  categories,
  challengeKey,
}: {
  readonly address: BoardAddress;
  readonly draft: Draft;
  readonly categories: readonly string[];
  readonly challengeKey: string | null;
}) {
  const alert = alertOf(draft);
  return (
    <form class="card post" id="post" method="post" action={boardPath(address)} data-post="">
      <h2>Share an idea</h2>
      {alert === null ? null : (
        <p class="error" role="alert">
          {alert}
        </p>
      )}
      <label for="post-title">Title</label>
      <input
        id="post-title"
        name="title"
        required
        maxlength={TITLE_CHARS_MAX}
        autocomplete="off"
        placeholder="A short, clear name for it"
        value={draft.title}
        {...described(draft, "title")}
      />
      <FieldMessage draft={draft} field="title" />
      <div class="similar">
        <p role="status" data-similar-status=""></p>
        <ul role="list" aria-label="Similar ideas" data-similar=""></ul>
      </div>
      <label for="post-description">
        Details <span class="optional">optional</span>
      </label>
      <textarea
        id="post-description"
        name="description"
        rows={4}
        maxlength={DESCRIPTION_CHARS_MAX}
        placeholder="What are you trying to do, and what gets in the way?"
        {...described(draft, "description")}
      >
        {draft.description}
      </textarea>
      <FieldMessage draft={draft} field="description" />
      <label for="post-category">
        Category <span class="optional">optional</span>
      </label>
      <input
        id="post-category"
        name="category"
        list="categories"
        maxlength={CATEGORY_CHARS_MAX}
        autocomplete="off"
        placeholder="Mobile, billing, reports …"
        value={draft.category}
        {...described(draft, "category")}
      />
      <datalist id="categories">
        {categories.map((category) => (
          <option value={category}></option>
        ))}
      </datalist>
      <FieldMessage draft={draft} field="category" />
      {challengeKey === null ? null : <Challenge siteKey={challengeKey} />}
      <button class="primary">Post idea</button>
    </form>
  );
}
