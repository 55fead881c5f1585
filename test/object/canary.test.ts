/**
 * Words planted wherever not everybody may look, and everything asked that can be: each row of the router's table that a GET reaches, with every parameter its endpoint knows, as every kind of caller, and the
 * live sockets. Who may hear which word is computed from the permission table alone. A row without its questions here fails. Ids are those of test/SPEC.md.
 */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { type Actor, may, mayAlways } from "../../src/domain/permissions.ts";
import { API_PREFIX } from "../../src/ids.ts";
import type { ApiKeyScope } from "../../src/protocol/rest/api-keys.ts";
import { ENDPOINTS } from "../../src/protocol/rest/openapi.ts";
import type { Who } from "../../src/protocol/rest/endpoint.ts";
import { type Action, ACTIONS } from "../../src/protocol/rest/roles.ts";
import { TABLE } from "../../src/router.ts";
import { account, ACCOUNTS_TIMEOUT_MS } from "../support/accounts.ts";
import { ELSEWHERE, QUESTIONS } from "../support/canary-questions.ts";
import { CANARIES, type Canary, GUEST, makeWorld, plantLive, signedAs, type World } from "../support/canary.ts";
import { call, OPERATOR, ORIGIN, upgrade } from "../support/workerd.ts";

type Caller = {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly actor: Actor;
  readonly isGuest: boolean;
};

/** On a machine that is busy with other things, too. */
const SWEEP_TIMEOUT_MS = 180_000;

type Told = { readonly status: number; readonly text: string; readonly next: string | null };

const rows = TABLE.filter(({ method }) => method === "GET");
const callers: Caller[] = [];
let world: World;
let twin: World;

beforeAll(async () => {
  [world, twin] = [await makeWorld(true), await makeWorld(false)];
  const stranger = await account("Stranger");
  const nobody = { standing: "end-user", scopes: null } as const;
  callers.push(
    { name: "anonymous", headers: {}, actor: { standing: "anonymous", scopes: null }, isGuest: false },
    { name: "account", headers: stranger.headers, actor: nobody, isGuest: false },
    { name: "signed", headers: await signedAs(world, "somebody"), actor: nobody, isGuest: false },
    { name: "guest", headers: await signedAs(world, GUEST), actor: nobody, isGuest: true },
    {
      name: "member",
      headers: await memberOf(world.workspace),
      actor: { standing: "member", scopes: null },
      isGuest: false,
    },
    { name: "operator", headers: OPERATOR, actor: { standing: "owner", scopes: null }, isGuest: false },
  );
  const scopes: ApiKeyScope[][] = [
    ["read"],
    ["write"],
    ["moderate"],
    ["configure"],
    ["moderate", "configure", "write"],
  ];
  for (const each of scopes) callers.push(await keyed(each));
}, ACCOUNTS_TIMEOUT_MS);

/** Straight into the table: the way there is tested elsewhere. */
async function memberOf(workspace: string): Promise<Caller["headers"]> {
  const { userId, headers } = await account("Member");
  const stub = env.WORKSPACE.getByName(workspace);
  await runInDurableObject(stub, (_instance, { storage }) => {
    storage.sql.exec("insert into members (user_id, role, since) values (?, 'member', 0)", userId);
  });
  await evictDurableObject(stub);
  return headers;
}

async function keyed(scopes: ApiKeyScope[]): Promise<Caller> {
  const path = `/api/v1/workspaces/${world.workspace}/api-keys`;
  const { body } = await call("POST", path, { name: "Sweeper", scopes }, OPERATOR);
  const headers = { authorization: `Bearer ${body.key}` };
  return { name: `key ${scopes.join("+")}`, headers, actor: { standing: "admin", scopes }, isGuest: false };
}

/** The words that somebody may hear. */
function hearable({ actor, isGuest }: Caller): Set<Canary> {
  const heard = new Set<Canary>();
  const isTeam = may(actor, "internal.read");
  const readsVault = isGuest || mayAlways(actor, "private.read");
  if (isTeam || may(actor, "feedback.moderate")) heard.add("held");
  if (isTeam) heard.add("note");
  if (readsVault) heard.add("vault");
  if (readsVault && isTeam) heard.add("vaultHeld");
  return heard;
}

function leaksIn(text: string, caller: Caller): Canary[] {
  const heard = hearable(caller);
  const lower = text.toLowerCase();
  return (Object.keys(CANARIES) as Canary[]).filter((canary) => !heard.has(canary) && lower.includes(CANARIES[canary]));
}

/** Every path that a row stands for, with each of its questions. */
function asked(path: string, { workspace }: World): string[] {
  const paths = Object.entries(world.items).flatMap(([board, ids]) => {
    const named = path.replace(":workspace", workspace).replace(":board", board);
    // Ids of themes begin at 1, too.
    return /:(?:id|theme)\b/u.test(named) ? ids.map((id) => named.replace(/:(?:id|theme)\b/u, String(id))) : [named];
  });
  const questions = QUESTIONS[path] ?? [""];
  return [...new Set(paths)].flatMap((each) => questions.map((query) => (query === "" ? each : `${each}?${query}`)));
}

/** Body, and where it sends one to. */
async function answerTo(path: string, headers: Readonly<Record<string, string>>): Promise<Told> {
  const response = await exports.default.fetch(`${ORIGIN}${path}`, { headers, redirect: "manual" });
  const text = await response.text();
  const said = response.headers.get("location") ?? "";
  // A page that failed shows the request's id.
  const own = text.replaceAll(response.headers.get("x-request-id") ?? "-", "R");
  return { status: response.status, text: `${said}\n${own}`, next: response.headers.get("x-next-cursor") };
}

describe("everything that can be asked", () => {
  test("[G1] every row of the router's table is asked here, with every parameter that its endpoint takes", () => {
    const paths = [...new Set(rows.map(({ path }) => path))];
    const named = paths.filter((path) => path.includes(":workspace"));
    expect(named.toSorted()).toEqual(Object.keys(QUESTIONS).toSorted());
    expect(paths.filter((path) => !path.includes(":workspace")).toSorted()).toEqual([...ELSEWHERE].toSorted());
    for (const { path, method, query } of ENDPOINTS) {
      const shape = (query as { shape?: Record<string, unknown> } | undefined)?.shape;
      if (method !== "GET" || shape === undefined || !path.includes(":workspace")) continue;
      const questions = QUESTIONS[`${API_PREFIX}${path}`] ?? [];
      const known = new Set(["cursor", ...questions.flatMap((question) => [...new URLSearchParams(question).keys()])]);
      const live = path.endsWith("/live") ? ["externalUserId"] : [];
      expect(
        Object.keys(shape).filter((key) => !known.has(key) && !live.includes(key)),
        path,
      ).toEqual([]);
    }
  });

  test(
    "[G2] no answer has a word that its reader may not hear, whoever asks, whatever for",
    async () => {
      let requests = 0;
      const leaks: string[] = [];
      const heard = new Set<Canary>();
      for (const { path, who } of rows) {
        const paths = path.includes(":workspace") ? asked(path, world) : [path];
        for (const caller of callers) {
          for (const each of paths) {
            let next: string | null = each;
            // Cursors go on to the end of the list, as far as it is worth it.
            for (let page = 0; next !== null && page < 4; page++) {
              const answer: Told = await answerTo(next, caller.headers);
              requests += 1;
              for (const canary of leaksIn(answer.text, caller)) leaks.push(`${caller.name}: ${next}: ${canary}`);
              for (const canary of canariesIn(answer.text)) heard.add(canary);
              if (path.startsWith(API_PREFIX) && isAction(who) && !may(caller.actor, who)) {
                // 426: what is not even a WebSocket is told so first.
                expect([401, 403, 404, 426], `${caller.name}: ${next}`).toContain(answer.status);
              }
              const onward = new URLSearchParams(each.split("?")[1] ?? "");
              onward.delete("page");
              next =
                answer.next === null ? null : `${each.split("?")[0] ?? ""}?${onward.toString()}&cursor=${answer.next}`;
            }
          }
        }
      }
      console.log(
        `canary sweep: ${String(rows.length)} rows, ${String(callers.length)} callers, ${String(requests)} requests, ${String(leaks.length)} leaks`,
      );
      expect(leaks).toEqual([]);
      // Whoever may, hears each of them: the words are where they were planted.
      expect([...heard].toSorted()).toEqual(Object.keys(CANARIES).toSorted());
      expect(requests).toBeGreaterThan(2_000);
    },
    SWEEP_TIMEOUT_MS,
  );

  test(
    "[G3] what is hidden shows in no count either: a lower role is told what it is told of a twin where none of it is",
    async () => {
      const lower = [
        { name: "anonymous", here: {}, there: {} },
        { name: "account", here: callerOf("account").headers, there: callerOf("account").headers },
        { name: "signed", here: await signedAs(world, "somebody"), there: await signedAs(twin, "somebody") },
      ];
      let compared = 0;
      for (const { path } of rows.filter((row) => row.path.includes(":workspace") && !row.path.endsWith("/live"))) {
        const here = asked(path, world);
        const there = asked(path, { ...twin, items: world.items });
        for (const { name, here: mine, there: theirs } of lower) {
          for (const [index, each] of here.entries()) {
            const planted = await answerTo(each, mine);
            const bare = await answerTo(there[index] ?? "", theirs);
            expect(alike(planted, world), `${name}: ${each}`).toEqual(alike(bare, twin));
            compared += 1;
          }
        }
      }
      console.log(`canary sweep: ${String(compared)} answers compared with a twin's`);
    },
    SWEEP_TIMEOUT_MS,
  );

  test("[G4] no frame has a word that its reader may not hear: resumed from anywhere, and while more of it is done", async () => {
    const { workspace, seq } = world;
    let frames = 0;
    for (const caller of callers) {
      const sockets = await Promise.all(
        ["ideas", "vault", "roadmap"].flatMap((channel) =>
          [null, 0, seq].map((since) => listen(`${API_PREFIX}/${workspace}/${channel}`, caller, since)),
        ),
      );
      await plantLive(world);
      await scheduler.wait(400);
      for (const socket of sockets) {
        if (socket === null) continue;
        frames += socket.frames.length;
        expect(leaksIn(socket.frames.join("\n"), caller), caller.name).toEqual([]);
        socket.close();
      }
    }
    console.log(`canary sweep: ${String(frames)} frames`);
    expect(frames).toBeGreaterThan(callers.length * 3);
  });

  test("[G5] what one does to something hidden is refused as if it were not there, and the refusal says nothing of it", async () => {
    const { workspace, items } = world;
    const writers = callers.filter(({ actor }) => !may(actor, "internal.read") && !may(actor, "feedback.moderate"));
    const [, , , ...held] = items["ideas"] ?? [];
    for (const caller of writers) {
      const person =
        caller.actor.standing === "anonymous" || caller.actor.scopes !== null ? { externalUserId: "eve" } : {};
      for (const id of [...held, 999_999]) {
        const item = `/api/v1/${workspace}/ideas/feedback/${String(id)}`;
        const deeds: [string, string, unknown][] = [
          ["POST", `${item}/votes`, person],
          ["DELETE", `${item}/votes`, person],
          ["POST", `${item}/comments`, { body: "Hello", ...person }],
          ["PATCH", item, { title: "Mine" }],
          ["DELETE", item, undefined],
          ["POST", `${item}/merge`, { intoId: 1 }],
          ["POST", `${item}/unmerge`, undefined],
        ];
        for (const [method, path, body] of deeds) {
          const answer = await call(method, path, body, caller.headers);
          const said = `${caller.name}: ${method} ${path}: ${String(answer.status)} ${JSON.stringify(answer.body)}`;
          expect([401, 403, 404], said).toContain(answer.status);
          const nothing = await call(method, path.replace(`/${String(id)}`, "/999999"), body, caller.headers);
          expect({ status: answer.status, code: answer.body.code }, said).toEqual({
            status: nothing.status,
            code: nothing.body.code,
          });
        }
      }
    }
  });
});

test("[G6] every action of the permission table is one that some caller here has, and some has not", () => {
  for (const action of ACTIONS) {
    const having = callers.filter(({ actor }) => may(actor, action));
    expect(having.length, action).toBeGreaterThan(0);
    expect(having.length, action).toBeLessThan(callers.length);
  }
});

function isAction(who: Who): who is Action {
  return (ACTIONS as readonly string[]).includes(who);
}

function callerOf(name: string): Caller {
  const found = callers.find((caller) => caller.name === name);
  if (found === undefined) throw new Error(`no caller ${name}`);
  return found;
}

function canariesIn(text: string): Canary[] {
  const lower = text.toLowerCase();
  return (Object.keys(CANARIES) as Canary[]).filter((canary) => lower.includes(CANARIES[canary]));
}

/** Without what differs between any two workspaces: their names, times, and how many changes there were. */
function alike({ status, text }: Told, { workspace }: World): unknown {
  const same = text
    .replaceAll(workspace, "W")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/gu, "T")
    .replaceAll(/"seq":\d+/gu, '"seq":n')
    // How rare a word is in the workspace weighs in it, private boards included.
    .replaceAll(/"score":[\d.]+/gu, '"score":n')
    .replaceAll(/data-seq="\d+"/gu, 'data-seq="n"')
    .replaceAll(/datetime="[^"]*"|title="[^"]* UTC"/gu, "")
    .replaceAll(/tag:[^<]+?board\/\d+/gu, "tag");
  return { status, text: same };
}

/** Null: refused. */
async function listen(path: string, caller: Caller, since: number | null) {
  const response = await upgrade(path, "", caller.headers);
  const socket = response.webSocket;
  if (socket === null) {
    expect(leaksIn(await response.text(), caller), caller.name).toEqual([]);
    return null;
  }
  const frames: string[] = [];
  socket.accept();
  socket.addEventListener("message", ({ data }) => {
    frames.push(String(data));
  });
  socket.send(JSON.stringify({ type: "hello", since }));
  return { frames, close: () => socket.close(1000, "heard") };
}
