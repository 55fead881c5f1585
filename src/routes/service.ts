/** What belongs to the deployment rather than to a workspace: health, the API's description, the files of its viewer. */
import type { Handler } from "../edge/context.ts";
import { problem } from "../edge/problem.ts";
import { json } from "../edge/respond.ts";
import { failure } from "../errors.ts";

/** The Worker answers; no object is asked, so that a probe costs nothing. */
export const health: Handler = () => json({ status: "ok" });

/** `/openapi.json`, made by the build from the schemas that validate. */
export const openapi: Handler = async (context, params) => {
  const response = await docsFile(context, params);
  if (!response.ok) return response;
  const { status } = response;
  const headers = new Headers(response.headers);
  headers.set("content-type", "application/json; charset=utf-8");
  headers.set("cache-control", "public, max-age=300");
  return new Response(response.body, { status, headers });
};

/** `/docs/<file>`: static files, too large for the Worker's bundle. */
export const docsFile: Handler = async ({ request, env, requestId }) => {
  const response = await env.ASSETS.fetch(request);
  return response.status === 404 ? problem(failure("NOT_FOUND", "There is no such file."), requestId) : response;
};
