/** `GET /:workspace/:board/live`: checks an upgrade and hands the socket to the workspace's object. */
import type { Answered } from "../call.ts";
import { botRefusal } from "../edge/bots.ts";
import { callOf, type Handler } from "../edge/context.ts";
import { callWorkspace } from "../edge/object-call.ts";
import { problem } from "../edge/problem.ts";
import { uniqueFields } from "../edge/body.ts";
import { check } from "../edge/parse.ts";
import { type Failure, failure } from "../errors.ts";
import { LIVE_HEADERS, LIVE_SUBPROTOCOL } from "../protocol/live/version.ts";
import { liveQuery } from "../protocol/rest/live.ts";
import { err, ok } from "../result.ts";

/** The person's id travels on in a header: the platform keeps a socket's URL with it. */
export const openLive: Handler = async (context, { workspace = "", board = "" }) => {
  const { request, url, requestId } = context;
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return problem(failure("UPGRADE_REQUIRED", "This is a WebSocket."), requestId, { upgrade: "websocket" });
  }
  const bot = await botRefusal(context, "write");
  if (bot !== null) return problem(bot, requestId);
  const offered =
    request.headers
      .get("sec-websocket-protocol")
      ?.split(",")
      .map((name) => name.trim()) ?? [];
  if (!offered.includes(LIVE_SUBPROTOCOL)) {
    return problem(failure("INVALID_REQUEST", `Offer the subprotocol ${LIVE_SUBPROTOCOL}.`), requestId);
  }
  const fields = uniqueFields(url.searchParams, "query.");
  if (!fields.ok) return problem(fields.error, requestId);
  const query = check(liveQuery, fields.value, "query");
  if (!query.ok) return problem(query.error, requestId);
  const headers = new Headers({
    upgrade: "websocket",
    "x-request-id": requestId,
    [LIVE_HEADERS.call]: encodeURIComponent(JSON.stringify(callOf(context))),
    [LIVE_HEADERS.board]: encodeURIComponent(board),
  });
  const person = query.value.externalUserId;
  if (person !== undefined) headers.set(LIVE_HEADERS.person, encodeURIComponent(person));
  const opened = await callWorkspace(context, workspace, false, async (stub) =>
    answered(await stub.fetch("https://workspace/live", { headers })),
  );
  return opened.ok ? opened.value : problem(opened.error, requestId);
};

/** The object's refusals come as JSON. */
async function answered(response: Response): Promise<Answered<Response>> {
  if (response.status === 101) return ok(response);
  const { limits, ...error } = await response.json<Failure & Pick<Answered<never>, "limits">>();
  return limits === undefined ? err(error) : { ...err(error), limits };
}
