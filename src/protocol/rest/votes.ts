/** Votes: cast, take back, look up. Never a toggle. */
import * as z from "zod";
import { VOTE_LOOKUP_IDS_MAX, VOTE_WEIGHT_MAX } from "../../limits.ts";
import { endpoint } from "./endpoint.ts";
import { boardParams, externalUserId, feedbackId, feedbackParams } from "./fields.ts";

export const Vote = z
  .strictObject({
    feedbackId,
    voteCount: z.int().min(0).meta({ description: "Sum of the weights after this call" }),
    voted: z.boolean(),
  })
  .meta({ id: "Vote" });
export type Vote = z.infer<typeof Vote>;

export const CastVote = z
  .strictObject({
    externalUserId: externalUserId.optional(),
    weight: z
      .int()
      .min(1)
      .max(VOTE_WEIGHT_MAX)
      .optional()
      .meta({ description: "Another than 1 may be given by members, API keys and signed identities only" }),
  })
  .meta({ id: "CastVote" });
export type CastVote = z.infer<typeof CastVote>;

export const RemoveVote = z.strictObject({ externalUserId: externalUserId.optional() }).meta({ id: "RemoveVote" });
export type RemoveVote = z.infer<typeof RemoveVote>;

export const LookUpVotes = z.strictObject({
  ids: z
    .string()
    .regex(/^[1-9][0-9]{0,14}(,[1-9][0-9]{0,14})*$/u, "must be positive integers parted by commas")
    .transform((text) => [...new Set(text.split(",").map(Number))])
    .pipe(z.array(feedbackId).max(VOTE_LOOKUP_IDS_MAX)),
  externalUserId: externalUserId.optional(),
});
export type LookUpVotes = z.infer<typeof LookUpVotes>;

const tag = "Votes";
const path = "/:workspace/:board/feedback/:id/votes";
const seqHeader = { "X-Seq": "The workspace's seq after this call" };

export const castVote = endpoint({
  method: "POST",
  path,
  operationId: "castVote",
  tag,
  summary: "Vote for an item",
  description:
    "One vote per person and item. Voting again changes nothing and answers 200, unless whoever may gives another weight. `externalUserId` says who votes; a signed identity and an account vote for themselves, a member or an API key may vote for anybody.",
  who: "feedback.write",
  limit: "vote",
  params: feedbackParams,
  body: CastVote,
  answers: {
    200: { description: "Had voted already", schema: Vote, headers: seqHeader },
    201: { description: "Voted", schema: Vote, headers: seqHeader },
  },
});

export const removeVote = endpoint({
  method: "DELETE",
  path,
  operationId: "removeVote",
  tag,
  summary: "Take a vote back",
  description:
    "Idempotent. The person may stand in the body or, as many clients send no body with DELETE, in the query.",
  who: "feedback.write",
  limit: "vote",
  params: feedbackParams,
  query: z.strictObject({ externalUserId: externalUserId.optional() }),
  body: RemoveVote,
  answers: { 200: { description: "No vote now", schema: Vote, headers: seqHeader } },
});

export const lookUpVotes = endpoint({
  method: "GET",
  path: "/:workspace/:board/votes",
  operationId: "lookUpVotes",
  tag,
  summary: "Which of these items did a person vote for?",
  who: "board.read",
  params: boardParams,
  query: LookUpVotes,
  answers: {
    200: {
      description: "Weight by item id; items without a vote are left out",
      schema: z.record(z.string(), z.int().min(1)),
    },
  },
});
