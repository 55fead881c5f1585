/** @jsxRuntime automatic @jsxImportSource hono/jsx */
/** Sort, search and filters of a board's list: links and one GET form, so that every view has a URL. */
import { SEARCH_CHARS_MAX } from "../../limits.ts";
import { STATUSES } from "../../protocol/rest/feedback.ts";
import { type BoardAddress, boardHref, boardPath, changeView, type View } from "./address.ts";
import { SORT_LABELS, statusLabel } from "./format.ts";
import { SearchGlass } from "./icons.tsx";

type Props = { readonly address: BoardAddress; readonly view: View };

export function Filters({ address, view }: Props) {
  return (
    <div class="controls" id="controls">
      <div class="bar">
        <nav class="sorts" aria-label="Sort">
          {SORT_LABELS.map(([sort, label]) => (
            <a href={boardHref(address, changeView(view, { sort }))} {...current(view.sort === sort)}>
              {label}
            </a>
          ))}
        </nav>
        <SearchForm address={address} view={view} />
      </div>
      <nav class="chips" aria-label="Filter by status">
        <a href={boardHref(address, changeView(view, { status: undefined }))} {...current(view.status === undefined)}>
          All
        </a>
        {STATUSES.map((status) => (
          <a
            class={`s-${status}`}
            href={boardHref(address, changeView(view, { status }))}
            {...current(view.status === status)}
          >
            {statusLabel(status)}
          </a>
        ))}
      </nav>
      <Chosen address={address} view={view} />
    </div>
  );
}

function current(is: boolean): Readonly<Record<string, string>> {
  return is ? { "aria-current": "true" } : {};
}

function SearchForm({ address, view }: Props) {
  return (
    <form class="search" role="search" method="get" action={boardPath(address)} data-search="">
      {view.sort === "vote_count" ? null : <input type="hidden" name="sort" value={view.sort} />}
      {view.status === undefined ? null : <input type="hidden" name="status" value={view.status} />}
      {view.category === undefined ? null : <input type="hidden" name="category" value={view.category} />}
      <label class="vh" for="search">
        Search ideas
      </label>
      <SearchGlass />
      <input
        id="search"
        type="search"
        name="q"
        placeholder="Search ideas"
        maxlength={SEARCH_CHARS_MAX}
        autocomplete="off"
        value={view.q ?? ""}
      />
      <button class="primary small vh">Search</button>
    </form>
  );
}

/** The filters that have no link of their own above, each with a way out. */
function Chosen({ address, view }: Props) {
  if (view.category === undefined && view.cursor === undefined) return null;
  return (
    <p class="chosen">
      {view.category === undefined ? null : (
        <a href={boardHref(address, changeView(view, { category: undefined }))}>
          {view.category} <span aria-hidden="true">×</span>
          <span class="vh">show all categories</span>
        </a>
      )}
      {view.cursor === undefined ? null : <a href={boardHref(address, changeView(view, {}))}>Back to the first page</a>}
    </p>
  );
}
