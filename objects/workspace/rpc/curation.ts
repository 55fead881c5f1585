/** Calls of the Workspace object about items that say the same: similar ones, merges, duplicates, themes. */
import { DiscussionCalls } from "./discussion.ts";

export abstract class CurationCalls extends DiscussionCalls {}
