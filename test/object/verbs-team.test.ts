/** What every verb costs that is about the people of a workspace; see verbs-baseline.test.ts for boards, feedback and votes. What their own objects are told follows a call, and is not counted. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, it } from "vitest";
import type { Call } from "../../src/call.ts";
import type { Action, Role } from "../../src/protocol/rest/roles.ts";
import { ListFeedback } from "../../src/protocol/rest/feedback.ts";
import { compare, cost, costAlone, costOfVerb, type Costs, done } from "../support/counted-verbs.ts";
import { callAs, uniqueSlug } from "../support/workerd.ts";

const workspace = uniqueSlug();
const stub = env.WORKSPACE.getByName(workspace);
const OPERATOR = callAs("operator", "team.manage");
const QUERY = ListFeedback.parse({});

/** Somebody with an account, of which nothing is needed here. */
function somebody(name: string) {
  const userId = `${name}-${crypto.randomUUID()}`;
  const profile = { email: `${name}@example.com`, emailVerified: true, name };
  const as = (action: Action | null): Call =>
    callAs("anonymous", action ?? "team.manage", {
      caller: { kind: "account", userId, sessionId: "session", profile },
      action,
    });
  return { ...profile, mayVerify: true, userId, as };
}

const [ada, bob, cleo, dan] = [somebody("ada"), somebody("bob"), somebody("cleo"), somebody("dan")];
let hashes = 0;

async function join(who: typeof ada, role: Role): Promise<void> {
  hashes += 1;
  await done(stub.createInvitation(OPERATOR, { email: who.email, role }, `hash ${String(hashes)}`));
  await done(stub.acceptInvitation(who.as(null), `hash ${String(hashes)}`, who));
}

beforeAll(async () => {
  await done(stub.createWorkspace(ada.as(null), { slug: workspace, name: "Team" }));
  await done(stub.createBoard(OPERATOR, { slug: "ideas", name: "Ideas" }));
  await done(stub.createFeedback(OPERATOR, "ideas", { title: "An idea" }));
  await join(bob, "admin");
});

describe("cost of the verbs of a team", () => {
  it("[B1] invitations and members", async (context) => {
    const invite = (hash: string) => () => stub.createInvitation(OPERATOR, { email: cleo.email, role: "member" }, hash);
    const read = () => stub.listMembers(bob.as("internal.read"));
    const costs: Costs = {
      "invitation create": await cost(invite("one")),
      "invitation create, invited already": await cost(invite("two")),
      "invitation list": await cost(() => stub.listInvitations(OPERATOR)),
      "invitation accept": await costAlone(() => stub.acceptInvitation(cleo.as(null), "two", cleo)),
      "member list, the first who asks": await cost(read),
      "member list": await cost(read),
    };
    const { id } = await done(stub.createInvitation(OPERATOR, { email: dan.email, role: "member" }, "three"));
    costs["invitation revoke"] = await cost(() => stub.revokeInvitation(OPERATOR, id));
    await join(dan, "member");
    const update = (role: Role) => () =>
      costAlone(() => stub.updateMember(bob.as("team.manage"), cleo.userId, { role }));
    costs["role change"] = await update("moderator")();
    costs["role change to the same"] = await update("moderator")();
    costs["profile heard"] = await costOfVerb("member.hear", () =>
      stub.hearProfile(cleo.userId, { email: cleo.email, name: "Cléo" }),
    );
    costs["workspace rename, four members"] = await costAlone(() =>
      stub.updateWorkspace(bob.as("workspace.configure"), { name: "Renamed" }),
    );
    costs["member removes another"] = await costAlone(() => stub.removeMember(bob.as("internal.read"), dan.userId));
    costs["member leaves"] = await costAlone(() => stub.removeMember(cleo.as("internal.read"), cleo.userId));
    compare(context, "team", costs);
  });

  it("[B1] what members do on boards, private ones too", async (context) => {
    await done(stub.createBoard(OPERATOR, { slug: "inner", name: "Inner", visibility: "private" }));
    await done(stub.createFeedback(bob.as("feedback.write"), "inner", { title: "Among ourselves" }));
    compare(context, "members", {
      "board list by a member": await cost(() => stub.listBoards(bob.as("board.read"))),
      "board list by anybody": await cost(() => stub.listBoards(callAs("anonymous", "board.read"))),
      "private list by a member": await cost(() => stub.listFeedback(bob.as("board.read"), "inner", QUERY)),
      "private read by a member": await cost(() => stub.readFeedback(bob.as("board.read"), "inner", 2)),
      "private list by anybody": await costOfVerb("feedback.list", () =>
        stub.listFeedback(callAs("anonymous", "board.read"), "inner", QUERY),
      ),
      "post by a member, a new person": await cost(() =>
        stub.createFeedback(bob.as("feedback.write"), "ideas", { title: "Another" }),
      ),
      "vote of a member": await cost(() => stub.castVote(bob.as("feedback.write"), "ideas", 1, {})),
      "vote of a member again": await cost(() => stub.castVote(bob.as("feedback.write"), "ideas", 1, {})),
    });
  });
});
