/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** Where an invitation's link leads, signed in or not. */
import { REGISTER_PATH, SIGN_IN_PATH, SIGN_OUT_PATH, teamPath, withReturn } from "./address.ts";
import { Action, Summary } from "./fields.tsx";
import type { Fill } from "./fill.ts";
import { DoorPage, type Shell } from "./frame.tsx";
import { CodeField } from "./sign-in.tsx";

type JoinProps = { readonly shell: Shell; readonly workspace: string; readonly fill: Fill };

export function JoinPage({ shell, workspace, fill }: JoinProps) {
  const { person } = shell;
  if (person === null) return <Strangers shell={shell} workspace={workspace} />;
  return (
    <DoorPage
      shell={shell}
      title="Join the team"
      heading={`Join ${workspace}`}
      lead={
        <>
          You are signed in as <strong>{person.email}</strong>. The invitation works for the address that it was made
          for.
        </>
      }
    >
      <form method="post">
        <Action name="join" />
        <Summary form="join" fill={fill} labels={{ token: "Code from the link" }} />
        <CodeField form="join" fill={fill} />
        <button class="primary">Join the team</button>
      </form>
      <form method="post" action={SIGN_OUT_PATH} class="after">
        <Action name="sign-out" fields={{ returnTo: teamPath(workspace, "join") }} />
        <button class="plain">Sign in as somebody else</button>
      </form>
    </DoorPage>
  );
}

/** Script keeps the code for this tab until somebody is signed in. */
function Strangers({ shell, workspace }: Pick<JoinProps, "shell" | "workspace">) {
  const here = teamPath(workspace, "join");
  return (
    <DoorPage
      shell={shell}
      title="You are invited"
      heading={`You are invited to ${workspace}`}
      lead="Sign in with the address that the invitation was sent to, or open an account with it."
    >
      <div class="stack" data-keep-code="">
        <a class="primary" href={withReturn(SIGN_IN_PATH, here)}>
          Sign in
        </a>
        <a class="secondary" href={withReturn(REGISTER_PATH, here)}>
          Open an account
        </a>
      </div>
      <p class="hint">Keep the link: if you come back here without it, open it again.</p>
    </DoorPage>
  );
}
