/** The challenge in the page's post form, where the server has put a place for it. Begins when somebody begins to write: who only reads loads nothing of Cloudflare's. */
import { CHALLENGE_FIELD } from "../../page/challenge-field.ts";
import { type Challenge, openChallenge } from "../challenge.ts";

const opened = new WeakMap<HTMLFormElement, Challenge>();

/** Makes a token ready for this form, if it needs one. */
export function prepareChallenge(form: HTMLFormElement): void {
  challengeOf(form)?.prepare();
}

/** Adds the token to what is posted. Throws an Error whose message is for the person. */
export async function answerChallenge(form: HTMLFormElement, fields: URLSearchParams): Promise<void> {
  const challenge = challengeOf(form);
  if (challenge !== undefined) fields.set(CHALLENGE_FIELD, await challenge.take());
}

/** The form goes. */
export function endChallenge(form: HTMLFormElement): void {
  opened.get(form)?.remove();
  opened.delete(form);
}

function challengeOf(form: HTMLFormElement): Challenge | undefined {
  const box = form.querySelector<HTMLElement>("[data-challenge]");
  const status = form.querySelector("[data-challenge-status]");
  if (box === null || status === null) return undefined;
  let challenge = opened.get(form);
  if (challenge === undefined) {
    challenge = openChallenge({
      siteKey: box.dataset["challenge"] ?? "",
      box,
      room: form.clientWidth,
      theme: "auto",
      say: (text) => (status.textContent = text),
    });
    opened.set(form, challenge);
  }
  return challenge;
}
