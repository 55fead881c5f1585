/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** What cannot be shown in the console, in plain words and with a way on. */
import { FAILURES, type Failure } from "../../errors.ts";
import { CalmSea } from "../page/icons.tsx";
import { CONSOLE_PATH } from "./address.ts";
import { OwnPage, type Shell } from "./frame.tsx";

const WORDS: Partial<Readonly<Record<Failure["code"], { readonly title: string; readonly says: string }>>> = {
  FORBIDDEN: {
    title: "This is not yours to see",
    says: "Your role in this team does not reach this far. Ask one of its owners.",
  },
  WORKSPACE_NOT_FOUND: {
    title: "There is no such workspace",
    says: "It may have been deleted, the address may have a slip in it, or you are not in its team.",
  },
  BOARD_NOT_FOUND: {
    title: "There is no such board",
    says: "It may have been deleted, or the address has a slip in it.",
  },
  ORIGIN_NOT_ALLOWED: {
    title: "That form came from somewhere else",
    says: "Forms are only taken from the console’s own pages. Open the page and try again there.",
  },
  RATE_LIMITED: {
    title: "That was a little too often",
    says: "You are still signed in. Please wait a few minutes and try again.",
  },
  OVERLOADED: { title: "Very busy right now", says: "Please try again in a moment." },
  INTERNAL: { title: "Something broke on our side", says: "Please try again in a moment." },
};

export function ConsoleFailurePage({
  shell,
  failed,
  requestId,
}: {
  readonly shell: Shell;
  readonly failed: Failure;
  readonly requestId: string;
}) {
  const { status, title } = FAILURES[failed.code];
  const words = WORDS[failed.code] ?? { title, says: failed.detail };
  return (
    <OwnPage shell={shell} title={words.title}>
      <div class="empty">
        <CalmSea />
        <p>{words.says}</p>
        <p>
          <a class="primary" href={CONSOLE_PATH}>
            To your workspaces
          </a>
        </p>
        <p class="hint">
          {status} · request <code>{requestId}</code>
        </p>
      </div>
    </OwnPage>
  );
}
