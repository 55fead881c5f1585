/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** Signing in, opening an account, and the pages that mailed links lead to. */
import { API_PREFIX } from "../../ids.ts";
import { NAME_CHARS_MAX, EMAIL_CHARS_MAX, PASSWORD_CODE_POINTS_MIN } from "../../limits.ts";
import type { Provider } from "../../protocol/rest/oauth.ts";
import { REGISTER_PATH, RESET_PATH, SIGN_IN_PATH, withReturn } from "./address.ts";
import { Action, PasswordField, Summary, TextField } from "./fields.tsx";
import type { Fill } from "./fill.ts";
import { DoorPage, type Shell } from "./frame.tsx";
import { ProviderMark } from "./icons.tsx";
import { PROVIDER_WORDS } from "./words.ts";

const LABELS = {
  email: "Email",
  password: "Password",
  name: "Your name",
  newPassword: "New password",
  token: "Code from the link",
};

type DoorProps = {
  readonly shell: Shell;
  readonly fill: Fill;
  /** Where it leads in the end; a path of this site. */
  readonly returnTo: string;
  readonly providers: readonly Provider[];
};

function Providers({ providers, returnTo }: Pick<DoorProps, "providers" | "returnTo">) {
  if (providers.length === 0) return null;
  return (
    <>
      <p class="or">
        <span>or</span>
      </p>
      <ul class="providers">
        {providers.map((provider) => (
          <li>
            <a
              class="secondary"
              href={`${API_PREFIX}/auth/${provider}/initiate?${new URLSearchParams({ returnTo }).toString()}`}
            >
              <ProviderMark provider={provider} />
              Continue with {PROVIDER_WORDS[provider]}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

function EmailField({
  form,
  fill,
  autofocus,
}: {
  readonly form: string;
  readonly fill: Fill;
  readonly autofocus?: boolean;
}) {
  return (
    <TextField
      form={form}
      name="email"
      label={LABELS.email}
      type="email"
      fill={fill}
      autocomplete="username"
      maxlength={EMAIL_CHARS_MAX}
      autofocus={autofocus ?? true}
    />
  );
}

export function SignInPage({ shell, fill, returnTo, providers }: DoorProps) {
  return (
    <DoorPage
      shell={shell}
      title="Sign in"
      below={
        <>
          New here? <a href={withReturn(REGISTER_PATH, returnTo)}>Open an account</a>
        </>
      }
    >
      <form method="post" action={SIGN_IN_PATH}>
        <Action name="sign-in" fields={{ returnTo }} />
        <Summary form="sign-in" fill={fill} labels={LABELS} />
        <EmailField form="sign-in" fill={fill} />
        <PasswordField
          form="sign-in"
          name="password"
          label={LABELS.password}
          fill={fill}
          autocomplete="current-password"
        />
        <button class="primary">Sign in</button>
        <p class="aside">
          <a href={RESET_PATH}>Forgot your password?</a>
        </p>
      </form>
      <Providers providers={providers} returnTo={returnTo} />
    </DoorPage>
  );
}

const PASSWORD_HINT = `At least ${String(PASSWORD_CODE_POINTS_MIN)} characters; a sentence of your own is good. No other rules.`;

export function RegisterPage({ shell, fill, returnTo, providers }: DoorProps) {
  return (
    <DoorPage
      shell={shell}
      title="Open an account"
      below={
        <>
          You have one already? <a href={withReturn(SIGN_IN_PATH, returnTo)}>Sign in</a>
        </>
      }
    >
      <form method="post" action={REGISTER_PATH}>
        <Action name="register" fields={{ returnTo }} />
        <Summary form="register" fill={fill} labels={LABELS} />
        <TextField
          form="register"
          name="name"
          label={LABELS.name}
          fill={fill}
          optional
          autocomplete="name"
          maxlength={NAME_CHARS_MAX}
        />
        <EmailField form="register" fill={fill} autofocus={false} />
        <PasswordField
          form="register"
          name="password"
          label={LABELS.password}
          fill={fill}
          autocomplete="new-password"
          hint={PASSWORD_HINT}
        />
        <button class="primary">Open the account</button>
      </form>
      <Providers providers={providers} returnTo={returnTo} />
    </DoorPage>
  );
}

export function ResetPage({ shell, fill }: Pick<DoorProps, "shell" | "fill">) {
  return (
    <DoorPage
      shell={shell}
      title="Forgot your password?"
      lead="Tell us your email address, and we send you a link that sets a new one."
      below={<a href={SIGN_IN_PATH}>Back to sign-in</a>}
    >
      <form method="post" action={RESET_PATH}>
        <Summary form="reset" fill={fill} labels={LABELS} />
        <EmailField form="reset" fill={fill} />
        <button class="primary">Send the link</button>
      </form>
    </DoorPage>
  );
}

/** The same for addresses that have an account and those that have none. */
export function LookIntoMailPage({
  shell,
  email,
  what,
}: {
  readonly shell: Shell;
  readonly email: string;
  readonly what: string;
}) {
  return (
    <DoorPage shell={shell} title="Look into your mail" below={<a href={SIGN_IN_PATH}>Back to sign-in</a>}>
      <p>
        We have sent a message to <strong>{email}</strong>. {what}
      </p>
      <p class="hint">Nothing there after a few minutes? Look into the spam folder, or check the address.</p>
    </DoorPage>
  );
}

/** Script takes the code from the address, behind `#`, where no server sees it; without script it is typed. */
export function CodeField({ form, fill }: { readonly form: string; readonly fill: Fill }) {
  return (
    <div data-code="">
      <TextField
        form={form}
        name="token"
        label={LABELS.token}
        fill={fill}
        hint="All that stands behind the # in the link’s address."
      />
    </div>
  );
}

export type MailedStep = "register" | "verify" | "reset";

const STEPS: Readonly<Record<MailedStep, { readonly title: string; readonly lead: string; readonly button: string }>> =
  {
    register: {
      title: "Finish your registration",
      lead: "Once more the password that you chose, and your account is open.",
      button: "Open my account",
    },
    verify: {
      title: "Verify your email address",
      lead: "One press, and we know that it is yours.",
      button: "Verify my address",
    },
    reset: {
      title: "Set a new password",
      lead: "It takes the place of the old one, and ends every session of your account.",
      button: "Set the password",
    },
  };

/** Where a mailed link leads. A press of the button uses it up: mail programs that look at links do not. */
export function MailedStepPage({
  shell,
  step,
  path,
  fill,
}: {
  readonly shell: Shell;
  readonly step: MailedStep;
  readonly path: string;
  readonly fill: Fill;
}) {
  const { title, lead, button } = STEPS[step];
  return (
    <DoorPage shell={shell} title={title} lead={lead} below={<a href={SIGN_IN_PATH}>Back to sign-in</a>}>
      <form method="post" action={path}>
        <Summary form="step" fill={fill} labels={LABELS} />
        <CodeField form="step" fill={fill} />
        {step === "register" ? (
          <PasswordField
            form="step"
            name="password"
            label={LABELS.password}
            fill={fill}
            autocomplete="current-password"
            hint="If you never chose one, somebody else did, with your address: leave this page."
          />
        ) : null}
        {step === "reset" ? (
          <PasswordField
            form="step"
            name="newPassword"
            label={LABELS.newPassword}
            fill={fill}
            autocomplete="new-password"
            hint={PASSWORD_HINT}
          />
        ) : null}
        <button class="primary">{button}</button>
      </form>
    </DoorPage>
  );
}
