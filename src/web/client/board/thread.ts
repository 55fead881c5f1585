/**
 * Brings the open page's discussion up to fetched parts of it. Comments are rendered in one place only, on the server; here they are moved over: new ones come in, changed ones are exchanged, those that are
 * gone leave. Forms that stand open, and what has the focus, stay.
 */
const COMMENT = "li[data-comment]";
const SECTION = "[data-discussion]";

export type Taken = {
  /** Ids of the comments that came in. */
  readonly added: readonly string[];
};

/** Null: the page has no discussion. */
export function sectionOf(page: Document): HTMLElement | null {
  return page.querySelector<HTMLElement>(SECTION);
}

/** `parts`: all that the page shows of the discussion, in order, as it is now; with `adding`, one part more. */
export function takeThread(parts: readonly Document[], adding = false): Taken {
  const ours = sectionOf(document);
  const theirs = parts.flatMap((part) => sectionOf(part) ?? []);
  const last = theirs.at(-1);
  if (ours === null || last === undefined) return { added: [] };
  const comments = theirs.flatMap((section) => [...section.querySelectorAll<HTMLElement>(COMMENT)]);
  const added: string[] = [];
  for (const comment of comments) {
    const mine = document.getElementById(comment.id);
    if (mine === null) {
      insert(ours, comment);
      added.push(comment.id);
    } else update(mine, comment);
  }
  const more = last.querySelector("[data-more-comments]");
  if (!adding) removeGone(ours, comments, more === null);
  exchange(ours, "[data-more-comments]", more);
  exchange(ours, ".none", ours.querySelector(COMMENT) === null ? last.querySelector(".none") : null);
  const total = ours.querySelector("[data-comment-total]");
  if (total !== null) total.textContent = last.querySelector("[data-comment-total]")?.textContent ?? "";
  return { added };
}

/** Without the replies, which come by themselves. */
function insert(ours: HTMLElement, comment: HTMLElement): void {
  const copy = document.importNode(comment, true);
  copy.querySelector(":scope > ol")?.replaceChildren();
  copy.querySelector(":scope > form")?.remove();
  copy.classList.add("fresh");
  const parent = document.getElementById(`c-${comment.dataset["parent"] ?? ""}`);
  const thread = (parent ?? ours).querySelector<HTMLElement>(":scope > ol");
  const next = [...(thread?.children ?? [])].find((sibling) => idOf(sibling) > idOf(copy)) ?? null;
  thread?.insertBefore(copy, next);
}

function update(mine: HTMLElement, theirs: HTMLElement): void {
  const [old, now] = [mine, theirs].map((item) => item.querySelector<HTMLElement>(":scope > article"));
  if (!old || !now || old.dataset["version"] === now.dataset["version"]) return;
  const copy = document.importNode(now, true);
  const hadFocus = old.contains(document.activeElement);
  old.replaceWith(copy);
  if (hadFocus) copy.focus({ preventScroll: true });
}

/** What is written at a comment is not thrown away with it: the server says then that it is gone. */
function removeGone(ours: HTMLElement, comments: readonly HTMLElement[], isAll: boolean): void {
  const there = new Set(comments.map(({ id }) => id));
  const upTo = isAll ? Infinity : Math.max(0, ...comments.map(idOf));
  for (const item of [...ours.querySelectorAll<HTMLElement>(COMMENT)].toReversed()) {
    if (there.has(item.id) || idOf(item) > upTo || item.querySelector("form") !== null) continue;
    const hadFocus = item.contains(document.activeElement);
    item.remove();
    if (hadFocus) ours.querySelector<HTMLElement>("[data-comment-total]")?.focus({ preventScroll: true });
  }
}

/** What stands between the thread and the form. */
function exchange(ours: HTMLElement, selector: string, theirs: Element | null): void {
  ours.querySelector(selector)?.remove();
  if (theirs !== null) ours.querySelector(":scope > form")?.before(document.importNode(theirs, true));
}

function idOf(item: Element): number {
  return Number((item as HTMLElement).dataset["comment"]);
}
