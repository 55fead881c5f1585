/** Votes on the real object: one per person, over REST and sockets alike. Ids are those of test/SPEC.md. */
import { describe, expect, it } from "vitest";
import { board, call, OPERATOR, Peer, post } from "../support/workerd.ts";

describe("votes", () => {
  it("[V1] one vote per person and item, 100 in parallel over REST and sockets mixed", async () => {
    const { path } = await board();
    const id = await post(path, "Dark mode");
    const peers = await Promise.all(Array.from({ length: 5 }, () => Peer.open(path)));
    const tries = Array.from({ length: 100 }, async (_, n) => {
      const peer = peers[n % 10];
      if (peer === undefined) return call("POST", `${path}/feedback/${id}/votes`, { externalUserId: "ada" });
      peer.send({ type: "vote", requestId: String(n), feedbackId: id, externalUserId: "ada" });
      await peer.until(({ frames }) => frames.some((frame) => frame.type === "ack" && frame.requestId === String(n)));
      return null;
    });
    const answers = (await Promise.all(tries)).filter((answer) => answer !== null);
    const acks = peers.flatMap(({ frames }) => frames.filter((frame) => frame.type === "ack"));
    expect(answers.length + acks.length).toBe(100);
    for (const { body } of answers) expect(body).toEqual({ feedbackId: id, voteCount: 1, voted: true });
    for (const ack of acks) expect(ack).toMatchObject({ voteCount: 1, voted: true });
    expect(answers.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(1);
    expect((await call("GET", `${path}/feedback/${id}`)).body.voteCount).toBe(1);
  });

  it("[V2] casting twice answers 201 then 200, taking back is idempotent", async () => {
    const { path } = await board();
    const id = await post(path, "Export to CSV");
    const votes = `${path}/feedback/${id}/votes`;
    const person = { externalUserId: "ada" };
    expect((await call("POST", votes, person)).status).toBe(201);
    expect((await call("POST", votes, person)).status).toBe(200);
    expect((await call("DELETE", votes, person)).body).toEqual({ feedbackId: id, voteCount: 0, voted: false });
    expect((await call("DELETE", `${votes}?externalUserId=ada`)).body).toEqual({
      feedbackId: id,
      voteCount: 0,
      voted: false,
    });
    expect((await call("DELETE", votes)).body.errors[0].path).toBe("externalUserId");
  });

  it("[V3] only an operator gives a vote a weight, and may change it", async () => {
    const { path } = await board();
    const id = await post(path, "SSO");
    const votes = `${path}/feedback/${id}/votes`;
    expect((await call("POST", votes, { externalUserId: "ada", weight: 5 })).body.code).toBe("FORBIDDEN");
    expect((await call("POST", votes, { externalUserId: "ada", weight: 5 }, OPERATOR)).body.voteCount).toBe(5);
    expect((await call("POST", votes, { externalUserId: "ada" })).body.voteCount).toBe(5);
    expect((await call("POST", votes, { externalUserId: "ada", weight: 2 }, OPERATOR)).body.voteCount).toBe(2);
    expect((await call("GET", `${path}/votes?ids=${id},99&externalUserId=ada`)).body).toEqual({ [id]: 2 });
    expect((await call("GET", `${path}/votes?ids=${id}&externalUserId=bob`)).body).toEqual({});
  });
});
