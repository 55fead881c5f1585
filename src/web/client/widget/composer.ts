/**
 * The form for a new idea. While the title is typed it shows items that already say something like it, so that people add their
 * vote rather than a copy. Leaves the sending to the board's view, and those items to `similar.ts`.
 */
import { DESCRIPTION_CHARS_MAX, TITLE_CHARS_MAX } from "../../../limits.ts";
import { ApiError } from "../api.ts";
import { later, make, setText } from "./element.ts";
import type { Similar } from "./similar.ts";

export type ComposerOptions = {
  readonly send: (title: string, description: string) => Promise<void>;
  readonly similar: Similar;
  readonly onCancel: () => void;
};

export type Composer = { readonly element: HTMLFormElement; readonly open: (title: string) => void };

export function openComposer({ send, similar, onCancel }: ComposerOptions): Composer {
  const look = later(() => similar.look(title.value));
  const wrong = make("p", { class: "wrong", id: "wrong", role: "alert" });
  const title = make("input", {
    class: "field",
    id: "title",
    maxlength: TITLE_CHARS_MAX,
    autocomplete: "off",
    "aria-required": "true",
    "aria-describedby": "wrong",
    oninput: look,
  });
  const details = make("textarea", { class: "field", id: "details", maxlength: DESCRIPTION_CHARS_MAX });
  const post = make("button", { class: "main", type: "submit" }, "Post idea");
  const element = make(
    "form",
    { novalidate: true, hidden: true, onsubmit: submit },
    make("label", { for: "title" }, "Title"),
    title,
    similar.element,
    make("label", { for: "details" }, "Details (optional)"),
    details,
    wrong,
    make("div", "acts", post, make("button", { class: "plain", onclick: onCancel }, "Cancel")),
  );

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (post.ariaDisabled === "true") return;
    const text = title.value.trim();
    post.ariaDisabled = "true";
    setText(wrong, "");
    title.ariaInvalid = String(text === "");
    try {
      if (text === "") throw new ApiError("INVALID_REQUEST", "Give your idea a title.");
      await send(text, details.value.trim());
      element.reset();
      similar.element.hidden = true;
    } catch (error) {
      const { errors, message } = error as ApiError;
      setText(wrong, errors[0] ? `${errors[0].path}: ${errors[0].message}` : message);
      title.focus();
    }
    post.ariaDisabled = "false";
  }

  return {
    element,
    open(text) {
      title.value ||= text;
      look();
      title.focus();
    },
  };
}
