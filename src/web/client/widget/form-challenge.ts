/**
 * The challenge in the widget's form: asks the workspace whether there is one, and gives it its place. That place is in the page's own tree, as a child of the widget's element that shows in a slot of the
 * form: Turnstile looks for what it has rendered in the document.
 */
import type { WidgetConfig } from "../../../protocol/rest/settings.ts";
import { type Challenge, openChallenge } from "../challenge.ts";
import { make, setText } from "./element.ts";
import type { BoardSide } from "./form-port.ts";

const SLOT = "groundswell-challenge";
const CONFIG_WAIT_MS = 10_000;

export function openFormChallenge({ origin, workspace, isSigned }: BoardSide) {
  const status = make("p", { class: "hint", role: "status" });
  const element = make("div", { class: "challenge", hidden: true }, make("slot", { name: SLOT }), status);
  /** Null: there is none. */
  let siteKey: Promise<string | null> | undefined;
  let challenge: Challenge | undefined;
  /** How often the form was left. */
  let ends = 0;

  /** Without an answer there is none as far as we know: the server says if it wants one. */
  async function askForKey(): Promise<string | null> {
    const url = `${origin}/api/v1/workspaces/${encodeURIComponent(workspace)}/widget-config`;
    try {
      const response = await fetch(url, { credentials: "omit", signal: AbortSignal.timeout(CONFIG_WAIT_MS) });
      if (!response.ok) throw new Error("no configuration");
      const { turnstileSiteKey = null } = (await response.json()) as Partial<WidgetConfig>;
      return turnstileSiteKey;
    } catch {
      siteKey = undefined;
      return null;
    }
  }

  async function ready(): Promise<Challenge | undefined> {
    const before = ends;
    const key = isSigned() ? null : await (siteKey ??= askForKey());
    if (key === null) remove();
    else if (ends === before) challenge ??= place(key);
    element.hidden = key === null;
    return challenge;
  }

  function place(key: string): Challenge {
    const host = (element.getRootNode() as ShadowRoot).host;
    const box = make("div", { slot: SLOT });
    host.append(box);
    const theme = element.closest<HTMLElement>(".gs")?.dataset["theme"];
    const made = openChallenge({
      siteKey: key,
      box,
      room: element.parentElement?.clientWidth ?? 0,
      theme: theme === "light" || theme === "dark" ? theme : "auto",
      say: (text) => setText(status, text),
    });
    return {
      ...made,
      remove(): void {
        made.remove();
        box.remove();
      },
    };
  }

  function remove(): void {
    challenge?.remove();
    challenge = undefined;
  }

  return {
    element,
    prepare: async (): Promise<void> => (await ready())?.prepare(),
    take: async (): Promise<string | undefined> => (await ready())?.take(),
    end: (): void => {
      ends += 1;
      remove();
    },
  };
}
