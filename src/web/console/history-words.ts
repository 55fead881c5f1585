/** What the event log says, in words: who did what to what, and which fields changed how. Plain text; history.tsx sets it. */
import { EVENT_TYPES, type EventActor, type EventType, type WorkspaceEvent } from "../../protocol/rest/events.ts";
import { Status } from "../../protocol/rest/feedback.ts";
import { statusLabel } from "../page/format.ts";

/** `{x}`: what it was done to. */
const DEEDS: Readonly<Record<EventType, string>> = {
  "feedback.created": "posted {x}",
  "feedback.updated": "changed {x}",
  "feedback.deleted": "deleted {x}",
  "feedback.merged": "merged: {x}",
  "feedback.unmerged": "took a merge back: {x}",
  "vote.cast": "voted for {x}",
  "vote.removed": "took a vote for {x} back",
  "comment.created": "commented on {x}",
  "comment.updated": "changed a comment on {x}",
  "comment.deleted": "deleted a comment on {x}",
  "board.created": "made the board {x}",
  "board.updated": "changed the board {x}",
  "board.deleted": "deleted the board {x}",
  "guest.invited": "let {x} read the board",
  "guest.removed": "no longer lets {x} read the board",
  "phase.created": "added the phase {x} to the roadmap",
  "phase.updated": "changed the roadmap’s phase {x}",
  "phase.deleted": "deleted the roadmap’s phase {x}",
  "roadmap-item.created": "put {x} on the roadmap",
  "roadmap-item.updated": "changed {x} on the roadmap",
  "roadmap-item.deleted": "took {x} off the roadmap",
  "theme.updated": "changed the theme {x}",
  "theme.merged": "merged the theme {x}",
  "duplicates.confirmed": "confirmed duplicates: {x}",
  "duplicates.dismissed": "dismissed duplicates: {x}",
  "workspace.created": "made the workspace",
  "workspace.updated": "renamed the workspace",
  "workspace.deleted": "deleted the workspace",
  "settings.updated": "changed the settings",
  "branding.updated": "changed the branding",
  "rate-limits.updated": "changed the rate limits",
  "member.joined": "joined the team",
  "member.updated": "changed the role of {x}",
  "member.removed": "removed {x} from the team",
  "invitation.created": "invited {x}",
  "invitation.revoked": "took the invitation of {x} back",
  "api-key.created": "made the API key {x}",
  "api-key.revoked": "revoked the API key {x}",
  "signing-secret.created": "made a signing secret",
  "signing-secret.revoked": "revoked a signing secret",
};

/** The sentence's parts around what it was done to. */
export function deedOf({ type, actor, subject }: WorkspaceEvent): readonly [before: string, after: string] {
  const words = type === "member.removed" && actor.id === subject ? "left the team" : DEEDS[type];
  const [before = "", after = ""] = words.split("{x}");
  return [before, after];
}

const ACTORS: Readonly<Record<EventActor["kind"], string>> = {
  member: "A former member",
  account: "Somebody with an account",
  person: "A user",
  anonymous: "Somebody",
  "api-key": "A revoked API key",
  operator: "The operator",
  system: "Groundswell",
};

export function actorName({ kind, name, id }: EventActor): string {
  if (kind === "api-key") return name === null ? ACTORS[kind] : `The API key “${name}”`;
  if (name !== null) return name;
  return kind === "person" && id !== null ? `The user “${id}”` : ACTORS[kind];
}

/** What it was done to, as the log itself calls it; null: the deed says it all. `members`: names by user id. */
export function objectOf(event: WorkspaceEvent, members: ReadonlyMap<string, string>): string | null {
  const { type, feedbackId, feedbackTitle, subject } = event;
  const [about] = type.split(".");
  const said = (key: string): string | null => textOf(event.after?.[key]) ?? textOf(event.before?.[key]);
  if (about === "member" && subject !== null) {
    return members.get(subject) ?? said("name") ?? said("email") ?? "a former member";
  }
  if (about === "guest") return subject;
  if (about === "invitation") return said("email");
  if (feedbackId !== null && about !== "board") return feedbackTitle ?? said("title") ?? `item ${String(feedbackId)}`;
  if (about === "duplicates") return `group ${subject ?? ""}`;
  return said("name") ?? said("title") ?? subject;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** One field that changed. `long`: whole texts, which are folded away. */
export type ChangeWords = {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly long: boolean;
};

const FIELDS: Readonly<Record<string, string>> = {
  allowedOrigins: "Allowed sites",
  anonymousPosting: "Anonymous posting",
  requireIdentity: "Signed identity required",
  moderationState: "Moderation",
  isHidden: "Hidden",
  isInternal: "Internal",
  isOfficial: "Official",
  isPublic: "Public",
  lockClosed: "Voting closed with the item",
  mergedInto: "Merged into",
  mergedCount: "Merged items",
  voteCount: "Votes",
  accentColor: "Accent colour",
  logoUrl: "Logo",
  expiresAt: "Ends",
  phaseId: "Phase",
  feedbackId: "Item",
  parentId: "Reply to comment",
  invitationsWithdrawn: "Invitations taken back",
};
/** Longer texts, and those of several lines, are folded away. */
const SHORT_CHARS_MAX = 80;

/** Of something new: what it always is. */
const UNREMARKABLE: ReadonlySet<string> = new Set(["moderationState approved", "isInternal no", "isOfficial no"]);

/** In the order in which the log has them, but what goes without saying: `object` is what the sentence above calls it. */
export function changesOf({ before, after }: WorkspaceEvent, object: string | null): ChangeWords[] {
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return keys.flatMap((key) => {
    const [was, is] = [valueWords(key, before?.[key]), valueWords(key, after?.[key])];
    if (was === is || (was === null && (is === object || UNREMARKABLE.has(`${key} ${is ?? ""}`)))) return [];
    const long = [was, is].some((text) => text !== null && (text.length > SHORT_CHARS_MAX || text.includes("\n")));
    return [{ field: FIELDS[key] ?? spaced(key), before: was, after: is, long }];
  });
}

/** Null: nothing. */
function valueWords(key: string, value: unknown): string | null {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(String).join(", ");
  if (typeof value !== "string") return typeof value === "number" ? String(value) : JSON.stringify(value);
  const status = key === "status" ? Status.safeParse(value) : null;
  return status?.success === true ? statusLabel(status.data) : value;
}

/** `statusSince` and `vote-person` as words. */
function spaced(key: string): string {
  const words = key
    .replaceAll(/([a-z])([A-Z])/gu, "$1 $2")
    .replaceAll("-", " ")
    .toLowerCase();
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}

/** What one may want to see of the log: a name, and its types. */
export const SHOWN = {
  "": { label: "All but votes", types: without("vote") },
  feedback: { label: "Feedback", types: of("feedback") },
  comments: { label: "Comments", types: of("comment") },
  votes: { label: "Votes", types: of("vote") },
  boards: { label: "Boards and guests", types: of("board", "guest") },
  roadmap: { label: "Roadmap", types: of("phase", "roadmap-item") },
  curation: { label: "Themes and duplicates", types: of("theme", "duplicates") },
  team: { label: "Team and invitations", types: of("member", "invitation") },
  keys: { label: "Keys and secrets", types: of("api-key", "signing-secret") },
  settings: { label: "Workspace and settings", types: of("workspace", "settings", "branding", "rate-limits") },
} as const satisfies Record<string, { readonly label: string; readonly types: readonly EventType[] }>;
export type ShownName = keyof typeof SHOWN;

function of(...kinds: readonly string[]): readonly EventType[] {
  return EVENT_TYPES.filter((type) => kinds.includes(type.split(".")[0] ?? ""));
}

function without(kind: string): readonly EventType[] {
  return EVENT_TYPES.filter((type) => !type.startsWith(`${kind}.`));
}
