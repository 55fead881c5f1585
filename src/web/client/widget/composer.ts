/**
 * The form for a new idea. While the title is typed it shows items that already say something like it, so that people add their
 * vote rather than a copy. Leaves the sending and the searching to the board's view.
 */
import { DESCRIPTION_CHARS_MAX, TITLE_CHARS_MAX } from "../../../limits.ts";
import { ApiError } from "../api.ts";
import { make, setText, swallow } from "./element.ts";

const TYPING_PAUSE_MS = 250;
const TITLE_CHARS_TO_SEARCH = 3;

export type ComposerOptions = {
  readonly send: (title: string, description: string) => Promise<void>;
  /** Looks for items like `title` and draws them into `similar`; how many there are. */
  readonly search: (title: string) => Promise<number>;
  readonly similar: HTMLElement;
  readonly onCancel: () => void;
};

export type Composer = { readonly element: HTMLFormElement; readonly open: (title: string) => void };

export function openComposer({ send, search, similar, onCancel }: ComposerOptions): Composer {
  let typing: ReturnType<typeof setTimeout> | undefined;

  const titleError = make("p", { class: "wrong", id: "title-error", hidden: true });
  const title = make("input", {
    class: "field",
    id: "title",
    maxlength: TITLE_CHARS_MAX,
    autocomplete: "off",
    "aria-required": "true",
    "aria-describedby": "title-error",
    oninput: () => {
      fault("");
      clearTimeout(typing);
      typing = setTimeout(() => void look().catch(swallow), TYPING_PAUSE_MS);
    },
  });
  const details = make("textarea", { class: "field", id: "details", maxlength: DESCRIPTION_CHARS_MAX });
  const like = make(
    "section",
    { class: "like", hidden: true, "aria-label": "Similar ideas" },
    make("p", {}, "Already suggested? A vote counts more than a copy."),
    similar,
  );
  const alert = make("p", { class: "alert", role: "alert", hidden: true });
  const post = make("button", { class: "main", type: "submit" }, "Post idea");
  const element = make(
    "form",
    { novalidate: true, hidden: true, onsubmit: submit },
    make("label", { for: "title" }, "Title"),
    title,
    titleError,
    like,
    make("label", { for: "details" }, "Details ", make("span", {}, "(optional)")),
    details,
    alert,
    make(
      "div",
      { class: "acts" },
      post,
      make("button", { class: "plain", type: "button", onclick: onCancel }, "Cancel"),
    ),
  );

  async function look(): Promise<void> {
    const text = title.value.trim();
    like.hidden = text.length < TITLE_CHARS_TO_SEARCH || (await search(text)) === 0;
  }

  function fault(message: string): void {
    setText(titleError, message);
    titleError.hidden = message === "";
    title.setAttribute("aria-invalid", String(message !== ""));
    if (message !== "") title.focus();
  }

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (post.ariaDisabled === "true") return;
    alert.hidden = true;
    const text = title.value.trim();
    if (text === "") return fault("Give your idea a title.");
    post.ariaDisabled = "true";
    try {
      await send(text, details.value.trim());
      clearTimeout(typing);
      title.value = details.value = "";
      like.hidden = true;
    } catch (error) {
      refused(error);
    }
    post.ariaDisabled = "false";
  }

  function refused(error: unknown): void {
    const errors = error instanceof ApiError ? error.errors : [];
    const wrong = errors.find(({ path }) => path === "title");
    if (wrong !== undefined) return fault(`The title ${wrong.message}.`);
    setText(
      alert,
      errors[0]?.message ?? (error instanceof ApiError ? error.message : "Something went wrong. Try again."),
    );
    alert.hidden = false;
  }

  return {
    element,
    open(text) {
      if (text !== "" && title.value === "") {
        title.value = text;
        void look().catch(swallow);
      }
      title.focus();
    },
  };
}
