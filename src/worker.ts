/** The Worker's entry: requests go to the router, objects are exported for the platform. */
import { answer } from "./edge/answer.ts";
import { isApi, match } from "./router.ts";
import { missingPage } from "./routes/pages.ts";

export { User } from "../objects/user.ts";
export { Workspace } from "../objects/workspace.ts";

const routes = { match, isApi, missing: missingPage };

export default {
  fetch(request, env, execution) {
    return answer(routes, request, env, execution);
  },
} satisfies ExportedHandler<Env>;
