/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** One item of the list, and the parts that the item's own page shares with it. The client patches counts and words in place by `data-*`. */
import type { Feedback, Status } from "../../protocol/rest/feedback.ts";
import { type BoardAddress, boardHref, changeView, itemPath, type View, viewQuery, votePath } from "./address.ts";
import { formatAge, formatCounted, formatTally, shorten, statusLabel } from "./format.ts";
import { Caret } from "./icons.tsx";
import { plainText } from "./markdown.tsx";

const EXCERPT_CHARS = 220;

/** Where the vote's form leads back to: the list as it was, or the item's page. */
export type Back = { readonly to: "board"; readonly view: View } | { readonly to: "item" };

export function VoteForm({
  address,
  item,
  voted,
  isLocked,
  back,
}: {
  readonly address: BoardAddress;
  readonly item: Feedback;
  readonly voted: boolean;
  /** Votes are taken back, but not cast any more. */
  readonly isLocked: boolean;
  readonly back: Back;
}) {
  return (
    <form class="vote" method="post" action={votePath(address, item.id)} data-vote={String(item.id)}>
      {back.to === "item" ? (
        <input type="hidden" name="from" value="item" />
      ) : (
        <input type="hidden" name="view" value={viewQuery(back.view)} />
      )}
      <button
        class="pill"
        name="action"
        value={voted ? "unvote" : "vote"}
        aria-pressed={voted ? "true" : "false"}
        disabled={isLocked && !voted}
      >
        <Caret />
        <span class="vh">Vote for {item.title}:</span>
        <span class="count" data-count={String(item.voteCount)}>
          {formatTally(item.voteCount)}
        </span>
        <span class="vh">votes</span>
      </button>
    </form>
  );
}

export function StatusBadge({ status }: { readonly status: Status }) {
  return (
    <span class={`status s-${status}`} data-status={status}>
      {statusLabel(status)}
    </span>
  );
}

export function Age({ instant, nowMs }: { readonly instant: string; readonly nowMs: number }) {
  return <time datetime={instant}>{formatAge(instant, nowMs)}</time>;
}

/** Status, category, age and author on one line. */
export function ItemFacts({
  address,
  item,
  view,
  isLocked,
  nowMs,
}: {
  readonly address: BoardAddress;
  readonly item: Feedback;
  readonly view: View;
  readonly isLocked: boolean;
  readonly nowMs: number;
}) {
  return (
    <p class="facts">
      <StatusBadge status={item.status} />
      <span data-locked="" hidden={!isLocked}>
        Voting closed
      </span>
      {item.pinned ? <span class="pinned">Pinned</span> : null}
      {item.category === null ? null : (
        <a class="tag" href={boardHref(address, changeView(view, { category: item.category }))}>
          {item.category}
        </a>
      )}
      <Age instant={item.createdAt} nowMs={nowMs} />
      {item.authorName === null ? null : <span>by {item.authorName}</span>}
      <span data-comments={String(item.commentCount)} hidden={item.commentCount === 0}>
        {formatCounted(item.commentCount, "comment")}
      </span>
    </p>
  );
}

export function ItemRow({
  address,
  item,
  voted,
  view,
  fresh,
  isLocked,
  nowMs,
}: {
  readonly address: BoardAddress;
  readonly item: Feedback;
  readonly voted: boolean;
  readonly view: View;
  /** Just posted by this visitor. */
  readonly fresh: boolean;
  readonly isLocked: boolean;
  readonly nowMs: number;
}) {
  return (
    <li class={fresh ? "row fresh" : "row"} id={`f-${String(item.id)}`} data-id={String(item.id)}>
      <VoteForm address={address} item={item} voted={voted} isLocked={isLocked} back={{ to: "board", view }} />
      <div class="body">
        <h2>
          <a href={itemPath(address, item.id)} data-title="">
            {item.title}
          </a>
        </h2>
        {item.description === "" ? null : <p class="excerpt">{shorten(plainText(item.description), EXCERPT_CHARS)}</p>}
        <ItemFacts address={address} item={item} view={view} isLocked={isLocked} nowMs={nowMs} />
      </div>
    </li>
  );
}
