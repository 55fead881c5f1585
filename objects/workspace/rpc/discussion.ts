/** Calls of the Workspace object about comments and moderation. */
import { FeedbackCalls } from "./feedback.ts";

export abstract class DiscussionCalls extends FeedbackCalls {}
