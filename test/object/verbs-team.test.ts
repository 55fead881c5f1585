/** What every verb costs that is about the people of a workspace; see verbs-baseline.test.ts for boards, feedback and votes. What their own objects are told follows a call, and is not counted. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import baseline from "../../bench/verbs/baseline.json" with { type: "json" };
import type { Call } from "../../src/call.ts";
import type { Action, Role } from "../../src/protocol/rest/roles.ts";
import { ListFeedback } from "../../src/protocol/rest/feedback.ts";
import { compare, cost, costAlone, costOfVerb, type Costs, done } from "../support/counted-verbs.ts";
import { identity } from "../support/identity.ts";
import { someKey, someSecret } from "../support/made-secrets.ts";
import { FILLING_TIMEOUT_MS, variedBoard } from "../support/varied-board.ts";
import { callAs, uniqueSlug } from "../support/workerd.ts";

/** More than a page. */
const ITEMS = 30;

const workspace = uniqueSlug();
const stub = env.WORKSPACE.getByName(workspace);
const OPERATOR = callAs("operator", "team.manage");
const READER = callAs("anonymous", "board.read");
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
  await variedBoard(stub, ITEMS);
  await join(bob, "admin");
}, FILLING_TIMEOUT_MS);

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

  it("[B1] keys, signing secrets, settings, guests, and whoever comes with them", async (context) => {
    const { made } = someKey();
    const key = await done(stub.createApiKey(OPERATOR, { name: "Reader", scopes: ["read"] }, made));
    const reader = callAs("anonymous", "board.read", { caller: { kind: "key", hash: made.keyHash } });
    const madeSecret = someSecret();
    const secret = { ...(await done(stub.createSigningSecret(OPERATOR, madeSecret))), secret: madeSecret.secret };
    const signed = async (sub: string, more = {}) =>
      callAs("anonymous", "feedback.write", {
        caller: { kind: "identity", token: await identity(secret, workspace, sub, more) },
      });
    const dora = await signed("dora", { name: "Dora", email: "dora@customer.example" });
    const renamed = await signed("dora", { name: "Dora D." });
    const vote = (call: Call, id: number) => cost(() => stub.castVote(call, "ideas", id, {}));
    const costs: Costs = {
      "key create": await cost(() => stub.createApiKey(OPERATOR, { name: "Other", scopes: ["read"] }, someKey().made)),
      "key list": await cost(() => stub.listApiKeys(OPERATOR)),
      "list by a key, the hour's first": await cost(() => stub.listFeedback(reader, "ideas", QUERY)),
      "list by a key": await cost(() => stub.listFeedback(reader, "ideas", QUERY)),
      "key revoke": await cost(() => stub.revokeApiKey(OPERATOR, key.id)),
      "secret create": await cost(() => stub.createSigningSecret(OPERATOR, someSecret())),
      "secret list": await cost(() => stub.listSigningSecrets(OPERATOR)),
    };
    const other = (await done(stub.listSigningSecrets(OPERATOR))).find(({ id }) => id !== secret.id);
    costs["secret revoke"] = await cost(() => stub.revokeSigningSecret(OPERATOR, other?.id ?? ""));
    // What was made is read once, by the first request that is checked against it.
    await done(stub.removeVote(dora, "ideas", 10, undefined));
    costs["signed vote of a new person"] = await vote(dora, 10);
    costs["signed vote again"] = await vote(dora, 10);
    costs["signed vote of a known person"] = await vote(dora, 11);
    costs["signed vote that brings another name"] = await vote(renamed, 23);
    costs["signed list"] = await cost(() => stub.listFeedback({ ...dora, action: "board.read" }, "ideas", QUERY));
    const { item } = await done(stub.createFeedback(dora, "ideas", { title: "Hers" }));
    costs["own edit"] = await cost(() =>
      stub.updateFeedback({ ...dora, action: "own.edit" }, "ideas", item.id, { title: "Hers, too" }),
    );
    costs["settings read"] = await cost(() => stub.readSettings(OPERATOR));
    costs["settings change"] = await cost(() => stub.updateSettings(OPERATOR, { anonymousPosting: true }));
    costs["rate limits read"] = await cost(() => stub.listRateLimits(OPERATOR));
    costs["rate limits change"] = await cost(() => stub.updateRateLimits(OPERATOR, { read: 500 }));
    costs["branding read"] = await cost(() => stub.readBranding(READER));
    costs["branding change"] = await cost(() => stub.updateBranding(OPERATOR, { accentColor: "#000000" }));
    costs["widget configuration"] = await cost(() => stub.readWidgetConfig(READER));
    await done(stub.createBoard(OPERATOR, { slug: "among", name: "Among ourselves", visibility: "private" }));
    await done(stub.createBoard(OPERATOR, { slug: "open", name: "Open" }));
    costs["guest invite"] = await cost(() => stub.inviteGuest(OPERATOR, "among", "dora"));
    costs["guest list"] = await cost(() => stub.listGuests(OPERATOR, "among"));
    costs["private list by a guest"] = await cost(() =>
      stub.listFeedback({ ...dora, action: "board.read" }, "among", QUERY),
    );
    costs["guest remove"] = await cost(() => stub.removeGuest(OPERATOR, "among", "dora"));
    costs["board made private"] = await cost(() => stub.updateBoard(OPERATOR, "open", { visibility: "private" }));
    compare(context, "people", costs);
    // Being known costs a voter nothing more: the same as the bare ids' on items of the same kind.
    expect(costs["signed vote of a known person"]).toEqual(baseline.votes["vote of a known person"]);
    expect(costs["signed vote again"]).toEqual(baseline.votes["vote again"]);
    expect(costs["signed vote of a new person"]).toEqual(baseline.votes["first vote of a new person"]);
  });

  it("[B1] what members do on boards, private ones too", async (context) => {
    await done(stub.createBoard(OPERATOR, { slug: "inner", name: "Inner", visibility: "private" }));
    const post = { title: "Among ourselves" };
    const { item } = await done(stub.createFeedback(bob.as("feedback.write"), "inner", post));
    const readItem = () => stub.readFeedback(bob.as("board.read"), "inner", item.id);
    const vote = (id: number) => cost(() => stub.castVote(bob.as("feedback.write"), "ideas", id, {}));
    compare(context, "members", {
      "board list by a member": await cost(() => stub.listBoards(bob.as("board.read"))),
      "board list by anybody": await cost(() => stub.listBoards(READER)),
      "private list by a member": await cost(() => stub.listFeedback(bob.as("board.read"), "inner", QUERY)),
      "private read by a member": await cost(readItem),
      "private list by anybody": await costOfVerb("feedback.list", () => stub.listFeedback(READER, "inner", QUERY)),
      "post by a member": await cost(() =>
        stub.createFeedback(bob.as("feedback.write"), "ideas", { title: "Another" }),
      ),
      "vote of a member": await vote(1),
      "vote of a member again": await vote(1),
    });
  });

  it("[B1] what a customer's server does for somebody else, by key", async (context) => {
    const { made } = someKey();
    await done(stub.createApiKey(OPERATOR, { name: "Server", scopes: ["write"] }, made));
    const server = callAs("anonymous", "feedback.write", { caller: { kind: "key", hash: made.keyHash } });
    const vote = (externalUserId: string, id: number, weight?: number) =>
      cost(() => stub.castVote(server, "ideas", id, { externalUserId, ...(weight === undefined ? {} : { weight }) }));
    const post = (externalUserId: string) => () =>
      stub.createFeedback(server, "ideas", { title: "Theirs", externalUserId });
    // The hour's first use is written down.
    await done(stub.castVote(server, "ideas", 2, { externalUserId: "known" }));
    compare(context, "byKey", {
      "vote of a new person": await vote("eve", 10),
      "vote again": await vote("eve", 10),
      "vote of a known person": await vote("eve", 11),
      "vote with another weight": await vote("eve", 10, 5),
      "vote taken back": await cost(() => stub.removeVote(server, "ideas", 10, "eve")),
      "post of a new person": await cost(post("fay")),
      "post of a known person": await cost(post("fay")),
    });
  });
});
