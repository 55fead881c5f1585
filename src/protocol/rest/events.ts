/** The event log's words. */
import * as z from "zod";

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
