/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/**
 * The discussion under an item: its thread, and the forms to comment, reply and edit. The client moves these parts from fetched pages into the open one, by `data-comment`, `data-parent` and
 * `data-version`, so whatever a comment shows is in its version.
 */
import type { Comment, ModeratedComment } from "../../protocol/rest/comments.ts";
import { COMMENT_CHARS_MAX, COMMENT_DEPTH_MAX } from "../../limits.ts";
import { type BoardAddress, commentPath, commentsPath, itemPath } from "./address.ts";
import { formatCounted } from "./format.ts";
import { Age } from "./item-row.tsx";
import { Markdown, parsingCost } from "./markdown.tsx";

export type ShownComment = Comment | ModeratedComment;

/** What stands in a form, and whose place it takes. `message`: why it was not taken. */
export type CommentDraft = {
  readonly kind: "new" | "reply" | "edit";
  /** The comment that is replied to or changed. */
  readonly target: number | null;
  readonly body: string;
  readonly isInternal: boolean;
  readonly message: string | null;
};
export const NO_COMMENT: CommentDraft = { kind: "new", target: null, body: "", isInternal: false, message: null };

/**
 * Comments are short, and a page shows a hundred: what costs more to parse than prose of that length does stays plain, and so do the dearest of a page that costs too much in all. By `parsingCost`.
 */
const COST_PER_COMMENT_MAX = 300;
const COST_PER_PAGE_MAX = 1_500;

export type DiscussionProps = {
  readonly address: BoardAddress;
  readonly itemId: number;
  readonly commentCount: number;
  readonly comments: readonly ShownComment[];
  /** Those that the visitor may change. */
  readonly editable: readonly number[];
  /** The visitor sees internal notes, and may write some. */
  readonly isTeam: boolean;
  /** The cursor that this part of the discussion begins after; null: the beginning. */
  readonly after: string | null;
  readonly nextCursor: string | null;
  readonly draft: CommentDraft;
  /** What has just happened to a comment of this visitor. */
  readonly notice: string | null;
  readonly nowMs: number;
};

/** Those whose text is parsed. */
function parsedAmong(comments: readonly ShownComment[]): ReadonlySet<number> {
  const costs = comments.map(({ id, body }) => ({ id, cost: parsingCost(body) })).toSorted((a, b) => a.cost - b.cost);
  let left = COST_PER_PAGE_MAX;
  const parsed = costs.filter(({ cost }) => {
    left -= cost;
    return cost <= COST_PER_COMMENT_MAX && left >= 0;
  });
  return new Set(parsed.map(({ id }) => id));
}

type ThreadProps = DiscussionProps & { readonly parsed: ReadonlySet<number> };

export function Discussion(props: DiscussionProps) {
  const parsed = parsedAmong(props.comments);
  const { address, itemId, comments, draft, nextCursor, after } = props;
  const ids = new Set(comments.map(({ id }) => id));
  const isInPlace = draft.target !== null && ids.has(draft.target);
  return (
    <section class="discussion" id="comments" aria-labelledby="comments-title" data-discussion={after ?? ""}>
      <h2 id="comments-title" tabindex={-1} data-comment-total="">
        {props.commentCount === 0 ? "Comments" : formatCounted(props.commentCount, "comment")}
      </h2>
      {after === null ? null : (
        <p class="earlier">
          <a href={`${itemPath(address, itemId)}#comments`}>Show the discussion from its beginning</a>
        </p>
      )}
      {props.notice === null ? null : (
        <p class="notice" role="status" data-notice="">
          {props.notice}
        </p>
      )}
      <ol class="thread" data-thread="">
        {comments
          .filter(({ parentId }) => parentId === null || !ids.has(parentId))
          .map((comment) => (
            <Thread {...props} parsed={parsed} comment={comment} />
          ))}
      </ol>
      {comments.length > 0 ? null : <p class="quiet none">Nobody has said anything yet.</p>}
      {nextCursor === null ? null : (
        <nav class="more" aria-label="More comments" data-more-comments="">
          <a href={`${itemPath(address, itemId)}?after=${encodeURIComponent(nextCursor)}#comments`}>
            Show more comments
          </a>
        </nav>
      )}
      <CommentForm {...props} draft={isInPlace ? NO_COMMENT : draft} />
    </section>
  );
}

/** A comment with its replies, and the form that was opened at it. */
function Thread(props: ThreadProps & { readonly comment: ShownComment }) {
  const { comment, comments, draft } = props;
  const replies = comments.filter(({ parentId }) => parentId === comment.id);
  return (
    <li
      id={commentAnchor(comment.id)}
      data-comment={String(comment.id)}
      data-parent={comment.parentId === null ? "" : String(comment.parentId)}
    >
      <OneComment {...props} />
      {draft.target === comment.id ? <CommentForm {...props} /> : null}
      <ol class="thread" data-thread="">
        {replies.map((reply) => (
          <Thread {...props} comment={reply} />
        ))}
      </ol>
    </li>
  );
}

function OneComment(props: ThreadProps & { readonly comment: ShownComment }) {
  const { comment, address, editable, nowMs } = props;
  const { isInternal, moderationState } = teamsPart(comment);
  const mayEdit = editable.includes(comment.id);
  const version = [comment.editedAt, comment.isDeleted, moderationState, mayEdit].join(" ");
  const kind = comment.isDeleted ? " gone" : isInternal ? " internal" : comment.isOfficial ? " official" : "";
  return (
    <article class={`comment${kind}`} tabindex={-1} data-version={version}>
      {comment.parentId === null ? null : <p class="orphan">In reply to an earlier comment</p>}
      {comment.isDeleted ? (
        <p class="quiet">This comment is no longer here.</p>
      ) : (
        <>
          <p class="by">
            <b>{authorOf(comment)}</b>
            {comment.isOfficial && !isInternal ? <span class="badge team">Team</span> : null}
            {isInternal ? <span class="badge note">Internal note: only the team sees it</span> : null}
            {moderationState === "approved" ? null : <span class="badge held">{STATES[moderationState]}</span>}
            <a class="when" href={`#${commentAnchor(comment.id)}`}>
              <Age instant={comment.createdAt} nowMs={nowMs} />
            </a>
            {comment.editedAt === null ? null : <span class="edited">edited</span>}
          </p>
          <Markdown text={comment.body} newTab={address.embedded ?? false} plain={!props.parsed.has(comment.id)} />
          <Acts {...props} mayEdit={mayEdit} author={authorOf(comment)} />
        </>
      )}
    </article>
  );
}

const STATES = { pending: "Waits for a moderator", rejected: "Rejected", spam: "Spam" } as const;

function Acts({
  comment,
  address,
  itemId,
  after,
  mayEdit,
  author,
}: DiscussionProps & { readonly comment: ShownComment; readonly mayEdit: boolean; readonly author: string }) {
  const { id, depth } = comment;
  const href = (act: "reply" | "edit") => {
    const query = new URLSearchParams({ ...(after === null ? {} : { after }), [act]: String(id) });
    return `${itemPath(address, itemId)}?${query.toString()}#${formId(act, id)}`;
  };
  return (
    <p class="acts">
      {depth < COMMENT_DEPTH_MAX ? (
        <a href={href("reply")} rel="nofollow" data-opens={formId("reply", id)}>
          Reply<span class="vh"> to {author}</span>
        </a>
      ) : null}
      {mayEdit ? (
        <a href={href("edit")} rel="nofollow" data-opens={formId("edit", id)}>
          Edit<span class="vh"> the comment of {author}</span>
        </a>
      ) : null}
    </p>
  );
}

export function commentAnchor(id: number): string {
  return `c-${String(id)}`;
}

export function formId(kind: CommentDraft["kind"], target: number | null): string {
  return target === null ? "write" : `${kind}-${String(target)}`;
}

const FORM_WORDS = {
  new: { label: "Add a comment", button: "Comment" },
  reply: { label: "Your reply", button: "Reply" },
  edit: { label: "Edit the comment", button: "Save" },
} as const;

function CommentForm({ address, itemId, after, draft, isTeam, comments }: DiscussionProps) {
  const { kind, target, body, message } = draft;
  const id = formId(kind, target);
  const words = FORM_WORDS[kind];
  const action =
    kind === "edit" && target !== null ? commentPath(address, itemId, target) : commentsPath(address, itemId);
  const parent = comments.find((comment) => comment.id === target);
  const isBelowNote = parent !== undefined && teamsPart(parent).isInternal;
  return (
    <form class={`say ${kind}`} id={id} method="post" action={action} data-say={kind}>
      {after === null ? null : <input type="hidden" name="after" value={after} />}
      {kind === "reply" && target !== null ? <input type="hidden" name="parentId" value={String(target)} /> : null}
      <label for={`${id}-body`}>{words.label}</label>
      <textarea
        id={`${id}-body`}
        name="body"
        rows={kind === "new" ? 3 : 4}
        required
        autofocus={kind !== "new"}
        maxlength={COMMENT_CHARS_MAX}
        placeholder={kind === "new" ? "What do you think?" : undefined}
        {...(message === null ? {} : { "aria-invalid": "true", "aria-describedby": `${id}-error` })}
      >
        {body}
      </textarea>
      {message === null ? null : (
        <p class="error" role="alert" id={`${id}-error`}>
          {message}
        </p>
      )}
      <div class="row-of-acts">
        <button class="primary" name="action" value={kind === "edit" ? "save" : "say"}>
          {words.button}
        </button>
        {kind === "edit" ? (
          <button class="plain danger" name="action" value="delete" formnovalidate>
            Delete the comment
          </button>
        ) : null}
        {kind === "new" ? null : (
          <a class="plain" href={`${itemPath(address, itemId)}#${commentAnchor(target ?? 0)}`} data-closes={id}>
            Cancel
          </a>
        )}
        {isTeam && kind !== "edit" && !isBelowNote ? (
          <label class="check">
            <input type="checkbox" name="internal" value="yes" checked={draft.isInternal} />
            Internal note, for the team only
          </label>
        ) : null}
        {isBelowNote && kind === "reply" ? <span class="quiet">For the team only, as what you reply to.</span> : null}
      </div>
    </form>
  );
}

/** What only the team is told; for the public, the plain case. */
function teamsPart(comment: ShownComment): Pick<ModeratedComment, "isInternal" | "moderationState"> {
  return "isInternal" in comment ? comment : { isInternal: false, moderationState: "approved" };
}

function authorOf({ authorName, isOfficial }: ShownComment): string {
  return authorName ?? (isOfficial ? "The team" : "Somebody");
}
