/** `npm start`, black-box: what it makes, how it ends, what a crash leaves, and who it believes. Needs the built bundle. */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { serve } from "../../src/local/serve.ts";
import { DidNotStart, type Server, startServer } from "../support/server.ts";

const folders: string[] = [];
const servers: Server[] = [];

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "groundswell-start-"));
  folders.push(path);
  return path;
}

async function start(...parameters: Parameters<typeof startServer>): Promise<Server> {
  const server = await startServer(...parameters);
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map(async (server) => server.kill()));
  await Promise.all(folders.splice(0).map(async (path) => rm(path, { recursive: true, force: true })));
});

async function post(server: Server, path: string, body: object): Promise<Response> {
  return fetch(`${server.origin}/api/v1${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

test("[O1] new data gets the demo once, with every page that the start announces", async () => {
  const dataDir = await folder();
  const first = await start({ dataDir, vars: { DEMO: "true" } });
  const announced = [
    ...first
      .logs()
      .join("\n")
      .matchAll(/ (http:\S+)/gu),
  ].map(([, url]) => url ?? "");
  expect(announced.length).toBeGreaterThanOrEqual(5);
  for (const url of announced) expect([url, (await fetch(url)).status]).toEqual([url, 200]);

  const list = await fetch(`${first.origin}/api/v1/demo/ideas/feedback?limit=100`);
  const items = (await list.json()) as { id: number; voteCount: number; status: string; category: string | null }[];
  expect(items).toHaveLength(40);
  expect(new Set(items.map(({ status }) => status)).size).toBe(6);
  expect(items.reduce((sum, { voteCount }) => sum + voteCount, 0)).toBeGreaterThan(1_000);

  // What the owner of the data deletes stays deleted.
  const headers = { authorization: `Bearer ${first.operatorToken}` };
  const gone = await fetch(`${first.origin}/api/v1/workspaces/demo`, { method: "DELETE", headers });
  expect(gone.status).toBe(204);
  expect(await first.stop()).toBe(0);
  const second = await start({ dataDir, vars: { DEMO: "true" } });
  expect(second.operatorToken).toBe(first.operatorToken);
  expect((await fetch(`${second.origin}/api/v1/workspaces/demo`)).status).toBe(404);
});

test("[O2] SIGTERM ends it with 0 though sockets are open, and frees the port", async () => {
  const server = await start();
  expect((await post(server, "/acme/ideas/feedback", { title: "One" })).status).toBe(201);
  const socket = new WebSocket(`${server.origin.replace("http", "ws")}/api/v1/acme/ideas/live`, "groundswell.v1");
  await new Promise((settle, reject) => {
    socket.addEventListener("open", settle);
    socket.addEventListener("error", reject);
  });
  expect(await server.stop()).toBe(0);
  await expect(fetch(`${server.origin}/health`)).rejects.toThrow();
});

test("[O3] after SIGKILL the next start has everything acknowledged, at once, on the same port and data", async () => {
  const dataDir = await folder();
  let server = await start({ dataDir });
  const acknowledged: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    let answered = 0;
    const writes = Array.from({ length: 40 }, async (_, index) => {
      const answer = await post(server, "/acme/ideas/feedback", {
        title: `Round ${String(round)}, item ${String(index)}`,
      });
      if (answer.status !== 201) throw new Error(String(answer.status));
      acknowledged.push(((await answer.json()) as { id: number }).id);
      answered += 1;
      // In the middle of the others.
      if (answered === 15) await server.kill();
    });
    await Promise.allSettled(writes);
    server = await start({ dataDir, port: server.port });
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(45);
  const kept = await Promise.all(
    acknowledged.map(async (id) => (await fetch(`${server.origin}/api/v1/acme/ideas/feedback/${String(id)}`)).status),
  );
  expect(kept.filter((status) => status !== 200)).toEqual([]);
});

test("[O4] workerd does not outlive a start that was killed alone", async () => {
  const server = await start();
  process.kill(server.pid, "SIGKILL");
  await expect
    .poll(async () =>
      fetch(`${server.origin}/health`).then(
        () => "answers",
        () => "gone",
      ),
    )
    .toBe("gone");
});

test("[O5] a taken port, a taken data directory and a bad port are one plain line each", async () => {
  const taken = createServer();
  await new Promise<void>((settle) => {
    taken.listen(0, "127.0.0.1", settle);
  });
  const address = taken.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const why = async (options: Parameters<typeof startServer>[0]): Promise<string> => {
    const error: unknown = await startServer(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DidNotStart);
    return (error as DidNotStart).message.split("\n").slice(1).join("\n").trim();
  };
  expect(await why({ port, dataDir: await folder() })).toBe(
    `Port ${String(port)} on 127.0.0.1 is in use. Set PORT to another one.`,
  );
  taken.close();
  const server = await start();
  expect(await why({ dataDir: server.dataDir })).toBe(`Another server is using the data in ${server.dataDir}.`);
  expect(await why({ port: 70_000, dataDir: await folder() })).toMatch(/^PORT must be a number/u);
});

test("[O6] the operator's token is made once, is nobody else's to read, and opens what is closed without it", async () => {
  const dataDir = await folder();
  const server = await start({ dataDir, vars: { OPEN_WORKSPACES: "false" } });
  const path = join(dataDir, "operator-token");
  expect((await readFile(path, "utf8")).trim()).toBe(server.operatorToken);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await post(server, "/acme/ideas/feedback", { title: "One" })).status).toBe(404);
  const create = async (token: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const body = JSON.stringify({ slug: "acme", name: "Acme" });
    return (await fetch(`${server.origin}/api/v1/workspaces`, { method: "POST", headers, body })).status;
  };
  expect(await create(`${server.operatorToken}x`)).toBe(401);
  expect(await create(server.operatorToken)).toBe(201);
});

test("[O7] the Worker is told the socket's address, whatever the client claims", async () => {
  const dataDir = await folder();
  const worker = { config: join(dataDir, "wrangler.toml"), bundle: join(dataDir, "echo.js") };
  await writeFile(worker.config, 'name = "echo"\nmain = "echo.js"\ncompatibility_date = "2026-10-20"\n');
  await writeFile(
    worker.bundle,
    'export default { fetch: ({ headers }) => Response.json([headers.get("CF-Connecting-IP"), headers.get("Accept-Encoding")]) };',
  );
  const served = await serve({ host: "127.0.0.1", port: 0, dataDir, vars: {}, worker, onLog: () => undefined });
  try {
    const forged = {
      "cf-connecting-ip": "203.0.113.9",
      "mf-cf-blob": JSON.stringify({ clientIp: "203.0.113.9:1" }),
      "accept-encoding": "identity",
    };
    expect(await (await fetch(served.origin, { headers: forged })).json()).toEqual(["127.0.0.1", "identity"]);
  } finally {
    await served.stop();
  }
});

test("[O8] stdout has one JSON line per request and per object call", async () => {
  const server = await start();
  const before = server.logs().length;
  const id = (await post(server, "/acme/ideas/feedback", { title: "One" })).headers.get("x-request-id");
  const lines = (): Record<string, unknown>[] =>
    server
      .logs()
      .slice(before)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  await expect
    .poll(() =>
      lines()
        .filter(({ requestId }) => requestId === id)
        .map(({ kind }) => kind),
    )
    .toContain("request");
  // The first try found no board; the second one made it.
  const isPost = ({ kind, verb, outcome }: Record<string, unknown>) =>
    kind === "object" && verb === "feedback.create" && outcome === "ok";
  const call = lines().find(isPost);
  expect(call).toMatchObject({ requestId: id, workspace: "acme", object: "Workspace", outcome: "ok", level: "info" });
  for (const field of ["ms", "rowsRead", "rowsWritten", "statements", "seq"])
    expect(call?.[field]).toBeTypeOf("number");
});
