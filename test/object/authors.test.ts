/** Who posts and votes in whose name, and what authors may do with what they posted. Ids are those of test/SPEC.md. */
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { account } from "../support/accounts.ts";
import { bearer, identity, makeSecret } from "../support/identity.ts";
import { board, call, OPERATOR, ORIGIN, Peer, post, upgrade } from "../support/workerd.ts";

async function people() {
  const made = await board();
  const secret = await makeSecret(made.workspace);
  const as = async (sub: string, more = {}) => bearer(await identity(secret, made.workspace, sub, more));
  const key = async (...scopes: string[]) => {
    const address = `/api/v1/workspaces/${made.workspace}/api-keys`;
    return bearer((await call("POST", address, { name: "Key", scopes }, OPERATOR)).body.key);
  };
  const voters = () =>
    runInDurableObject(made.stub, (_, { storage }) =>
      storage.sql
        .exec(
          "select feedback_id id, external_id who, weight from feedback_votes join end_users on end_users.id = end_user_id order by 1, 2",
        )
        .toArray(),
    );
  return { ...made, as, key, voters };
}

describe("in whose name", () => {
  it("[P7] a key and the operator act for the person they name, and must name one to vote", async () => {
    const { path, key, voters } = await people();
    const id = await post(path, "One");
    const votes = `${path}/feedback/${id}/votes`;
    const writer = await key("write");
    for (const headers of [writer, OPERATOR]) {
      const nobody = await call("POST", votes, {}, headers);
      expect([nobody.status, nobody.body.errors[0].path]).toEqual([400, "externalUserId"]);
    }
    expect((await call("POST", votes, { externalUserId: "ada", weight: 5 }, writer)).body.voteCount).toBe(5);
    expect((await call("POST", votes, { externalUserId: "bob" }, OPERATOR)).body.voteCount).toBe(6);
    expect(await voters()).toEqual([
      { id, who: "ada", weight: 5 },
      { id, who: "bob", weight: 1 },
    ]);
    const imported = await call("POST", `${path}/feedback`, { title: "Imported" }, writer);
    expect(imported).toMatchObject({ status: 201, body: { authorName: null } });
  });

  it("[V1] a person has one vote, whoever says who they are: with their bare id, signed, on their behalf, over a socket", async () => {
    const { path, workspace, as, key, voters } = await people();
    const id = await post(path, "One");
    const votes = `${path}/feedback/${id}/votes`;
    const [ada, writer] = [await as("ada"), await key("write")];
    const statuses: number[] = [];
    for (const [body, headers] of [
      [{ externalUserId: "ada" }, {}],
      [{}, ada],
      [{ externalUserId: "ada" }, ada],
      [{ externalUserId: "ada" }, writer],
      [{ externalUserId: "ada" }, OPERATOR],
      [{ externalUserId: "ada" }, {}],
    ])
      statuses.push((await call("POST", votes, body, headers)).status);
    expect(statuses).toEqual([201, 200, 200, 200, 200, 401]);
    const peer = await Peer.open(path, "?externalUserId=somebody-else", {
      "sec-websocket-protocol": `groundswell.v1, identity.${ada.authorization.slice(7)}`,
    });
    peer.send({ type: "vote", requestId: "1", feedbackId: id, externalUserId: "ada" });
    peer.send({ type: "vote", requestId: "2", feedbackId: id });
    await peer.until(({ frames }) => frames.length === 2);
    expect(peer.frames).toMatchObject([
      { type: "ack", voteCount: 1 },
      { type: "error", code: "FORBIDDEN" },
    ]);
    // Not the account's row either, which is none of the customer's ids.
    const forged = await call("POST", votes, { externalUserId: `account:${workspace}` }, writer);
    expect([forged.status, forged.body.errors[0].path]).toEqual([400, "externalUserId"]);
    expect(await voters()).toEqual([{ id, who: "ada", weight: 1 }]);
  });

  it("[P8] an account that is no member acts as itself and as nobody else, also over a socket", async () => {
    const { path, voters } = await people();
    const id = await post(path, "One");
    const eve = await account("Eve");
    const votes = `${path}/feedback/${id}/votes`;
    expect((await call("POST", votes, {}, eve.headers)).status).toBe(201);
    expect((await call("GET", `${path}/votes?ids=${id}`, undefined, eve.headers)).body).toEqual({ [id]: 1 });
    for (const [method, address, body] of [
      ["POST", votes, { externalUserId: "ada" }],
      ["DELETE", votes, { externalUserId: "ada" }],
      ["POST", `${path}/feedback`, { title: "Hers?", externalUserId: "ada" }],
      ["GET", `${path}/votes?ids=${id}&externalUserId=ada`, undefined],
    ] as const) {
      const refused = await call(method, address, body, eve.headers);
      expect(refused.body, `${method} ${address}`).toMatchObject({
        code: "FORBIDDEN",
        errors: [{ path: "externalUserId" }],
      });
    }
    const response = await upgrade(path, "", eve.headers);
    const peer = new Peer(response.webSocket as WebSocket);
    peer.send({ type: "unvote", requestId: "1", feedbackId: id });
    peer.send({ type: "vote", requestId: "2", feedbackId: id, externalUserId: "ada" });
    await peer.until(({ frames }) => frames.filter(({ type }) => type !== "votes").length === 2);
    expect(peer.frames).toMatchObject([
      { type: "ack", requestId: "1", voted: false },
      { type: "error", requestId: "2", code: "FORBIDDEN" },
    ]);
    await call("POST", votes, {}, eve.headers);
    expect(await voters()).toEqual([{ id, who: `account:${eve.userId}`, weight: 1 }]);
  });

  it("[P19] a signed-in browser's socket is its account's, unless it says whose it is, as a widget's does", async () => {
    const { path, voters } = await people();
    const id = await post(path, "One");
    const eve = await account("Eve");
    const browser = { cookie: `__Host-gs_access=${eve.accessToken}`, origin: ORIGIN, "sec-fetch-site": "same-origin" };
    for (const query of ["", "?externalUserId=visitor"]) {
      const response = await upgrade(path, query, browser);
      const peer = new Peer(response.webSocket as WebSocket);
      peer.send({ type: "vote", requestId: "1", feedbackId: id });
      await peer.until(({ frames }) => frames.some(({ type }) => type === "ack"));
    }
    expect(await voters()).toEqual([
      { id, who: `account:${eve.userId}`, weight: 1 },
      { id, who: "visitor", weight: 1 },
    ]);
    const foreign = await upgrade(path, "", {
      ...browser,
      origin: "https://evil.example",
      "sec-fetch-site": "cross-site",
    });
    const stranger = new Peer(foreign.webSocket as WebSocket);
    stranger.send({ type: "vote", requestId: "2", feedbackId: id });
    await stranger.until(({ frames }) => frames.some((frame) => frame.type === "error"));
    expect(await voters()).toHaveLength(2);
  });

  it("[P9] a member acts as themselves, with their name, or for whom they name; the team looks up anybody's votes", async () => {
    const owner = await account("Olga");
    const slug = `own-${crypto.randomUUID().slice(0, 8)}`;
    await call("POST", "/api/v1/workspaces", { slug, name: "Own" }, owner.headers);
    await call("POST", `/api/v1/workspaces/${slug}/boards`, { slug: "ideas", name: "Ideas" }, owner.headers);
    const path = `/api/v1/${slug}/ideas`;
    const posted = await call("POST", `${path}/feedback`, { title: "Mine" }, owner.headers);
    expect(posted.body).toMatchObject({ authorName: "Olga" });
    const { id } = posted.body;
    const seen = await call("GET", `${path}/feedback/${id}`, undefined, owner.headers);
    expect(seen.body).toMatchObject({ authorEmail: owner.email });
    const votes = `${path}/feedback/${id}/votes`;
    expect((await call("POST", votes, {}, owner.headers)).body.voteCount).toBe(1);
    expect((await call("POST", votes, { externalUserId: "ada", weight: 9 }, owner.headers)).body.voteCount).toBe(10);
    const adas = `${path}/votes?ids=${id}&externalUserId=ada`;
    expect((await call("GET", adas, undefined, owner.headers)).body).toEqual({ [id]: 9 });
    expect((await call("GET", `${path}/votes?ids=${id}`, undefined, owner.headers)).body).toEqual({ [id]: 1 });
  });
});

describe("what authors may do", () => {
  it("[P10] change title, text and category of what they posted, and no other field", async () => {
    const { path, as } = await people();
    const ada = await as("ada", { name: "Ada" });
    const { id } = (await call("POST", `${path}/feedback`, { title: "Draft" }, ada)).body;
    const item = `${path}/feedback/${id}`;
    const text = { title: "Final", description: "All of it", category: "api" };
    const changed = await call("PATCH", item, text, ada);
    expect(changed).toMatchObject({ status: 200, body: { ...text, status: "open", authorName: "Ada" } });
    expect(changed.body).not.toHaveProperty("moderationState");
    for (const field of [
      { status: "planned" },
      { pinned: true },
      { moderationState: "approved" },
      { isHidden: false },
    ]) {
      const refused = await call("PATCH", item, { title: "Again", ...field }, ada);
      expect(refused.status).toBe(403);
      expect(refused.body.errors).toEqual([{ path: Object.keys(field)[0], message: expect.any(String) }]);
    }
    expect((await call("GET", item)).body).toMatchObject(text);
    expect((await call("DELETE", item, undefined, ada)).status).toBe(204);
    expect((await call("GET", item)).status).toBe(404);
  });

  it("[P11] nobody changes or deletes what somebody else posted; anonymous people nothing at all", async () => {
    const { path, as, key } = await people();
    const ada = await as("ada");
    const [hers, anyones] = [
      (await call("POST", `${path}/feedback`, { title: "Hers" }, ada)).body.id,
      await post(path, "Anyone's", { externalUserId: "guest" }),
    ];
    const eve = await account("Eve");
    for (const headers of [await as("bob"), eve.headers, await key("write")]) {
      for (const id of [hers, anyones]) {
        expect((await call("PATCH", `${path}/feedback/${id}`, { title: "Mine now" }, headers)).body.code).toBe(
          "FORBIDDEN",
        );
        expect((await call("DELETE", `${path}/feedback/${id}`, undefined, headers)).body.code).toBe("FORBIDDEN");
      }
    }
    expect((await call("PATCH", `${path}/feedback/${anyones}`, { title: "Hers too" }, ada)).body.code).toBe(
      "FORBIDDEN",
    );
    for (const method of ["PATCH", "DELETE"]) {
      const refused = await call(
        method,
        `${path}/feedback/${anyones}`,
        method === "PATCH" ? { title: "x" } : undefined,
      );
      expect([refused.status, refused.body.code]).toEqual([401, "UNAUTHENTICATED"]);
    }
    // A moderator's key changes anybody's.
    const moderated = await call(
      "PATCH",
      `${path}/feedback/${hers}`,
      { status: "planned" },
      await key("moderate", "write"),
    );
    expect(moderated).toMatchObject({ status: 200, body: { status: "planned" } });
  });

  it("[P12] what is hidden is not there for its author either, and does not come back by an edit", async () => {
    const { path, as } = await people();
    const ada = await as("ada");
    const { id } = (await call("POST", `${path}/feedback`, { title: "Rude" }, ada)).body;
    const item = `${path}/feedback/${id}`;
    expect((await call("PATCH", item, { isHidden: true }, OPERATOR)).status).toBe(200);
    for (const [method, body] of [["GET"], ["PATCH", { title: "Kind" }], ["DELETE"]] as const) {
      expect((await call(method, item, body, ada)).body.code, method).toBe("FEEDBACK_NOT_FOUND");
      expect((await call(method, item, body, await as("bob"))).body.code, method).toBe("FEEDBACK_NOT_FOUND");
    }
    expect((await call("GET", item, undefined, OPERATOR)).body).toMatchObject({ title: "Rude", isHidden: true });
  });
});
