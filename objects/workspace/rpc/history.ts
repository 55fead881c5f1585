/** Calls of the Workspace object about what happened: the event log, and analytics. */
import { RoadmapCalls } from "./roadmap.ts";

export abstract class HistoryCalls extends RoadmapCalls {}
