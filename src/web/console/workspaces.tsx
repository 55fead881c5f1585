/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** My workspaces, and the form that makes one. */
import { NAME_CHARS_MAX, SLUG_CHARS_MAX } from "../../limits.ts";
import type { MyWorkspace } from "../../protocol/rest/workspaces.ts";
import { teamPath } from "./address.ts";
import { Action, Summary, TextField } from "./fields.tsx";
import { type Attempt, type Fill, fillOf } from "./fill.ts";
import { OwnPage, type Shell } from "./frame.tsx";
import { Day, Empty, Section } from "./parts.tsx";
import { ROLE_WORDS } from "./words.ts";

export function WorkspacesPage({
  shell,
  workspaces,
  attempt,
}: {
  readonly shell: Shell;
  readonly workspaces: readonly MyWorkspace[];
  readonly attempt: Attempt | null;
}) {
  return (
    <OwnPage shell={shell} title="Your workspaces">
      {workspaces.length === 0 ? (
        <Empty heading="You are in no workspace yet">
          Make one below; it takes a name and an address. Or open the link of an invitation that somebody sent you.
        </Empty>
      ) : (
        <ul class="tiles">
          {workspaces.map(({ slug, name, role, since }) => (
            <li>
              <a class="tile" href={teamPath(slug)}>
                <span class="tile-name">{name}</span>
                <span class="tile-facts">
                  <code>/w/{slug}</code>
                  <span class="badge">{ROLE_WORDS[role].label}</span>
                </span>
                <span class="tile-facts">
                  <span>
                    since <Day at={since} />
                  </span>
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
      <Section id="new" heading="New workspace" lead="One for each product or company whose users you want to hear.">
        <NewWorkspace fill={fillOf(attempt, "new")} />
      </Section>
    </OwnPage>
  );
}

function NewWorkspace({ fill }: { readonly fill: Fill }) {
  return (
    <form method="post" class="narrow">
      <Action name="new" />
      <Summary form="new" fill={fill} labels={{ name: "Name", slug: "Address" }} />
      <TextField
        form="new"
        name="name"
        label="Name"
        fill={fill}
        maxlength={NAME_CHARS_MAX}
        placeholder="Acme"
        data={{ "data-names": "new-slug" }}
      />
      <SlugField
        form="new"
        fill={fill}
        hint="Lower-case letters, digits and hyphens. It is part of every link to your boards and stays as it is."
        placeholder="acme"
      />
      <button class="primary small">Make the workspace</button>
    </form>
  );
}

/** Script suggests it from the name until somebody types one. */
export function SlugField({
  form,
  fill,
  hint,
  placeholder,
}: {
  readonly form: string;
  readonly fill: Fill;
  readonly hint: string;
  readonly placeholder: string;
}) {
  return (
    <TextField
      form={form}
      name="slug"
      label="Address"
      fill={fill}
      maxlength={SLUG_CHARS_MAX}
      pattern="[a-z0-9\-]+"
      hint={hint}
      placeholder={placeholder}
    />
  );
}
