/** Voting on what is done with, over REST, sockets and pages. Ids are those of test/SPEC.md. */
import { describe, expect, it } from "vitest";
import { STATUSES } from "../../src/protocol/rest/feedback.ts";
import { board, call, OPERATOR, Peer, post } from "../support/workerd.ts";

async function locked() {
  const made = await board();
  const set = (lockClosed: boolean) =>
    call("PATCH", `/api/v1/workspaces/${made.workspace}/settings`, { lockClosed }, OPERATOR);
  const item = async (status: string) => {
    const id = await post(made.path, `An item that is ${status}`);
    const votes = `${made.path}/feedback/${id}/votes`;
    await call("POST", votes, { externalUserId: "ada" });
    await call("PATCH", `${made.path}/feedback/${id}`, { status }, OPERATOR);
    return { id, votes };
  };
  return { ...made, set, item };
}

describe("lockClosed", () => {
  it.each(STATUSES)(
    "[MO18] %s: votes are cast where it is not completed or closed, or the workspace does not mind",
    async (status) => {
      const { set, item } = await locked();
      const { votes } = await item(status);
      const isDone = status === "completed" || status === "closed";
      const cast = (externalUserId: string, headers = {}) => call("POST", votes, { externalUserId }, headers);
      expect((await cast("before")).status).toBe(201);
      await set(true);
      for (const headers of [{}, OPERATOR]) {
        const answer = await cast("new", headers);
        if (isDone) expect(answer).toMatchObject({ status: 409, body: { code: "VOTING_CLOSED" } });
        else expect(answer.status).toBeLessThan(300);
      }
      // What is there already may come again, but not with another weight; and is taken back.
      expect((await cast("ada")).status).toBe(200);
      const heavier = await call("POST", votes, { externalUserId: "ada", weight: 5 }, OPERATOR);
      expect(heavier.status).toBe(isDone ? 409 : 200);
      expect((await call("DELETE", votes, { externalUserId: "before" })).body).toMatchObject({ voted: false });
      expect((await cast("before")).status).toBe(isDone ? 409 : 201);
      await set(false);
      expect((await cast("new")).status).toBeLessThan(300);
    },
  );

  it("[MO19] the same over a socket, and the pages say so", async () => {
    const { path, workspace, set, item } = await locked();
    const { id } = await item("completed");
    const open = await item("open");
    await set(true);
    const peer = await Peer.open(path, "?externalUserId=bob");
    peer.send({ type: "vote", requestId: "1", feedbackId: id });
    peer.send({ type: "unvote", requestId: "2", feedbackId: id, externalUserId: "ada" });
    peer.send({ type: "vote", requestId: "3", feedbackId: open.id });
    await peer.until(({ frames }) => frames.length === 3);
    expect(peer.frames).toMatchObject([
      { type: "error", requestId: "1", code: "VOTING_CLOSED" },
      { type: "ack", requestId: "2", voted: false, voteCount: 0 },
      { type: "ack", requestId: "3", voted: true, voteCount: 2 },
    ]);
    const pageOf = async (address: string) => String((await call("GET", address)).body);
    const buttons = (html: string) => html.match(/<button class="pill"[^>]*>/gu) ?? [];
    const isDisabled = (button: string) => / disabled/u.test(button);
    const list = await pageOf(`/w/${workspace}/ideas`);
    expect(buttons(list).filter(isDisabled)).toHaveLength(1);
    expect(buttons(list)).toHaveLength(2);
    expect(list.match(/<span data-locked="">/gu)).toHaveLength(1);
    const page = await pageOf(`/w/${workspace}/ideas/${id}`);
    expect(buttons(page).map(isDisabled)).toEqual([true]);
    expect(page).toContain("Voting closed");
    await set(false);
    expect(buttons(await pageOf(`/w/${workspace}/ideas`)).some(isDisabled)).toBe(false);
  });
});
