/**
 * A workspace with something in every place that not everybody may see, and a twin that has all of what everybody sees and none of the rest: what a lower role is told of the one must not
 * have the words that were hidden, and must be what it is told of the other.
 */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { identity, makeSecret } from "./identity.ts";
import { call, OPERATOR, uniqueSlug } from "./workerd.ts";

/**
 * Words that are said only where they must not be heard. Each ends in letters that no question has, so that a search for its beginning finds it and an echo of the question is no finding.
 */
export const CANARIES = {
  /** Posts that are hidden, wait, or were refused; comments that wait or were refused. */
  held: "zaniheldxq",
  /** The team's own: internal notes, the private part of the roadmap. */
  note: "zaninotexq",
  /** A private board, and what everybody sees there. */
  vault: "zanivaultxq",
  /** What is held or internal there. */
  vaultHeld: "zanideepxq",
} as const;
export type Canary = keyof typeof CANARIES;
/** What a search for one is: the beginning. */
export const beginningOf = (canary: Canary): string => CANARIES[canary].slice(0, -2);

export const GUEST = "guest-of-the-vault";
const ALARMS_MAX = 50;

export type World = {
  readonly workspace: string;
  /** Ids of items by board; the first is one that everybody sees. */
  readonly items: Readonly<Record<string, readonly number[]>>;
  /** The workspace's seq when all that everybody sees was there. */
  readonly seq: number;
  readonly secret: Awaited<ReturnType<typeof makeSecret>>;
};

const made = async (method: string, path: string, body?: unknown, status = [200, 201, 204]): Promise<any> => {
  const answer = await call(method, `/api/v1${path}`, body, OPERATOR);
  if (!status.includes(answer.status)) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
};

/** `planted`: with what must not be heard. */
export async function makeWorld(planted: boolean): Promise<World> {
  const workspace = uniqueSlug();
  const team = `/workspaces/${workspace}`;
  const ideas = `/${workspace}/ideas/feedback`;
  await made("POST", "/workspaces", { slug: workspace, name: "Sweep" });
  await made("POST", `${team}/boards`, { slug: "ideas", name: "Ideas" });
  const secret = await makeSecret(workspace);
  const open: number[] = [];
  for (const title of ["Teleport the garden to the sea", "Paint the shed green", "A teleport for gardens"]) {
    const { id } = await made("POST", ideas, { title, description: `${title}, please.`, category: "Garden" });
    open.push(id);
  }
  const [first = 0, second = 0] = open;
  const { id: thread } = await made("POST", `${ideas}/${String(first)}/comments`, { body: "Said aloud" });
  await made("POST", `${ideas}/${String(first)}/votes`, { externalUserId: "ada" });
  const { id: phase } = await made("POST", `${team}/roadmap/phases`, { name: "Planned", status: "planned" });
  await made("POST", `${team}/roadmap/items`, { phaseId: phase, feedbackId: second });
  await settle(workspace);
  const seq = (await made("GET", `/workspaces/${workspace}`)).seq;
  const items = planted ? await plant(workspace, open, thread, phase) : { ideas: open, vault: [] };
  await settle(workspace);
  return { workspace, items, seq, secret };
}

async function plant(
  workspace: string,
  open: readonly number[],
  thread: number,
  phase: number,
): Promise<World["items"]> {
  const [first = 0] = open;
  const held = [...(await holdItems(workspace, first)), await holdPosted(workspace, first)];
  await comments(workspace, first, thread);
  const vault = await makeVault(workspace, phase);
  await plan(workspace, phase, held);
  return { ideas: [...open, ...held], vault };
}

/** Items that are hidden, wait, were refused, deleted, or were merged while hidden. */
async function holdItems(workspace: string, target: number): Promise<number[]> {
  const path = `/${workspace}/ideas/feedback`;
  const states = [
    { isHidden: true },
    { moderationState: "pending" },
    { moderationState: "rejected" },
    { moderationState: "spam" },
  ];
  const ids: number[] = [];
  for (const state of states) ids.push(await holdItem(workspace, "ideas", state, CANARIES.held));
  const merged = await holdItem(workspace, "ideas", { isHidden: true }, CANARIES.held);
  await made("POST", `${path}/${String(merged)}/merge`, { intoId: target });
  const deleted = await holdItem(workspace, "ideas", { isHidden: true }, CANARIES.held);
  await made("DELETE", `${path}/${String(deleted)}`);
  return [...ids, merged, deleted];
}

/** What people say where all of it waits for a moderator. */
async function holdPosted(workspace: string, item: number): Promise<number> {
  const settings = `/workspaces/${workspace}/settings`;
  const path = `/api/v1/${workspace}/ideas/feedback`;
  await made("PATCH", settings, { moderation: "all" });
  const body = { title: `Teleport the ${CANARIES.held} garden`, description: CANARIES.held, externalUserId: "eve" };
  const posted = await call("POST", path, body);
  const said = await call("POST", `${path}/${String(item)}/comments`, { body: `${CANARIES.held} waits` });
  if (posted.status !== 201 || said.status !== 201) throw new Error(JSON.stringify([posted.body, said.body]));
  await made("PATCH", settings, { moderation: "open" });
  return posted.body.id;
}

async function holdItem(workspace: string, board: string, state: object, canary: string): Promise<number> {
  const path = `/${workspace}/${board}/feedback`;
  // Hidden from the start: the moment at which everybody saw it would be in what sockets are told.
  const text = { title: `Waiting`, description: "Waiting", category: "Garden" };
  const { id } = await made("POST", path, text);
  await made("PATCH", `${path}/${String(id)}`, state);
  const title = `Teleport the ${canary} garden ${String(id)}`;
  await made("PATCH", `${path}/${String(id)}`, { title, description: `${canary} ${title}`, category: canary });
  await made("POST", `${path}/${String(id)}/comments`, { body: `${canary} said here` });
  return id;
}

/** On an item that everybody sees. */
async function comments(workspace: string, item: number, thread: number): Promise<void> {
  const path = `/${workspace}/ideas/feedback/${String(item)}/comments`;
  const note = await made("POST", path, { body: `${CANARIES.note} among ourselves`, isInternal: true });
  await made("POST", path, { body: `${CANARIES.note} a reply`, parentId: note.id });
  await made("POST", path, { body: `${CANARIES.note} below`, parentId: thread, isInternal: true });
  for (const action of ["reject", "spam"]) {
    const { id } = await made("POST", path, { body: "Said for a moment" });
    await made("POST", `/workspaces/${workspace}/moderation`, { action, entries: [{ kind: "comment", id }] });
    await made("PATCH", `${path}/${String(id)}`, { body: `${CANARIES.held} refused` });
  }
}

async function makeVault(workspace: string, phase: number): Promise<number[]> {
  const { vault, vaultHeld } = CANARIES;
  const team = `/workspaces/${workspace}`;
  const path = `/${workspace}/vault/feedback`;
  const board = { slug: "vault", name: `${vault} board`, description: `${vault} words`, visibility: "private" };
  await made("POST", `${team}/boards`, board);
  await made("POST", `${team}/boards/vault/guests`, { externalUserId: GUEST });
  const { id } = await made("POST", path, {
    title: `Teleport the ${vault} garden`,
    description: vault,
    category: vault,
  });
  await made("POST", `${path}/${String(id)}/comments`, { body: `${vault} said` });
  await made("POST", `${path}/${String(id)}/comments`, { body: `${vaultHeld} noted`, isInternal: true });
  const hidden = await holdItem(workspace, "vault", { isHidden: true }, vaultHeld);
  await made("POST", `${team}/roadmap/items`, { phaseId: phase, feedbackId: id });
  return [id, hidden];
}

/** A private phase and item, and places on the public roadmap for what is held. */
async function plan(workspace: string, phase: number, held: readonly number[]): Promise<void> {
  const { note } = CANARIES;
  const items = `/workspaces/${workspace}/roadmap/items`;
  const secret = await made("POST", `/workspaces/${workspace}/roadmap/phases`, { name: note, isPublic: false });
  await made("POST", items, { phaseId: secret.id, title: `${note} plan`, description: note });
  await made("POST", items, { phaseId: phase, title: `${note} quiet`, description: note, isPublic: false });
  await made("POST", items, { phaseId: phase, feedbackId: held[0] });
}

/** Something more of each, while sockets are open. */
export async function plantLive({ workspace, items }: World): Promise<void> {
  const [first = 0] = items["ideas"] ?? [];
  const path = `/${workspace}/ideas/feedback/${String(first)}/comments`;
  await holdItem(workspace, "ideas", { isHidden: true }, CANARIES.held);
  await made("POST", path, { body: `${CANARIES.note} while they listen`, isInternal: true });
  await holdItem(workspace, "vault", { isHidden: true }, CANARIES.vaultHeld);
  await made("POST", `/${workspace}/vault/feedback`, { title: `${CANARIES.vault} while they listen` });
}

export async function signedAs(world: World, sub: string): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await identity(world.secret, world.workspace, sub)}` };
}

/** What is computed later has been. */
async function settle(workspace: string): Promise<void> {
  const stub = env.WORKSPACE.getByName(workspace);
  for (let alarms = 0; alarms < ALARMS_MAX && (await runDurableObjectAlarm(stub)); alarms++);
}
