/** Writes the event log, in the transaction of the change: who changed what, under the seq that the change took. */
import type { ActorKind, EventType } from "../../../src/protocol/rest/events.ts";
import { selfOf } from "../../../src/domain/person.ts";
import type { Actor } from "../authorize.ts";
import type { WorkspaceStore } from "../store.ts";
import { EVENTS_TRIM_STEP, TRIM_EVENTS_TASK } from "./forget.ts";

/** Only what changed, or what there is to know of something new or gone. Secrets never. */
type Fields = Readonly<Record<string, unknown>>;

export type Recorded = {
  /** The one that the change took: there is one event for each. */
  readonly seq: number;
  readonly type: EventType;
  readonly boardId?: number;
  readonly feedbackId?: number;
  /** Whatever else it is about. */
  readonly subject?: string;
  readonly before?: Fields;
  readonly after?: Fields;
};

/** `actor` null: the workspace itself. `bare`: the id that somebody gave who is nobody in particular. */
export function record(store: WorkspaceStore, actor: Actor | null, event: Recorded, bare: string | null = null): void {
  const { seq, type, boardId = null, feedbackId = null, subject = null, before, after } = event;
  const { kind, id } = actorOf(actor, bare);
  store.statements.insertEvent.run({
    seq,
    at: store.now(),
    type,
    actorKind: kind,
    actorId: id,
    boardId,
    feedbackId,
    subject,
    before: before === undefined ? null : JSON.stringify(before),
    after: after === undefined ? null : JSON.stringify(after),
  });
  if (seq % EVENTS_TRIM_STEP === 0) store.schedule(TRIM_EVENTS_TASK, store.now());
}

function actorOf(actor: Actor | null, bare: string | null): { readonly kind: ActorKind; readonly id: string | null } {
  if (actor === null) return { kind: "system", id: null };
  const { keyId, member, userId, standing } = actor;
  if (keyId !== null) return { kind: "api-key", id: keyId };
  if (userId !== null) return { kind: member === null ? "account" : "member", id: userId };
  const person = selfOf(actor) ?? (standing === "anonymous" ? bare : null);
  if (person !== null) return { kind: "person", id: person };
  return { kind: standing === "anonymous" ? "anonymous" : "operator", id: null };
}

type Difference = { readonly before: Fields; readonly after: Fields };

/** The fields of `after` that differ from `before`, as they were and as they are. */
export function difference<T extends Fields>(before: T, after: T): Difference {
  const keys = Object.keys(after).filter((key) => differ(before[key], after[key]));
  const pick = (from: Fields) => Object.fromEntries(keys.map((key) => [key, from[key]]));
  return { before: pick(before), after: pick(after) };
}

/** Records what differs, under a seq of its own; a change that changed nothing takes none. */
export function recordChange<T extends Fields>(
  store: WorkspaceStore,
  actor: Actor | null,
  event: Omit<Recorded, "seq" | "before" | "after">,
  before: T,
  after: T,
): void {
  const changed = difference(before, after);
  if (Object.keys(changed.after).length > 0) record(store, actor, { seq: store.nextSeq(), ...event, ...changed });
}

/** Lists and records by what is in them. */
function differ(one: unknown, other: unknown): boolean {
  if (one === other) return false;
  return typeof one !== "object" || JSON.stringify(one) !== JSON.stringify(other);
}
