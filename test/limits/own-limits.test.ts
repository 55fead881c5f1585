/** Limits that a workspace sets for itself, and how many sockets an address may have there. Ids are those of test/SPEC.md. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RATE_LIMIT_MAX, SOCKETS_PER_ADDRESS_MAX } from "../../src/limits.ts";
import { Clock } from "../model/clock.ts";
import { evict } from "../model/evict.ts";
import { board, call, OPERATOR, Peer, post } from "../support/workerd.ts";
import { atOnce, fromNewAddress, limitedBoard, newPerson, setLimits, tally, vote } from "./quota-user.ts";

const clock = new Clock();
beforeAll(() => clock.install());
afterAll(() => clock.restore());

describe("a workspace's own limits", () => {
  const limitOf = async (workspace: string, name: string) => {
    const { body } = await call("GET", `/api/v1/workspaces/${workspace}/rate-limits`, undefined, OPERATOR);
    return body.find((row: { name: string }) => row.name === name);
  };

  it("[S22] hold from the next request on: set, lowered, and the default again; others stay", async () => {
    const { workspace, path } = await board();
    const id = await post(path, "Dark mode");
    const [ours, person] = [fromNewAddress(), newPerson()];
    const passed = async (times: number) =>
      tally(
        await atOnce(times, async () => ((await vote(path, id, ours, person)).status < 300 ? "through" : "refused")),
      );
    expect(await limitOf(workspace, "vote-person")).toEqual({
      name: "vote-person",
      by: "person",
      limit: 60,
      windowSeconds: 60,
      default: 60,
    });
    expect((await setLimits(workspace, { "vote-person": 4 })).status).toBe(200);
    expect(await passed(10)).toEqual({ through: 4, refused: 6 });
    clock.advance(60_000);
    expect((await setLimits(workspace, { "vote-person": 2, read: 7 })).body).toHaveLength(8);
    expect(await passed(10)).toEqual({ through: 2, refused: 8 });
    expect(await limitOf(workspace, "vote-person")).toMatchObject({ limit: 2, default: 60 });
    clock.advance(60_000);
    await setLimits(workspace, { "vote-person": null });
    expect(await limitOf(workspace, "vote-person")).toMatchObject({ limit: 60 });
    expect(await limitOf(workspace, "read")).toMatchObject({ limit: 7, default: 600 });
    expect(await passed(70)).toEqual({ through: 60, refused: 10 });
  });

  it.each([
    { "vote-person": 0 },
    { "vote-person": -1 },
    { "vote-person": 1.5 },
    { "vote-person": "5" },
    { "vote-person": RATE_LIMIT_MAX + 1 },
    { login: 5 },
    { vote: 5 },
    {},
    [],
    null,
  ])("[S22] %j is refused, and changes nothing", async (limits) => {
    const { workspace } = await board();
    const { status, body } = await setLimits(workspace, limits as never);
    expect({ status, code: body.code }).toEqual({ status: 400, code: "INVALID_REQUEST" });
    expect(await limitOf(workspace, "vote-person")).toMatchObject({ limit: 60 });
  });

  it("[S22] outlive the object, and are another workspace's not", async () => {
    const { workspace, path, stub } = await limitedBoard({ read: 2 });
    expect(await evict(stub, "close")).toBe(true);
    const read = async (at: string, ours: Record<string, string>) =>
      (await call("GET", `${at}/feedback`, undefined, ours)).status;
    const ours = fromNewAddress();
    expect(tally(await atOnce(5, () => read(path, ours)))).toEqual({ 200: 2, 429: 3 });
    const other = await board();
    expect(tally(await atOnce(5, () => read(other.path, ours)))).toEqual({ 200: 5 });
    expect(await limitOf(workspace, "read")).toMatchObject({ limit: 2 });
  });
});

describe("sockets of one address", () => {
  it("[L25] at most 200 on a workspace; one more closes with 1008, another address has its own, and who leaves makes room", async () => {
    const { path } = await board();
    const ours = fromNewAddress();
    const peers = await atOnce(SOCKETS_PER_ADDRESS_MAX, () => Peer.open(path, "", ours));
    const tooMany = await Peer.open(path, "", ours);
    await tooMany.until(({ closed }) => closed !== null);
    expect(tooMany.closed).toEqual({ code: 1008, reason: "more than 200 sockets of one address" });
    const elsewhere = await Peer.open(path, "", fromNewAddress());
    elsewhere.send({ type: "hello", since: null });
    await elsewhere.until(({ frames }) => frames.length === 1);
    peers[0]?.socket.close();
    await peers[0]?.until(({ closed }) => closed !== null);
    const inPlace = await Peer.open(path, "", ours);
    inPlace.send({ type: "hello", since: null });
    await inPlace.until(({ frames }) => frames.length === 1);
    expect(peers.filter(({ closed }) => closed !== null)).toHaveLength(1);
  });
});
