/** The live protocol's rules on the real object: who may open a socket, what each frame does, what closes it. Ids are those of test/SPEC.md. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import {
  EXTERNAL_USER_ID_CHARS_MAX,
  FRAME_BYTES_MAX,
  MESSAGES_PER_SECOND_MAX,
  SOCKETS_PER_PERSON_MAX,
  VOTES_FRAME_INTERVAL_MS,
} from "../../src/limits.ts";
import { board, call, OPERATOR, Peer, post, uniqueSlug, upgrade } from "../support/workerd.ts";

/** A peer that said hello and was welcomed. */
async function greeted(path: string, query = ""): Promise<Peer> {
  const peer = await Peer.open(path, query);
  peer.send({ type: "hello", since: null });
  await peer.until(({ frames }) => frames.length > 0);
  return peer;
}

async function refusal(response: Promise<Response>): Promise<{ status: number; type: string | null; code: unknown }> {
  const { status, headers, webSocket, ...rest } = await response.then(async (answer) => ({
    status: answer.status,
    headers: answer.headers,
    webSocket: answer.webSocket,
    body: await answer.json<{ code: unknown }>(),
  }));
  expect(webSocket).toBeNull();
  return { status, type: headers.get("content-type"), code: rest.body.code };
}

const problemJson = "application/problem+json";

describe("opening a socket", () => {
  it("[L5] answers the subprotocol groundswell.v1 and refuses a client that does not offer it", async () => {
    const { path } = await board();
    const response = await upgrade(path, "", { "sec-websocket-protocol": "other, groundswell.v1" });
    expect([response.status, response.headers.get("sec-websocket-protocol")]).toEqual([101, "groundswell.v1"]);
    response.webSocket?.accept();
    response.webSocket?.close();
    const other = upgrade(path, "", { "sec-websocket-protocol": "groundswell.v0" });
    expect(await refusal(other)).toEqual({ status: 400, type: problemJson, code: "INVALID_REQUEST" });
    expect(await call("GET", `${path}/live`)).toMatchObject({ status: 426, body: { code: "UPGRADE_REQUIRED" } });
  });

  it("[L6] an unknown workspace or board is a 404 problem, and leaves nothing behind", async () => {
    const { workspace } = await board();
    const unknown = uniqueSlug();
    const noBoard = refusal(upgrade(`/api/v1/${workspace}/nothing`));
    const noWorkspace = refusal(upgrade(`/api/v1/${unknown}/ideas`));
    expect(await noBoard).toEqual({ status: 404, type: problemJson, code: "BOARD_NOT_FOUND" });
    expect(await noWorkspace).toEqual({ status: 404, type: problemJson, code: "WORKSPACE_NOT_FOUND" });
    const tables = await runInDurableObject(env.WORKSPACE.getByName(unknown), (_, { storage }) =>
      storage.sql
        .exec("select name from sqlite_master where type = 'table' and name not like '\\_cf%' escape '\\'")
        .toArray(),
    );
    expect(tables).toEqual([]);
    const badId = refusal(upgrade(`/api/v1/${workspace}/ideas`, `?externalUserId=${"x".repeat(201)}`));
    expect(await badId).toEqual({ status: 400, type: problemJson, code: "INVALID_REQUEST" });
    const unknownField = refusal(upgrade(`/api/v1/${workspace}/ideas`, "?token=secret"));
    expect(await unknownField).toMatchObject({ status: 400 });
  });

  it("[L7] a person has at most five sockets on a board, also when all open at once; others, and another board, are not held", async () => {
    const { workspace, path } = await board();
    // As long as an id may be, in a script of three bytes a character.
    const query = `?externalUserId=${encodeURIComponent(`å/ ${"漢".repeat(EXTERNAL_USER_ID_CHARS_MAX - 3)}`)}`;
    const tried = await Promise.all(Array.from({ length: 3 * SOCKETS_PER_PERSON_MAX }, () => Peer.open(path, query)));
    const refused = () => tried.filter(({ closed }) => closed !== null);
    await expect.poll(() => refused().length).toBe(2 * SOCKETS_PER_PERSON_MAX);
    // A browser learns nothing of a refused upgrade, so the socket is opened and closed with the reason.
    for (const { closed } of refused())
      expect(closed).toEqual({ code: 1008, reason: "more than 5 sockets of one person" });
    const others = [
      await greeted(path, "?externalUserId=bob"),
      await greeted(path),
      await call("POST", `/api/v1/workspaces/${workspace}/boards`, { slug: "bugs", name: "Bugs" }, OPERATOR).then(() =>
        greeted(`/api/v1/${workspace}/bugs`, query),
      ),
    ];
    expect(others.map(({ closed }) => closed)).toEqual([null, null, null]);
    // Who closes one may open another; a refused socket gets no frames.
    tried.find(({ closed }) => closed === null)?.socket.close();
    await expect.poll(async () => (await greeted(path, query).catch(() => null))?.closed).toBeNull();
    expect(refused().flatMap(({ frames }) => frames)).toEqual([]);
  });
});

describe("frames", () => {
  it("[L8] hello is welcomed with the seq and how many are there; frames come only after it", async () => {
    const { path } = await board();
    const early = await Peer.open(path);
    const first = await greeted(path);
    const id = await post(path, "One");
    await first.until(({ frames }) => frames.length === 2);
    const { headers } = await call("GET", `${path}/feedback`);
    const second = await greeted(path);
    expect(second.frames).toEqual([{ type: "welcome", seq: Number(headers.get("x-seq")), online: 2 }]);
    expect(first.frames[0]).toMatchObject({ type: "welcome", online: 1 });
    expect(first.frames[1]).toMatchObject({ type: "feedback", op: "created", item: { id, title: "One" } });
    expect(early.frames).toEqual([]);
  });

  it("[L9] a vote is answered with ack, for the person of the frame or of the socket; what is refused with error", async () => {
    const { path } = await board();
    const id = await post(path, "One");
    const ada = await Peer.open(path, "?externalUserId=ada");
    ada.send({ type: "vote", requestId: "1", feedbackId: id });
    ada.send({ type: "vote", requestId: "2", feedbackId: id, externalUserId: "bob" });
    ada.send({ type: "unvote", requestId: "3", feedbackId: id });
    ada.send({ type: "vote", requestId: "4", feedbackId: 999 });
    await ada.until(({ frames }) => frames.length === 4);
    expect(ada.frames).toMatchObject([
      { type: "ack", requestId: "1", voteCount: 1, voted: true },
      { type: "ack", requestId: "2", voteCount: 2, voted: true },
      { type: "ack", requestId: "3", voteCount: 1, voted: false },
      { type: "error", requestId: "4", code: "FEEDBACK_NOT_FOUND" },
    ]);
    expect((await call("GET", `${path}/votes?ids=${id}&externalUserId=bob`)).body).toEqual({ [id]: 1 });
    const nobody = await Peer.open(path);
    nobody.send({ type: "vote", requestId: "5", feedbackId: id });
    await nobody.until(({ frames }) => frames.length === 1);
    expect(nobody.frames[0]).toMatchObject({ type: "error", requestId: "5", code: "UNAUTHENTICATED" });
    expect([ada.closed, nobody.closed]).toEqual([null, null]);
  });

  it.each([
    ["binary", new TextEncoder().encode('{"type":"hello","since":null}'), "frames are text"],
    ["not JSON", "{", "frame is not JSON"],
    ["an array", "[]", /./u],
    ["an unknown type", '{"type":"shout"}', /^type: /u],
    ["an unknown field", '{"type":"hello","since":null,"token":"x"}', /token/u],
    ["a missing field", '{"type":"hello"}', /^since: /u],
    ["a wrong type", '{"type":"vote","requestId":"1","feedbackId":"1","externalUserId":"a"}', /^feedbackId: /u],
    ["a weight", '{"type":"vote","requestId":"1","feedbackId":1,"externalUserId":"a","weight":5}', /weight/u],
    ["a prototype key", '{"type":"hello","since":null,"__proto__":{}}', /./u],
    [
      "an unknown field in another script",
      JSON.stringify({ type: "hello", since: null, ["漢".repeat(200)]: 1 }),
      /漢/u,
    ],
    ["a negative seq", '{"type":"hello","since":-1}', /^since: /u],
  ])("[L10] %s closes with 1008 and a reason", async (_what, frame, reason) => {
    const { path } = await board();
    const peer = await Peer.open(path);
    peer.socket.send(frame);
    await peer.until(({ closed }) => closed !== null);
    expect(peer.closed?.code).toBe(1008);
    expect(peer.closed?.reason).toMatch(reason);
    expect(peer.frames).toEqual([]);
  });

  it("[L11] a frame of 16 KiB is read, one byte more closes with 1009; bytes are counted, not characters", async () => {
    const { path } = await board();
    const frame = (bytes: number, filler: string) => {
      const [start, end] = ['{"type":"hello","since":null', "}"];
      const room = bytes - start.length - end.length;
      const width = new TextEncoder().encode(filler).byteLength;
      return `${start}${filler.repeat(Math.floor(room / width))}${" ".repeat(room % width)}${end}`;
    };
    const peer = await Peer.open(path);
    peer.send(frame(FRAME_BYTES_MAX, " "));
    await peer.until(({ frames }) => frames.length === 1);
    peer.send(frame(FRAME_BYTES_MAX + 1, " "));
    await peer.until(({ closed }) => closed !== null);
    expect(peer.closed).toEqual({ code: 1009, reason: `frame over ${String(FRAME_BYTES_MAX)} bytes` });
    const wide = await Peer.open(path);
    wide.send(frame(FRAME_BYTES_MAX + 2, "é"));
    await wide.until(({ closed }) => closed !== null);
    expect(wide.closed?.code).toBe(1009);
  });

  it("[L12] the 21st message in a second closes with 1008; the 20 before it stand", async () => {
    const { path } = await board();
    const id = await post(path, "One");
    const peer = await Peer.open(path);
    // One moment, however long the machine takes: every 50 ms give a message back.
    const now = vi.spyOn(Date, "now").mockReturnValue(Date.now());
    for (let n = 0; n <= MESSAGES_PER_SECOND_MAX; n++) {
      peer.send({ type: "vote", requestId: String(n), feedbackId: id, externalUserId: `person-${String(n)}` });
    }
    await expect.poll(() => peer.closed).not.toBeNull();
    now.mockRestore();
    expect(peer.closed).toEqual({ code: 1008, reason: "more than 20 messages in a second" });
    expect(peer.frames).toHaveLength(MESSAGES_PER_SECOND_MAX);
    expect((await call("GET", `${path}/feedback/${id}`)).body.voteCount).toBe(MESSAGES_PER_SECOND_MAX);

    // Twenty a second, for longer than a second, are fine.
    const steady = await Peer.open(path);
    for (let n = 0; n < 2 * MESSAGES_PER_SECOND_MAX; n++) {
      if (n === MESSAGES_PER_SECOND_MAX) await new Promise((resolve) => setTimeout(resolve, 1_050));
      steady.send({ type: "unvote", requestId: String(n), feedbackId: id, externalUserId: "nobody" });
    }
    await steady.until(({ frames, closed }) => frames.length === 2 * MESSAGES_PER_SECOND_MAX || closed !== null);
    expect(steady.closed).toBeNull();
  });

  it("[L23] what is thrown while a socket opens is told to nobody", async () => {
    const { path } = await board();
    // The platform's own limit on what a socket may keep, say.
    // oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
    const { serializeAttachment } = WebSocket.prototype;
    const faulty = vi.spyOn(WebSocket.prototype, "serializeAttachment");
    faulty.mockImplementation(function full(this: WebSocket, kept: { __user?: object | null }) {
      if ((kept.__user ?? null) !== null) throw new Error("injected: too large");
      serializeAttachment.call(this, kept);
    });
    vi.spyOn(console, "error").mockReturnValue();
    const refused = await upgrade(path);
    vi.restoreAllMocks();
    const body: { code: string; detail: string } = await refused.json();
    expect([refused.status, body.code]).toEqual([500, "INTERNAL"]);
    expect(JSON.stringify(body)).not.toContain("injected");
    expect((await upgrade(path)).status).toBe(101);
  });

  it("[L21] hellos said again and again, and long resumes, cost more than they can gain", async () => {
    const { path } = await board();
    const since = Number((await call("GET", `${path}/feedback`)).headers.get("x-seq"));
    for (let n = 0; n < 30; n++) await post(path, `Long ${n}`, { description: "x".repeat(10_000) });
    const late = await Peer.open(path);
    late.send({ type: "hello", since });
    await late.until(({ frames }) => frames.length === 2);
    expect(late.frames.map(({ type }) => type)).toEqual(["welcome", "resync"]);
    for (let n = 0; n < 5; n++) late.send({ type: "hello", since });
    await late.until(({ closed }) => closed !== null);
    expect(late.closed?.code).toBe(1008);
  });

  it("[L22] hellos of others do not undo the conflation", async () => {
    const { path } = await board();
    const id = await post(path, "Popular");
    const watcher = await greeted(path);
    const startedAt = Date.now();
    for (let n = 0; n < 60; n++) {
      await call("POST", `${path}/feedback/${id}/votes`, { externalUserId: `p${n}` });
      await greeted(path);
    }
    await watcher.until(({ frames }) =>
      frames.some((frame) => frame.type === "votes" && frame.changes[0]?.voteCount === 60),
    );
    const sent = watcher.frames.filter(({ type }) => type === "votes").length;
    expect(sent).toBeLessThanOrEqual(2 + (Date.now() - startedAt) / VOTES_FRAME_INTERVAL_MS);
  });

  it("[L13] a board that is removed closes its sockets; those of other boards stay", async () => {
    const { workspace, path } = await board();
    const boards = `/api/v1/workspaces/${workspace}/boards`;
    await call("POST", boards, { slug: "bugs", name: "Bugs" }, OPERATOR);
    const watching = await greeted(path);
    const silent = await Peer.open(path);
    const elsewhere = await greeted(`/api/v1/${workspace}/bugs`);
    await call("DELETE", `${boards}/ideas`, undefined, OPERATOR);
    // Also the one that never said hello: it could land on another board later.
    for (const peer of [watching, silent]) {
      await peer.until(({ closed }) => closed !== null);
      expect(peer.closed).toEqual({ code: 1008, reason: "board removed" });
    }
    expect(silent.frames).toEqual([]);
    await post(`/api/v1/${workspace}/bugs`, "Still here");
    await elsewhere.until(({ frames }) => frames.length === 2);
    expect(elsewhere.closed).toBeNull();
  });
});
