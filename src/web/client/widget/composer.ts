/**
 * The form for a new idea. While the title is typed it shows items that already say something like it, so that people add their vote rather than a copy. Leaves the sending to the board, those items to
 * `similar.ts`, and the challenge to `form-challenge.ts`.
 */
import { DESCRIPTION_CHARS_MAX, TITLE_CHARS_MAX } from "../../../limits.ts";
import type { ApiError } from "../api.ts";
import { contain, later, make, setText } from "./element.ts";
import { openFormChallenge } from "./form-challenge.ts";
import type { BoardSide, FormSide } from "./form-port.ts";
import formCss from "./form.css";
import { openSimilar } from "./similar.ts";

export function openComposer(board: BoardSide): FormSide {
  const similar = openSimilar(board);
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
  const challenge = openFormChallenge(board);
  const form = make(
    "form",
    { novalidate: true, onsubmit: submit },
    make("label", { for: "title" }, "Title"),
    title,
    similar.element,
    make("label", { for: "details" }, "Details (optional)"),
    details,
    challenge.element,
    wrong,
    make("div", "acts", post, make("button", { class: "plain", onclick: board.leave }, "Cancel")),
  );

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (post.ariaDisabled === "true") return;
    const text = title.value.trim();
    post.ariaDisabled = "true";
    setText(wrong, "");
    title.ariaInvalid = String(text === "");
    try {
      if (text === "") throw new Error("Give your idea a title.");
      const turnstileToken = await challenge.take();
      await board.post({ title: text, description: details.value.trim(), turnstileToken });
      form.reset();
      similar.clear();
    } catch (error) {
      const { errors, message } = error as Error & Partial<ApiError>;
      setText(wrong, errors?.[0] ? `${errors[0].path}: ${errors[0].message}` : message);
      title.focus();
      if (text !== "") void contain(challenge.prepare);
    }
    post.ariaDisabled = "false";
  }

  return {
    form,
    begin(text) {
      adoptOnce(form);
      title.value ||= text;
      look();
      title.focus();
      void contain(challenge.prepare);
    },
    end: challenge.end,
  };
}

let sheet: CSSStyleSheet | undefined;

/** The form's own part of the stylesheet, in the board's shadow root. */
function adoptOnce(form: HTMLElement): void {
  const root = form.getRootNode() as ShadowRoot;
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(formCss);
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}
