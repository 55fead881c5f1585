/** Calls of the Workspace object about its roadmap. */
import { CurationCalls } from "./curation.ts";

export abstract class RoadmapCalls extends CurationCalls {}
