/**
 * Cloudflare Turnstile in a form: loads its script when it is first needed, shows the challenge, and hands out its tokens, each of which is good for one post. Where it stands and how it is told of is the
 * form's matter, on the board page and in the widget. Source: developers.cloudflare.com/turnstile/get-started/client-side-rendering.
 */
const SCRIPT = "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit";
/** The server takes tokens of this action only (edge/turnstile.ts). */
const ACTION = "post";
/** The widest of Turnstile's sizes needs so much; below it is a smaller one. */
const ROOM_MIN = 300;
/** Somebody has pressed "Post": after this they are told what is missing. */
const TOKEN_WAIT_MS = 20_000;

const UNREACHABLE =
  "The check that you are a person could not be loaded. Please try again; a blocker may be in its way.";
const UNSOLVED = "Please complete the check that you are a person, and post again.";
const FAILED = "The check that you are a person did not work. Please try again.";
const EXPIRED = "The check has run out. It is made again when you go on.";

type Turnstile = {
  readonly render: (box: HTMLElement, options: object) => string | null | undefined;
  readonly reset: (id: string) => void;
  readonly remove: (id: string) => void;
};
type Policy = { readonly createScriptURL: (url: string) => string };
type Policies = { readonly createPolicy: (name: string, rules: object) => Policy };
declare global {
  interface Window {
    turnstile?: Turnstile;
  }
}

export type ChallengeOptions = {
  readonly siteKey: string;
  /** Empty, and in the document's own tree: Turnstile looks for it there. */
  readonly box: HTMLElement;
  /** How wide it may become, in px. */
  readonly room: number;
  readonly theme: "light" | "dark" | "auto";
  /** Tells the person what is wrong; an empty text: nothing any more. */
  readonly say: (text: string) => void;
};

export type Challenge = {
  /** Goes to work, so that a token is there when it is needed. */
  readonly prepare: () => void;
  /** A token, once there is one. Throws an Error whose message is for the person. */
  readonly take: () => Promise<string>;
  readonly remove: () => void;
};

export function openChallenge({ siteKey, box, room, theme, say }: ChallengeOptions): Challenge {
  let shown: Promise<void> | undefined;
  let id: string | undefined;
  let token = "";
  /** No token comes until it is made anew. */
  let stale = false;
  let waiting: PromiseWithResolvers<void> | undefined;

  function fail(words: string): true {
    stale = true;
    // Whoever waits for a token says it in their own place.
    say(waiting === undefined ? words : "");
    waiting?.reject(new Error(words));
    return true;
  }

  function succeed(answer: string): void {
    token = answer;
    stale = false;
    say("");
    waiting?.resolve();
  }

  async function show(): Promise<void> {
    try {
      const options = {
        sitekey: siteKey,
        action: ACTION,
        theme,
        size: room < ROOM_MIN ? "compact" : "flexible",
        "response-field": false,
        // Nobody may be there any more: it goes on when somebody does.
        "refresh-expired": "never",
        callback: succeed,
        // True: told, so that Turnstile need not complain in the console.
        "error-callback": () => fail(FAILED),
        "unsupported-callback": () => fail(FAILED),
        "timeout-callback": () => fail(UNSOLVED),
        "expired-callback": () => {
          token = "";
          fail(EXPIRED);
        },
      };
      id = (await loadTurnstile()).render(box, options) ?? undefined;
    } catch {
      shown = undefined;
      fail(UNREACHABLE);
    }
  }

  function prepare(): void {
    if (shown !== undefined && stale && id !== undefined) window.turnstile?.reset(id);
    stale = false;
    shown ??= show();
  }

  return {
    prepare,
    async take() {
      if (token === "") {
        waiting = Promise.withResolvers();
        const late = setTimeout(() => fail(UNSOLVED), TOKEN_WAIT_MS);
        try {
          prepare();
          await waiting.promise;
        } finally {
          clearTimeout(late);
          waiting = undefined;
        }
      }
      const taken = token;
      token = "";
      stale = true;
      return taken;
    },
    remove(): void {
      if (id !== undefined) window.turnstile?.remove(id);
      id = shown = undefined;
      token = "";
      say("");
    },
  };
}

let loading: Promise<Turnstile> | undefined;
/** A page may refuse a second one of the same name. */
let policy: Policy | undefined;

/** Once per page, which may have loaded it for a form of its own; again when it could not be had. */
function loadTurnstile(): Promise<Turnstile> {
  if (window.turnstile) return Promise.resolve(window.turnstile);
  const url = trusted(SCRIPT);
  return (loading ??= addScript(url).finally(() => (loading = undefined)));
}

function addScript(url: string): Promise<Turnstile> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    const done = (): void => {
      if (window.turnstile) return resolve(window.turnstile);
      script.remove();
      reject(new Error(UNREACHABLE));
    };
    script.addEventListener("load", done);
    script.addEventListener("error", done);
    script.src = url;
    document.head.append(script);
  });
}

/** A page that demands Trusted Types takes an address of a script only from a policy. */
function trusted(url: string): string {
  const { trustedTypes } = window as { trustedTypes?: Policies };
  policy ??= trustedTypes?.createPolicy("groundswell-challenge", { createScriptURL: (same: string) => same });
  return policy?.createScriptURL(url) ?? url;
}
