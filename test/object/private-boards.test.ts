/** Private boards on the real Worker: for the team and invited people who come signed; for everybody else there is nothing. Ids are those of test/SPEC.md. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { ACCESS_TOKEN_SECONDS } from "../../src/limits.ts";
import { account } from "../support/accounts.ts";
import { bearer, identity, makeSecret, seconds } from "../support/identity.ts";
import { workspaceOf } from "../support/team.ts";
import { board, call, OPERATOR, Peer, post, upgrade } from "../support/workerd.ts";

const PRIVATE = { visibility: "private" };

/** The board `ideas` is private, with an item; Ada is its guest, Bob comes signed and is not. */
async function privateBoard() {
  const made = await board();
  const { workspace, path } = made;
  const secret = await makeSecret(workspace);
  const id = await post(path, "Secret plan");
  const address = `/api/v1/workspaces/${workspace}/boards/ideas`;
  await call("PATCH", address, PRIVATE, OPERATOR);
  await call("POST", `${address}/guests`, { externalUserId: "ada" }, OPERATOR);
  const as = async (sub: string) => bearer(await identity(secret, workspace, sub));
  const open = async (sub: string, more = {}) => {
    const token = await identity(secret, workspace, sub, more);
    return upgrade(path, "", { "sec-websocket-protocol": `groundswell.v1, identity.${token}` });
  };
  await quietAlarm(made.stub);
  return { ...made, secret, id, address, as, open, ada: await as("ada"), bob: await as("bob") };
}

/** Until the alarm has looked at the sockets of the board that has just turned private: what follows is not its doing. */
async function quietAlarm(stub: Awaited<ReturnType<typeof board>>["stub"]): Promise<void> {
  const due = () =>
    runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("select task from schedule where task = 'end-sockets' and due_at <= ?", Date.now()).toArray(),
    );
  await expect.poll(due).toEqual([]);
}

async function greeted(response: Response | Promise<Response>): Promise<Peer> {
  const { webSocket, status } = await response;
  if (webSocket === null) throw new Error(`refused: ${String(status)}`);
  const peer = new Peer(webSocket);
  peer.send({ type: "hello", since: null });
  await peer.until(({ frames }) => frames.length > 0);
  return peer;
}

async function closedSoon(peer: Peer, startedAt: number): Promise<Peer["closed"]> {
  await peer.until(({ closed }) => closed !== null);
  expect(Date.now() - startedAt).toBeLessThan(1_000);
  return peer.closed;
}

describe("private boards", () => {
  it("[P1] are not told of through another board: nobody learns there who voted on them, nor of what is hidden", async () => {
    const { workspace, path, id } = await privateBoard();
    await call("POST", `/api/v1/workspaces/${workspace}/boards`, { slug: "open", name: "Open" }, OPERATOR);
    const open = `/api/v1/${workspace}/open`;
    const [shown, hidden] = [await post(open, "Shown"), await post(open, "Hidden")];
    for (const [board, item] of [
      [path, id],
      [open, shown],
      [open, hidden],
    ] as const)
      await call("POST", `${board}/feedback/${item}/votes`, { externalUserId: "cleo", weight: 7 }, OPERATOR);
    await call("PATCH", `${open}/feedback/${hidden}`, { isHidden: true }, OPERATOR);
    const asked = await call("GET", `${open}/votes?ids=${id},${shown},${hidden}&externalUserId=cleo`);
    expect([asked.status, asked.body]).toEqual([200, { [shown]: 7 }]);
  });

  it("[P1] are for everybody else as if they were not: every way in answers like a board that is none", async () => {
    const { workspace, path, id, address, bob } = await privateBoard();
    const ways = (board: string) =>
      [
        ["GET", `/api/v1/workspaces/${workspace}/boards/${board}`, undefined],
        ["GET", `/api/v1/${workspace}/${board}/feedback`, undefined],
        ["GET", `/api/v1/${workspace}/${board}/feedback?q=secret&sort=trending`, undefined],
        ["GET", `/api/v1/${workspace}/${board}/feedback/${id}`, undefined],
        ["GET", `/api/v1/${workspace}/${board}/votes?ids=${id}&externalUserId=bob`, undefined],
        ["POST", `/api/v1/${workspace}/${board}/feedback/${id}/votes`, { externalUserId: "bob" }],
        ["DELETE", `/api/v1/${workspace}/${board}/feedback/${id}/votes`, { externalUserId: "bob" }],
        ["GET", `/w/${workspace}/${board}`, undefined],
        ["GET", `/w/${workspace}/${board}/${id}`, undefined],
      ] as const;
    const there = ways("ideas");
    const { headers: stranger } = await account("Eve");
    for (const headers of [{}, bob, stranger]) {
      for (const [at, [method, where, body]] of ways("none").entries()) {
        const [, real = ""] = there[at] ?? [];
        const [nothing, hidden] = [await call(method, where, body, headers), await call(method, real, body, headers)];
        expect([hidden.status, plain(hidden.body)], `${method} ${real}`).toEqual([404, plain(nothing.body, "none")]);
        expect(hidden.headers.get("x-seq")).toBe(nothing.headers.get("x-seq"));
      }
      const [nothing, hidden] = await Promise.all([
        upgrade(`/api/v1/${workspace}/none`, "", headers),
        upgrade(path, "", headers),
      ]);
      expect([hidden.status, plain(await hidden.text())]).toEqual([404, plain(await nothing.text())]);
      expect((await call("GET", `/api/v1/workspaces/${workspace}/boards`, undefined, headers)).body).toEqual([]);
      expect((await call("GET", `/api/v1/workspaces/${workspace}`, undefined, headers)).body.boardCount).toBe(0);
    }
    const edits = await call("PATCH", `${path}/feedback/${id}`, { title: "Mine" }, bob);
    expect(edits.body.code).toBe("BOARD_NOT_FOUND");
    expect((await call("GET", `/api/v1/workspaces/${workspace}/widget-config`)).body.boards).toEqual([]);
    expect((await call("GET", address, undefined, OPERATOR)).body).toMatchObject({
      visibility: "private",
      voteCount: 0,
    });
  });

  it("[P2] let invited people who come signed read, post and vote, and the team; not their bare ids", async () => {
    const { workspace, path, id, ada } = await privateBoard();
    expect((await call("GET", `${path}/feedback`, undefined, ada)).body).toMatchObject([{ id, title: "Secret plan" }]);
    expect((await call("POST", `${path}/feedback/${id}/votes`, {}, ada)).status).toBe(201);
    expect((await call("POST", `${path}/feedback`, { title: "Hers" }, ada)).status).toBe(201);
    expect((await call("GET", `/api/v1/workspaces/${workspace}/boards`, undefined, ada)).body).toHaveLength(1);
    expect((await call("GET", `/api/v1/workspaces/${workspace}`, undefined, ada)).body.boardCount).toBe(1);
    expect((await call("GET", `${path}/feedback`, undefined, OPERATOR)).body).toHaveLength(2);
    const bare = await call("POST", `${path}/feedback/${id}/votes`, { externalUserId: "ada" });
    expect(bare.body.code).toBe("BOARD_NOT_FOUND");
    const reader = await call(
      "POST",
      `/api/v1/workspaces/${workspace}/api-keys`,
      { name: "Reader", scopes: ["read"] },
      OPERATOR,
    );
    expect((await call("GET", `${path}/feedback`, undefined, bearer(reader.body.key))).status).toBe(200);
  });

  it("[P3] have guests: invited once however often, listed oldest first, removed idempotently; only for a team", async () => {
    const { address, as, bob, path } = await privateBoard();
    const guests = `${address}/guests`;
    const first = await call("POST", guests, { externalUserId: "ada" }, OPERATOR);
    await call("POST", guests, { externalUserId: "zoë/ä" }, OPERATOR);
    const listed = await call("GET", guests, undefined, OPERATOR);
    expect(listed.body.map((guest: { externalUserId: string }) => guest.externalUserId)).toEqual(["ada", "zoë/ä"]);
    expect(listed.body[0]).toEqual(first.body);
    expect((await call("GET", `${path}/feedback`, undefined, await as("zoë/ä"))).status).toBe(200);
    for (let n = 0; n < 2; n++) {
      const gone = await call("DELETE", `${guests}/${encodeURIComponent("zoë/ä")}`, undefined, OPERATOR);
      expect(gone.status).toBe(204);
    }
    expect((await call("GET", `${path}/feedback`, undefined, await as("zoë/ä"))).status).toBe(404);
    for (const headers of [{}, bob])
      expect([401, 403]).toContain((await call("GET", guests, undefined, headers)).status);
    const nowhere = await call("POST", `${address}x/guests`, { externalUserId: "ada" }, OPERATOR);
    expect(nowhere.body.code).toBe("BOARD_NOT_FOUND");
    // No path names these, so nobody could send them away.
    for (const externalUserId of [".", ".."])
      expect((await call("POST", guests, { externalUserId }, OPERATOR)).status, externalUserId).toBe(400);
  });

  it("[P4] a guest who is removed is cut off within a second, and nobody else", async () => {
    const { address, path, open, as } = await privateBoard();
    await call("POST", `${address}/guests`, { externalUserId: "cleo" }, OPERATOR);
    const [ada, cleo] = [await greeted(open("ada")), await greeted(open("cleo"))];
    const startedAt = Date.now();
    await call("DELETE", `${address}/guests/ada`, undefined, OPERATOR);
    expect(await closedSoon(ada, startedAt)).toEqual({ code: 1008, reason: "board removed" });
    await call("POST", `${path}/feedback`, { title: "After" }, await as("cleo"));
    await cleo.until(({ frames }) => frames.length === 2);
    expect([ada.frames.length, cleo.closed]).toEqual([1, null]);
  });

  it("[P5] a board that turns private cuts off those who may not read it within a second, greeted or not", async () => {
    const { path, address, open } = await privateBoard();
    await call("PATCH", address, { visibility: "public" }, OPERATOR);
    const [anonymous, bare, bob, ada, team] = [
      await greeted(upgrade(path)),
      await greeted(upgrade(path, "?externalUserId=ada")),
      await greeted(open("bob")),
      await greeted(open("ada")),
      await greeted(upgrade(path, "", OPERATOR)),
    ];
    const silent = await Peer.open(path);
    const startedAt = Date.now();
    await call("PATCH", address, PRIVATE, OPERATOR);
    for (const peer of [anonymous, bare, bob, silent])
      expect(await closedSoon(peer, startedAt)).toEqual({ code: 1008, reason: "board removed" });
    await call("POST", `${path}/feedback`, { title: "Among us" }, OPERATOR);
    for (const peer of [ada, team]) await peer.until(({ frames }) => frames.some(({ type }) => type === "feedback"));
    for (const peer of [anonymous, bare, bob]) expect(peer.frames.map(({ type }) => type)).toEqual(["welcome"]);
    expect([ada.closed, team.closed]).toEqual([null, null]);
  });

  it("[P6] when a guest's identity ends, the socket is closed within a second, without a word from it", async () => {
    const { address, path, open } = await privateBoard();
    const ends = { iat: seconds() - 3_000, exp: seconds() + 2 };
    const ada = await greeted(open("ada", ends));
    await ada.until(({ closed }) => closed !== null);
    expect(ada.closed).toEqual({ code: 1008, reason: "identity ended" });
    expect(Date.now()).toBeGreaterThanOrEqual(ends.exp * 1_000);
    expect(Date.now()).toBeLessThan(ends.exp * 1_000 + 1_000);
    // Also of one that was opened while the board was public.
    await call("PATCH", address, { visibility: "public" }, OPERATOR);
    const later = { iat: seconds() - 3_000, exp: seconds() + 2 };
    const again = await greeted(open("ada", later));
    await call("PATCH", address, PRIVATE, OPERATOR);
    await again.until(({ closed }) => closed !== null);
    expect(again.closed).toEqual({ code: 1008, reason: "identity ended" });
    expect(Date.now()).toBeLessThan(later.exp * 1_000 + 1_000);
    expect((await call("GET", `${path}/feedback`)).status).toBe(404);
  });

  it("[P21] an account's socket is no better than its access token: then it must show that the session still stands", async () => {
    const owner = await account("Olga");
    const workspace = await workspaceOf(owner);
    const [hidden, shown] = [`/api/v1/${workspace}/hidden`, `/api/v1/${workspace}/shown`];
    for (const [slug, visibility] of [
      ["hidden", "private"],
      ["shown", "public"],
    ])
      await call("POST", `/api/v1/workspaces/${workspace}/boards`, { slug, name: "A", visibility }, owner.headers);
    const id = await post(shown, "One");
    const [team, writer] = [
      await greeted(upgrade(hidden, "", owner.headers)),
      await greeted(upgrade(shown, "", owner.headers)),
    ];
    const silent = await Peer.open(hidden, "", owner.headers);
    const stub = env.WORKSPACE.getByName(workspace);
    const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + ACCESS_TOKEN_SECONDS * 1_000 + 1);
    try {
      silent.send({ type: "hello", since: null });
      await silent.until(({ closed }) => closed !== null);
      expect([team.closed, writer.closed]).toEqual([null, null]);
      expect(await runDurableObjectAlarm(stub)).toBe(true);
      await team.until(({ closed }) => closed !== null);
      writer.send({ type: "vote", requestId: "1", feedbackId: id });
      await writer.until(({ closed }) => closed !== null);
    } finally {
      clock.mockRestore();
    }
    for (const peer of [team, writer, silent]) expect(peer.closed).toEqual({ code: 1008, reason: "identity ended" });
    expect(writer.frames).toHaveLength(1);
    expect((await call("GET", `${shown}/feedback/${id}`)).body.voteCount).toBe(0);
  });
});

/** A body without what differs from request to request. */
function plain(body: unknown, board = "ideas"): string {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return text
    .replaceAll(/urn:request:[\w-]{22}/gu, "-")
    .replaceAll(/[\w-]{22}/gu, "-")
    .replaceAll(`/${board}`, "/-");
}
