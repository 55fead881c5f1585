/** Items that may already say what somebody is about to post. */
import * as z from "zod";
import { SIMILAR_DEFAULT, SIMILAR_MAX } from "../../limits.ts";
import { endpoint } from "./endpoint.ts";
import { count, Feedback } from "./feedback.ts";
import { boardParams, title } from "./fields.ts";

export const FindSimilar = z.strictObject({
  title: title.meta({ description: "What was typed so far" }),
  limit: count(SIMILAR_MAX).default(SIMILAR_DEFAULT),
});
export type FindSimilar = z.infer<typeof FindSimilar>;

export const SimilarFeedback = Feedback.extend({
  score: z.number().min(0).max(1).meta({ description: "How alike they are; 1: the same words" }),
}).meta({ id: "SimilarFeedback" });
export type SimilarFeedback = z.infer<typeof SimilarFeedback>;

export const findSimilar = endpoint({
  method: "GET",
  path: "/:workspace/:board/similar",
  operationId: "findSimilar",
  tag: "Feedback",
  summary: "Find likely duplicates of a title",
  description:
    "For suggestions while somebody types. Looks on all boards of the workspace that the caller may read (`board` says which an item is on), only at what the public sees; best first, and none that has too little in common.",
  who: "board.read",
  params: boardParams,
  query: FindSimilar,
  answers: {
    200: {
      description: "Likely duplicates",
      schema: z.array(SimilarFeedback),
      headers: { "X-Seq": "The workspace's seq that the answer reflects" },
    },
  },
});
