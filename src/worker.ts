/** The Worker's entry: requests go to the router, the cron trigger to what is due, objects are exported for the platform. */
import { answer } from "./edge/answer.ts";
import { tick } from "./edge/scheduled.ts";
import { isApi, match } from "./router.ts";
import { missingPage } from "./routes/pages.ts";

export { Identity } from "../objects/identity.ts";
export { Keyring } from "../objects/keyring.ts";
export { OAuthFlow } from "../objects/oauth-flow.ts";
export { User } from "../objects/user.ts";
export { Visitor } from "../objects/visitor.ts";
export { Workspace } from "../objects/workspace.ts";

const routes = { match, isApi, missing: missingPage };

export default {
  fetch(request, env, execution) {
    return answer(routes, request, env, execution);
  },
  scheduled(_event, env, execution) {
    return tick(env, execution);
  },
} satisfies ExportedHandler<Env>;
