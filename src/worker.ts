/** The Worker's entry: requests go to the router, objects are exported for the platform. */
import { answer } from "./edge/answer.ts";
import { API_PREFIX, match } from "./router.ts";

export { User } from "../objects/user.ts";
export { Workspace } from "../objects/workspace.ts";

export default {
  fetch(request, env, execution) {
    return answer(match, API_PREFIX, request, env, execution);
  },
} satisfies ExportedHandler<Env>;
