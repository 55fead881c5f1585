/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** What was merged into an item, on its page: titles only, for their votes are among its own. Moderators are led to where one can be taken out. */
import type { MergedItem } from "../../protocol/rest/merges.ts";
import { duplicatesPath } from "../console/address.ts";
import type { BoardAddress } from "./address.ts";

export type MergedProps = {
  readonly address: BoardAddress;
  readonly itemId: number;
  readonly merged: readonly MergedItem[];
  readonly moderates: boolean;
};

export function Merged({ address, itemId, merged, moderates }: MergedProps) {
  if (merged.length === 0) return null;
  const of = { board: address.board, id: itemId };
  return (
    <section class="merged" aria-labelledby="merged">
      <h2 id="merged">Merged into this</h2>
      <ul>
        {merged.map(({ id, title, isHidden = false }) => (
          <li data-merged={String(id)}>
            {title}
            {isHidden ? <span class="quiet"> (hidden)</span> : null}
          </li>
        ))}
      </ul>
      {moderates ? (
        <p>
          <a href={duplicatesPath(address.workspace, { status: "confirmed", of })}>Take one out again</a>
        </p>
      ) : null}
    </section>
  );
}
