/** The event log: what changed in a workspace, who changed it, and how. */
import * as z from "zod";
import { CURSOR_CHARS_MAX, EVENT_TYPES_ASKED_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from "../../limits.ts";
import { endpoint } from "./endpoint.ts";
import { feedbackId, feedbackIdParam, instant, slug, workspaceParams } from "./fields.ts";

export const EVENT_TYPES = [
  "feedback.created",
  "feedback.updated",
  "feedback.deleted",
  "feedback.merged",
  "feedback.unmerged",
  "vote.cast",
  "vote.removed",
  "comment.created",
  "comment.updated",
  "comment.deleted",
  "board.created",
  "board.updated",
  "board.deleted",
  "guest.invited",
  "guest.removed",
  "phase.created",
  "phase.updated",
  "phase.deleted",
  "roadmap-item.created",
  "roadmap-item.updated",
  "roadmap-item.deleted",
  "theme.updated",
  "theme.merged",
  "duplicates.confirmed",
  "duplicates.dismissed",
  "workspace.created",
  "workspace.updated",
  "workspace.deleted",
  "settings.updated",
  "branding.updated",
  "rate-limits.updated",
  "member.joined",
  "member.updated",
  "member.removed",
  "invitation.created",
  "invitation.revoked",
  "api-key.created",
  "api-key.revoked",
  "signing-secret.created",
  "signing-secret.revoked",
] as const;
export const EventType = z.enum(EVENT_TYPES).meta({ id: "EventType" });
export type EventType = z.infer<typeof EventType>;

/** `person`: an end user, known or by a bare id. `account`: somebody signed in who is no member. `system`: the workspace itself, later than whoever caused it. */
export const ACTOR_KINDS = ["member", "account", "person", "anonymous", "api-key", "operator", "system"] as const;
export const ActorKind = z.enum(ACTOR_KINDS).meta({ id: "ActorKind" });
export type ActorKind = z.infer<typeof ActorKind>;

export const EventActor = z
  .strictObject({
    kind: ActorKind,
    id: z.string().nullable().meta({ description: "The account, the API key's id, or your own id of the person" }),
    name: z.string().nullable().meta({ description: "What they are called now, as far as it is known" }),
  })
  .meta({ id: "EventActor" });
export type EventActor = z.infer<typeof EventActor>;

const Fields = z.record(z.string(), z.unknown());

/** `Event` is a name that browsers have taken. */
export const WorkspaceEvent = z
  .strictObject({
    seq: z.int().min(1).meta({ description: "The change's number: one event for each" }),
    at: instant,
    type: EventType,
    actor: EventActor,
    board: slug.nullable().meta({ description: "Null also for a board that is no more" }),
    feedbackId: feedbackId.nullable(),
    feedbackTitle: z.string().nullable().meta({ description: "What the item is called now; null: it is no more" }),
    subject: z
      .string()
      .nullable()
      .meta({ description: "What else it is about: a comment's id, a phase's, a member's, a board's slug" }),
    before: Fields.nullable().meta({ description: "The fields that changed, as they were; null: there was nothing" }),
    after: Fields.nullable().meta({ description: "The same as they are since; null: there is nothing" }),
  })
  .meta({ id: "WorkspaceEvent" });
export type WorkspaceEvent = z.infer<typeof WorkspaceEvent>;

const types = z
  .string()
  .transform((text) => [...new Set(text.split(","))])
  .pipe(z.array(EventType).max(EVENT_TYPES_ASKED_MAX))
  .meta({ override: { type: "string" }, description: "One type, or several parted by commas" });

const limit = z
  .string()
  .regex(/^[1-9][0-9]{0,5}$/u, "must be a positive integer")
  .transform(Number)
  .pipe(z.int().min(1).max(PAGE_SIZE_MAX))
  .meta({ override: { type: "integer", minimum: 1, maximum: PAGE_SIZE_MAX } });

const since = z
  .string()
  .regex(/^(?:0|[1-9][0-9]{0,14})$/u, "must be an integer from 0 on")
  .transform(Number)
  .meta({ override: { type: "integer", minimum: 0 } });

export const ListEvents = z.strictObject({
  since: since.default(0).meta({ description: "Only what came after this seq" }),
  order: z.enum(["asc", "desc"]).default("asc").meta({ description: "Oldest or newest first" }),
  type: types.optional(),
  actor: z.string().min(1).max(256).optional().meta({ description: "`id` of the actor, or `kind:` and the kind" }),
  board: slug.optional(),
  feedbackId: feedbackIdParam.optional().meta({ description: "One item's history, without its votes" }),
  limit: limit.default(PAGE_SIZE_DEFAULT),
  cursor: z.string().max(CURSOR_CHARS_MAX).optional().meta({ description: "`X-Next-Cursor` of the page before" }),
});
export type ListEvents = z.infer<typeof ListEvents>;

export const listEvents = endpoint({
  method: "GET",
  path: "/workspaces/:workspace/events",
  operationId: "listEvents",
  tag: "Events",
  summary: "Read the event log",
  description:
    "Every change has a seq and one event. To follow the log, ask with `since`, go on by `Link` until there is none, then ask again with `since` at the `X-Seq` of that last page. A page of a filtered list may be short or empty and still have a next one. At least the last 1,000,000 events are kept; when events after `since` are gone, `X-Events-Missed: true` says so.",
  who: "workspace.configure",
  params: workspaceParams,
  query: ListEvents,
  answers: {
    200: {
      description: "A page of events",
      schema: z.array(WorkspaceEvent),
      headers: {
        Link: "The next page, `rel=next`",
        "X-Next-Cursor": "The same as a cursor",
        "X-Seq": "The workspace's seq that the answer reflects",
        "X-Oldest-Seq": "The oldest event that is kept",
        "X-Events-Missed": "`true`: changes after `since` are no longer in the log. Read what you keep anew",
      },
    },
  },
});
