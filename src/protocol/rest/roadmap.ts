/** The roadmap: what everybody sees of it, and the phases and items that the team arranges. */
import * as z from "zod";
import { ROADMAP_DESCRIPTION_CHARS_MAX, ROADMAP_EXCERPT_CHARS_MAX, ROADMAP_PHASES_MAX } from "../../limits.ts";
import { endpoint } from "./endpoint.ts";
import { category, feedbackId, feedbackIdParam, instant, name, prose, title, workspaceParams } from "./fields.ts";
import { Status } from "./feedback.ts";
import { liveQuery } from "./live.ts";

const id = z.int().min(1);
const changes = (body: object) => Object.keys(body).length > 0;
const NOTHING = "must change at least one field";

/** What an item tells of the feedback that it is linked to; of one that stands by itself all of it is null. */
const linked = {
  feedbackId: feedbackId.nullable(),
  board: z.string().nullable(),
  status: Status.nullable(),
  category: z.string().nullable(),
  voteCount: z.int().min(0).nullable(),
  commentCount: z.int().min(0).nullable(),
};
const excerpt = z.string().meta({
  description: `Of linked feedback the first ${String(ROADMAP_EXCERPT_CHARS_MAX)} characters`,
});

/** What everybody sees of an item. */
export const RoadmapEntry = z
  .strictObject({ id, title: z.string(), description: excerpt, ...linked })
  .meta({ id: "RoadmapEntry" });
export type RoadmapEntry = z.infer<typeof RoadmapEntry>;

export const RoadmapColumn = z
  .strictObject({ id, name: z.string(), status: Status.nullable(), items: z.array(RoadmapEntry) })
  .meta({ id: "RoadmapColumn" });
export type RoadmapColumn = z.infer<typeof RoadmapColumn>;

/** What the team sees. */
export const RoadmapPhase = z
  .strictObject({
    id,
    name: z.string(),
    position: z.int().min(0),
    status: Status.nullable().meta({
      description: "What feedback becomes that is put here; null: it stays what it is",
    }),
    isPublic: z.boolean(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: "RoadmapPhase" });
export type RoadmapPhase = z.infer<typeof RoadmapPhase>;

export const RoadmapItem = z
  .strictObject({
    id,
    phaseId: id,
    title: z.string(),
    description: excerpt,
    ...linked,
    isPublic: z.boolean(),
    isShown: z.boolean().meta({
      description: "Whether everybody sees it: so are its phase, its feedback and that one's board",
    }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: "RoadmapItem" });
export type RoadmapItem = z.infer<typeof RoadmapItem>;

export const CreatePhase = z
  .strictObject({ name, status: Status.nullable().optional(), isPublic: z.boolean().optional() })
  .meta({ id: "CreatePhase" });
export type CreatePhase = z.infer<typeof CreatePhase>;

export const UpdatePhase = z
  .strictObject({
    name: name.optional(),
    status: Status.nullable().optional(),
    isPublic: z.boolean().optional(),
    position: z
      .int()
      .min(0)
      .max(ROADMAP_PHASES_MAX - 1)
      .optional()
      .meta({ description: "0 is the first; past the last is the last" }),
  })
  .refine(changes, NOTHING)
  .meta({ id: "UpdatePhase" });
export type UpdatePhase = z.infer<typeof UpdatePhase>;

const description = prose(ROADMAP_DESCRIPTION_CHARS_MAX);
const place = {
  beforeId: id.optional().meta({ description: "Stand right before that item" }),
  afterId: id.optional().meta({ description: "Stand right after that item" }),
};
const onePlace = (body: { beforeId?: number | undefined; afterId?: number | undefined }) =>
  body.beforeId === undefined || body.afterId === undefined;
const ONE_PLACE = { path: ["afterId"], message: "cannot be combined with beforeId" };

export const CreateRoadmapItem = z
  .strictObject({
    phaseId: id,
    feedbackId: feedbackId.optional().meta({ description: "Shows that feedback; leave out the title" }),
    title: title.optional(),
    description: description.optional(),
    isPublic: z.boolean().optional(),
    ...place,
  })
  .refine((body) => (body.feedbackId === undefined) !== (body.title === undefined), {
    path: ["title"],
    message: "say either feedbackId or title",
  })
  .refine((body) => body.feedbackId === undefined || body.description === undefined, {
    path: ["description"],
    message: "is the feedback's own",
  })
  .refine(onePlace, ONE_PLACE)
  .meta({ id: "CreateRoadmapItem" });
export type CreateRoadmapItem = z.infer<typeof CreateRoadmapItem>;

export const UpdateRoadmapItem = z
  .strictObject({
    phaseId: id.optional().meta({ description: "Without beforeId and afterId: to its end" }),
    title: title.optional(),
    description: description.optional(),
    isPublic: z.boolean().optional(),
    ...place,
  })
  .refine(changes, NOTHING)
  .refine(onePlace, ONE_PLACE)
  .meta({ id: "UpdateRoadmapItem" });
export type UpdateRoadmapItem = z.infer<typeof UpdateRoadmapItem>;

export const RoadmapQuery = z.strictObject({
  board: z.string().max(200).optional().meta({ description: "Only feedback of that board" }),
  category: category.optional(),
});
export type RoadmapQuery = z.infer<typeof RoadmapQuery>;

const tag = "Roadmap";
const PHASES = "/workspaces/:workspace/roadmap/phases";
const ITEMS = "/workspaces/:workspace/roadmap/items";
const entryParams = workspaceParams.extend({ id: feedbackIdParam });

export const readRoadmap = endpoint({
  method: "GET",
  path: "/:workspace/roadmap",
  operationId: "readRoadmap",
  tag,
  summary: "Read the public roadmap",
  description:
    "Public phases in order, each with its public items in order; at most 20 of 200, so it has no pages. Feedback that is hidden, waits for a moderator, was merged, or is on a board that you may not read is not on it. With `board` or `category` only linked feedback is.",
  who: "board.read",
  params: workspaceParams,
  query: RoadmapQuery,
  answers: {
    200: {
      description: "The phases",
      schema: z.array(RoadmapColumn),
      headers: { "X-Seq": "The workspace's seq that the answer reflects: hand it to the roadmap's socket as `since`" },
    },
  },
});

export const openRoadmapLive = endpoint({
  method: "GET",
  path: "/:workspace/roadmap/live",
  operationId: "openRoadmapLive",
  tag,
  summary: "Open the roadmap's live socket",
  description:
    "The subprotocol `groundswell.v1`, as for boards. It says `roadmap` when the public roadmap has changed: read it again; and `votes` of feedback on it. To a hello whose `since` is not the newest seq it answers `resync`. It takes no votes.",
  who: "board.read",
  params: workspaceParams,
  query: liveQuery,
  answers: { 101: { description: "Switched to groundswell.v1" } },
});

export const listPhases = endpoint({
  method: "GET",
  path: PHASES,
  operationId: "listPhases",
  tag,
  summary: "List the roadmap's phases",
  description: "In order; at most 20.",
  who: "internal.read",
  params: workspaceParams,
  answers: { 200: { description: "The phases", schema: z.array(RoadmapPhase) } },
});

export const createPhase = endpoint({
  method: "POST",
  path: PHASES,
  operationId: "createPhase",
  tag,
  summary: "Add a phase at the end",
  who: "feedback.moderate",
  params: workspaceParams,
  body: CreatePhase,
  answers: { 201: { description: "Created", schema: RoadmapPhase } },
});

export const updatePhase = endpoint({
  method: "PATCH",
  path: `${PHASES}/:id`,
  operationId: "updatePhase",
  tag,
  summary: "Rename, move or otherwise change a phase",
  description: "Another status holds for what is put there from now on; what is there already stays what it is.",
  who: "feedback.moderate",
  params: entryParams,
  body: UpdatePhase,
  answers: { 200: { description: "The phase", schema: RoadmapPhase } },
});

export const deletePhase = endpoint({
  method: "DELETE",
  path: `${PHASES}/:id`,
  operationId: "deletePhase",
  tag,
  summary: "Delete an empty phase",
  description: "One with items answers 409 PHASE_NOT_EMPTY: move or remove them first.",
  who: "feedback.moderate",
  params: entryParams,
  answers: { 204: { description: "Gone" } },
});

export const listRoadmapItems = endpoint({
  method: "GET",
  path: ITEMS,
  operationId: "listRoadmapItems",
  tag,
  summary: "List the roadmap's items",
  description: "By phase and in order, also those that only the team sees; at most 200 of a phase.",
  who: "internal.read",
  params: workspaceParams,
  query: z.strictObject({ phaseId: feedbackIdParam.optional() }),
  answers: { 200: { description: "The items", schema: z.array(RoadmapItem) } },
});

export const createRoadmapItem = endpoint({
  method: "POST",
  path: ITEMS,
  operationId: "createRoadmapItem",
  tag,
  summary: "Put something on the roadmap",
  description:
    "Feedback, once, which takes the phase's status; or a title of your own. At the phase's end unless you say where.",
  who: "feedback.moderate",
  params: workspaceParams,
  body: CreateRoadmapItem,
  answers: { 201: { description: "Created", schema: RoadmapItem } },
});

export const updateRoadmapItem = endpoint({
  method: "PATCH",
  path: `${ITEMS}/:id`,
  operationId: "updateRoadmapItem",
  tag,
  summary: "Move or change an item",
  description: "Linked feedback that comes to another phase takes that one's status.",
  who: "feedback.moderate",
  params: entryParams,
  body: UpdateRoadmapItem,
  answers: { 200: { description: "The item", schema: RoadmapItem } },
});

export const deleteRoadmapItem = endpoint({
  method: "DELETE",
  path: `${ITEMS}/:id`,
  operationId: "deleteRoadmapItem",
  tag,
  summary: "Take an item off the roadmap",
  description: "Linked feedback stays on its board, with its status.",
  who: "feedback.moderate",
  params: entryParams,
  answers: { 204: { description: "Gone" } },
});
