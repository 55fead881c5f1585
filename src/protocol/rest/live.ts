/** The live socket's upgrade, as an endpoint. The frames are in protocol/live. */
import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { boardParams, externalUserId } from "./fields.ts";

export const liveQuery = z.strictObject({ externalUserId: externalUserId.optional() });

export const openLive = endpoint({
  method: "GET",
  path: "/:workspace/:board/live",
  operationId: "openLive",
  tag: "Live",
  summary: "Open a live socket",
  description:
    "WebSocket with the subprotocol `groundswell.v1`, JSON text frames. Send `hello` first with the last seq you saw. The seq of a frame means: you have everything up to here; only `resync` says that you do not, and to read the list again.",
  who: "board.read",
  params: boardParams,
  query: liveQuery,
  answers: { 101: { description: "Switched to groundswell.v1" } },
});
