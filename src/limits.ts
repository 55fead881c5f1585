/**
 * Every number with a meaning, with its unit in its name. Limits are part of the contract: clients may rely on them.
 */
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** JSON and form bodies, counted while they stream in. */
export const BODY_BYTES_MAX = 64 * 1024;
/** How long a body may take to come: six kilobytes a second, for the largest. */
export const BODY_MS_MAX = 10 * SECOND_MS;
/** Nesting of a JSON body, checked before it is parsed: `JSON.parse` of deep input is slow and recursive consumers overflow. */
export const JSON_DEPTH_MAX = 32;
/** Longest request URL that is routed; the platform's own bound is 16 KiB. */
export const URL_CHARS_MAX = 8 * 1024;
/** Headers of a request, and their names and values together. Browsers and Cloudflare's edge send a few dozen, of some 2 KiB. */
export const HEADERS_MAX = 100;
export const HEADER_CHARS_MAX = 32 * 1024;
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

export const COMMENT_CHARS_MAX = 5_000;
/** A thread's deepest reply; the comment that begins it has depth 0. */
export const COMMENT_DEPTH_MAX = 5;
/** Entries of the moderation queue that one request decides. */
export const MODERATION_BULK_MAX = 100;
/** How far the entries of a state are counted. */
export const MODERATION_COUNT_MAX = 100;
/** What an entry of the queue tells of a text. */
export const QUEUE_EXCERPT_CHARS_MAX = 600;
/** A post or comment with this spam score or more waits for a moderator, whatever the workspace's setting. Of 100. */
export const SPAM_HELD_SCORE = 60;
export const SPAM_SCORE_MAX = 100;
/** How long a text is remembered, so that a repeat is known for one. */
export const TEXTS_KEPT_MS = 7 * DAY_MS;
export const SIMILAR_DEFAULT = 5;
export const SIMILAR_MAX = 20;
/** Items with less in common are not likely to be the same, of 1. */
export const SIMILAR_SCORE_MIN = 0.05;
/** Terms of a title that are looked up in the index, and how many of the newest items of each are taken. */
export const SIMILAR_TERMS_MAX = 24;
export const SIMILAR_ITEMS_PER_TERM = 100;
/** Items that are read and compared, and how much of a description is. */
export const SIMILAR_COMPARED_MAX = 120;
export const SIMILAR_LEAD_CHARS = 1_000;
/** Items that one alarm indexes anew. */
export const REINDEX_ROWS_PER_SLICE = 100;
export const ROADMAP_PHASES_MAX = 20;
export const ROADMAP_ITEMS_PER_PHASE_MAX = 200;
/** Between two items of a phase: sixteen moves to the same place before a phase is numbered anew. */
export const ROADMAP_POSITION_GAP = 65_536;
/** Of an item that stands by itself. */
export const ROADMAP_DESCRIPTION_CHARS_MAX = 500;
/** What a roadmap tells of linked feedback's description. */
export const ROADMAP_EXCERPT_CHARS_MAX = 280;
/** At most one frame to a roadmap's sockets in this time. */
export const ROADMAP_FRAME_INTERVAL_MS = 250;
/** Themes that a workspace has at most. */
export const THEMES_MAX = 100;
/** Merged themes that a workspace remembers, so that what would fall into them goes where they went. */
export const THEMES_MERGED_MAX = 100;
/** Of an item: how much of its description says what it is about, and how many terms do. */
export const THEME_TEXT_CHARS_MAX = 600;
export const THEME_TERMS_PER_ITEM_MAX = 32;
/** Terms that themes of one workspace are told apart by. */
export const THEME_VOCABULARY_MAX = 4_000;
/** Items that themes are learnt from, spread over all; every item is then put into the nearest. */
export const THEME_SAMPLE_MAX = 1_500;
/** The heaviest terms of a theme that tell what is like it. */
export const THEME_CENTROID_TERMS_MAX = 60;
/** Themes that are found, besides those that people named, pinned or merged. */
export const THEMES_FOUND_MAX = 40;
/** Items that one slice of the alarm looks at, of some 15 ms. */
export const THEME_ITEMS_PER_SLICE = 100;
/** Fewer items than this have no themes. */
export const THEMES_FROM_ITEMS = 10;
/** From a change to the slice that takes it in, and from one rebuild to the next that nobody asked for. */
export const THEMES_DELAY_MS = MINUTE_MS;
export const THEMES_REBUILD_MS = 60 * MINUTE_MS;
/** The same of those that somebody asked for, and between two slices, for requests that wait. */
export const THEMES_ASKED_MS = MINUTE_MS;
export const THEMES_SLICE_GAP_MS = 10;
/** Items that end in one by merges, those that were merged into them among them, and how many steps that takes at most. */
export const MERGED_ITEMS_MAX = 50;
export const MERGE_DEPTH_MAX = 5;
/** Votes that merges carry into one item, counted at each step: what one request can carry there, and take out again. */
export const MERGE_VOTES_MAX = 5_000;
/** Items of a group of likely duplicates. */
export const DUPLICATES_PER_GROUP_MAX = 20;
export const DUPLICATE_GROUPS_PER_PAGE = 10;
export const DUPLICATE_EXCERPT_CHARS = 600;
/** What is this much alike is suggested as a duplicate. Of 1. */
export const DUPLICATE_SCORE_MIN = 0.5;
/** How long after a post is shown it is compared with the others: what comes in a burst is looked at in one go. */
export const DUPLICATES_DELAY_MS = 5 * MINUTE_MS;
/** Events that a workspace keeps; the oldest go first. */
export const EVENTS_KEPT_MAX = 1_000_000;
/** Events deleted in one transaction: they have one index at most. */
export const EVENTS_PER_SLICE = 2_000;
/** Events that one page looks through for those it was asked for; it goes on by cursor. */
export const EVENTS_SCANNED_MAX = 2_000;
/** Kinds of events that one question may name. */
export const EVENT_TYPES_ASKED_MAX = 50;
/** Entries of a board's feed. */
export const FEED_ENTRIES = 50;
/** Days that one question about analytics may span. */
export const ANALYTICS_DAYS_MAX = 731;
export const ANALYTICS_DAYS_DEFAULT = 90;
/** Groups that an answer names; what is left of all others is one more. */
export const ANALYTICS_GROUPS_MAX = 20;
/** Groups that are told apart while figures are added up. */
export const ANALYTICS_GROUPS_HELD_MAX = 1_000;
/** Daily figures that one call of the object adds up, in some 15 ms. */
export const ANALYTICS_ROWS_PER_SLICE = 15_000;
/** Calls that one question takes at most. */
export const ANALYTICS_SLICES_MAX = 64;

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

/** SECURITY: 15 to 256 code points. The longest string that can hold 256 of them has twice as many UTF-16 units. */
export const PASSWORD_CODE_POINTS_MIN = 15;
export const PASSWORD_CODE_POINTS_MAX = 256;
export const PASSWORD_CHARS_MAX = 4 * PASSWORD_CODE_POINTS_MAX;
/** Password hashes per isolate: one in flight and four that wait. */
export const HASHES_ADMITTED_MAX = 5;
/** RFC 5321, section 4.5.3.1.3: a path has 256 octets with its angle brackets. */
export const EMAIL_CHARS_MAX = 254;
export const REFRESH_TOKEN_CHARS_MAX = 256;
export const MAILED_TOKEN_CHARS_MAX = 1_024;
/** How long a mailed link is good; of a mail without one, how long it counts. */
export const MAILED_LINK_MS = { verify: DAY_MS, register: DAY_MS, reset: 30 * MINUTE_MS, notice: DAY_MS } as const;
/** Mails of one kind to one address in that time. */
export const MAILS_PER_PURPOSE_MAX = 5;
/** Browsers that are remembered per account. */
export const KNOWN_DEVICES_MAX = 10;
export const DEVICE_COOKIE_SECONDS = 365 * 24 * 60 * 60;
export const PROVIDER_KEY_CHARS_MAX = 1_024;
export const PROVIDER_KEYS_PER_USER_MAX = 20;
export const URL_FIELD_CHARS_MAX = 500;
/** Cloudflare's own bound of a Turnstile token. */
export const TURNSTILE_TOKEN_CHARS_MAX = 2_048;

/** Access tokens; refresh tokens idle and in all; and how long the token before the current one still works. */
export const ACCESS_TOKEN_SECONDS = 10 * 60;
export const SESSION_IDLE_MS = 7 * DAY_MS;
export const SESSION_ABSOLUTE_MS = 30 * DAY_MS;
export const REFRESH_GRACE_MS = 30 * SECOND_MS;
/** From the start of a sign-in with a provider to its callback. */
export const OAUTH_FLOW_MS = 10 * MINUTE_MS;
export const SESSIONS_PER_USER_MAX = 50;
/** Of an older one it is no longer known that it was used: it is refused like any other, but ends nothing. */
export const USED_TOKENS_PER_SESSION_MAX = 1_000;
export const SECURITY_EVENTS_PER_USER_MAX = 200;

export const MEMBERS_PER_WORKSPACE_MAX = 200;
export const INVITATIONS_PER_WORKSPACE_MAX = 100;
export const INVITATION_MS = 7 * DAY_MS;
export const API_KEYS_PER_WORKSPACE_MAX = 50;
export const SIGNING_SECRETS_MAX = 2;
export const GUESTS_PER_BOARD_MAX = 1_000;
export const ALLOWED_ORIGINS_MAX = 20;
/** A signed identity ends at most this long after it was made. */
export const IDENTITY_TOKEN_SECONDS_MAX = 60 * 60;
/** How far a customer's clock may be ahead of ours. */
export const IDENTITY_CLOCK_SKEW_SECONDS = 60;

/** Keys that sign access tokens: how long one signs. */
export const KEY_ROTATION_MS = 30 * DAY_MS;
/** How long a key is published before it signs, so that everybody who keeps a copy of the set has it by then. SECURITY asks for 15 minutes. */
export const KEY_LEAD_MS = 20 * MINUTE_MS;
/** An isolate that cannot reach the Keyring signs this long on with the key it holds. */
export const KEY_GRACE_MS = 15 * MINUTE_MS;
/** How long a key stays published after the next one took over: the grace, its last token's life, and 15 minutes that SECURITY asks for. */
export const KEY_KEPT_MS = KEY_GRACE_MS + ACCESS_TOKEN_SECONDS * SECOND_MS + 15 * MINUTE_MS;
/** How long an isolate takes the set of keys for new when it publishes it; the edge and a client may keep an answer as long, each. */
export const JWKS_FRESH_SECONDS = 5 * 60;

/** A bearer token of any kind. */
export const BEARER_CHARS_MAX = 4_096;
export const API_KEY_PREFIX = "gsk_";
export const SIGNING_SECRET_PREFIX = "gss_";
/** Random bytes in an API key and in a signing secret. */
export const SECRET_BYTES = 32;

/** A quota that a workspace sets for itself, and what `RATE_LIMIT_SCALE` may be at most. */
export const RATE_LIMIT_MAX = 100_000;
export const RATE_LIMIT_SCALE_MAX = 1_000_000;
/** Workspaces that are not there, for which one address may ask an isolate in a minute. */
export const ABSENT_PER_MINUTE_MAX = 60;
/** Counted things that an object holds in memory, the least recently used forgotten first: what is on disk is read again. */
export const LIMITER_KEYS_HELD_MAX = 10_000;
/** How often an object looks for rows of its limiter that count nothing any more. */
export const LIMITER_PURGE_MS = 15 * MINUTE_MS;
/** How long the limiter of people who are nobody yet may take; the isolate counts by itself then. */
export const LIMITER_TIMEOUT_MS = 250;
/** Sockets that one address may have open on a workspace, scaled as the rate limits are. */
export const SOCKETS_PER_ADDRESS_MAX = 200;

/** draft-ietf-httpapi-idempotency-key-header: long enough that nobody else's is met by accident or guessed. */
export const IDEMPOTENCY_KEY_CHARS_MIN = 16;
export const IDEMPOTENCY_KEY_CHARS_MAX = 255;
/** First answers that one object keeps; beyond it the oldest is forgotten before its time. */
export const FIRST_ANSWERS_MAX = 100_000;
/** How long a first answer is replayed. */
export const IDEMPOTENCY_MS = DAY_MS;
/** How long at most others wait for a first answer that takes more than one transaction; whoever was to give it is gone by then. */
export const IDEMPOTENCY_RUNNING_MS = 30 * SECOND_MS;
