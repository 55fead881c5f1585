/**
 * Every number with a meaning, with its unit in its name. Limits are part of the contract: clients may rely on them.
 */
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** JSON and form bodies, counted while they stream in. */
export const BODY_BYTES_MAX = 64 * 1024;
/** Nesting of a JSON body, checked before it is parsed: `JSON.parse` of deep input is slow and recursive consumers overflow. */
export const JSON_DEPTH_MAX = 32;
/** Longest request URL that is routed; the platform's own bound is 16 KiB. */
export const URL_CHARS_MAX = 8 * 1024;
/** `Retry-After` of a 503. */
export const RETRY_AFTER_SECONDS = 1;

export const SLUG_CHARS_MAX = 48;
export const NAME_CHARS_MAX = 100;
export const BOARD_DESCRIPTION_CHARS_MAX = 500;
export const TITLE_CHARS_MAX = 200;
export const DESCRIPTION_CHARS_MAX = 10_000;
export const CATEGORY_CHARS_MAX = 48;
export const EXTERNAL_USER_ID_CHARS_MAX = 200;
export const SEARCH_CHARS_MAX = 200;
export const REQUEST_ID_CHARS_MAX = 64;

export const VOTE_WEIGHT_DEFAULT = 1;
export const VOTE_WEIGHT_MAX = 1_000;
/** Boards are held in the object's memory, so their number is bounded. */
export const BOARDS_PER_WORKSPACE_MAX = 100;

/** "My workspaces" is one list without pages. */
export const MEMBERSHIPS_PER_USER_MAX = 1_000;

export const PAGE_SIZE_DEFAULT = 20;
export const PAGE_SIZE_MAX = 100;
/** `page=` skips rows by reading them; past this many, only cursors go on. */
export const PAGE_ROWS_SKIPPED_MAX = 1_000;
export const CURSOR_CHARS_MAX = 512;
/** A text search sorts at most this many matches, the newest first: FTS5 gives them in id order at no further cost. */
export const SEARCH_MATCHES_MAX = 200;
export const SEARCH_TERMS_MAX = 8;
export const VOTE_LOOKUP_IDS_MAX = 100;

/** Half-life of a vote's pull on `sort=trending`. */
export const TRENDING_HALF_LIFE_MS = 7 * DAY_MS;

/** Live protocol. */
export const FRAME_BYTES_MAX = 16 * 1024;
export const MESSAGES_PER_SECOND_MAX = 20;
export const SOCKETS_PER_PERSON_MAX = 5;
export const SOCKETS_PER_WORKSPACE_MAX = 20_000;
/** At most one votes frame per board in this time. */
export const VOTES_FRAME_INTERVAL_MS = 50;
/** A frame goes to every socket of its board; beyond this many sends a second, frames come less often rather than later and later. */
export const VOTES_SENDS_PER_SECOND_MAX = 20_000;
/** More changed items than this since a client's seq, and reading the list anew is cheaper. */
export const RESUME_CHANGES_MAX = 500;
/** Text of the changed items, in characters: a page of the list costs less. */
export const RESUME_CHARS_MAX = 256 * 1024;
/** Removed items a board remembers; a client older than the oldest one re-reads the list. */
export const TOMBSTONES_PER_BOARD_MAX = 1_000;

/** Rows deleted in one transaction when a board or a workspace goes. */
export const PURGE_ROWS_PER_SLICE = 500;

/** A shorter secret is taken for a mistake in the configuration: nobody is the operator then. */
export const OPERATOR_TOKEN_CHARS_MIN = 20;

/** Caching of the widget's script: the hashed name never changes its bytes, the alias moves with a deploy. */
export const ASSET_IMMUTABLE_SECONDS = 365 * 24 * 60 * 60;
export const ASSET_ALIAS_SECONDS = 300;
