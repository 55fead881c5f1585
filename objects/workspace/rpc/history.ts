/** Calls of the Workspace object about what happened: the event log, and analytics. */
import type { Call } from "../../../src/call.ts";
import { readFigures, type SliceOfDays } from "../analytics/read.ts";
import type { ListEvents } from "../../../src/protocol/rest/events.ts";
import { map } from "../../../src/result.ts";
import { readFeed } from "../feed.ts";
import { listEvents } from "../history/list-events.ts";
import { RoadmapCalls } from "./roadmap.ts";

export abstract class HistoryCalls extends RoadmapCalls {
  // Events

  /** `items` is JSON text, as those of a list of feedback are. */
  listEvents(call: Call, query: ListEvents) {
    return this.calls.read("event.list", call, (actor) =>
      map(listEvents(this.store, actor, query), (page) => ({ ...page, items: JSON.stringify(page.items) })),
    );
  }

  /** The same for everybody, so nobody's rights are asked for beyond reading a board. */
  readFeed(call: Call, board: string) {
    return this.calls.read("board.feed", call, () => readFeed(this.store, board));
  }

  // Analytics

  readFigures(call: Call, days: SliceOfDays) {
    return this.calls.read("analytics.read", call, () => readFigures(this.store, days));
  }
}
