/**
 * Makes the demo workspace through the public API, its owner as anybody would and what is in it as any operator could: new data only,
 * and again when a former try was cut off. The content stands in the files beside this one.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeDiscussions } from "./discussions.ts";
import { IDEAS } from "./ideas.ts";
import type { DemoItem } from "./item.ts";
import { MOBILE } from "./mobile.ts";
import { signInOwner } from "./owner.ts";
import { makeRoadmap } from "./roadmap.ts";

const WORKSPACE = "demo";
const PARALLEL = 8;
const PURGE_WAIT_MS = 10_000;
const PURGE_STEP_MS = 50;
/** People who vote with a weight of 1 on one item, at most; the rest are customers, who count as many as they have seats. */
const SINGLE_VOTES_MAX = 4;
const SEATS_MAX = 60;

const BOARDS: readonly { slug: string; name: string; description: string; items: readonly DemoItem[] }[] = [
  {
    slug: "ideas",
    name: "Ideas",
    description:
      "Harbor is a shared inbox for small support teams. What would make your day easier? Vote, or tell us something new.",
    items: IDEAS,
  },
  {
    slug: "mobile",
    name: "Harbor on phones",
    description: "Everything about the apps for phones and tablets.",
    items: MOBILE,
  },
];

type Target = {
  readonly origin: string;
  /** Of the operator; of the owner for what the owner makes. */
  readonly token: string;
};

/** `newData`: the data directory was made by this start. */
export async function makeDemoOnce(
  target: Target,
  { dataDir, newData }: { dataDir: string; newData: boolean },
): Promise<void> {
  const marker = join(dataDir, "demo");
  const state = newData ? "new" : (await readFile(marker, "utf8").catch(() => "none")).trim();
  if (state !== "new" && state !== "making") return;
  await writeFile(marker, "making\n");
  // Half a demo from a start that was killed.
  if (state === "making") await call(target, "DELETE", `/workspaces/${WORKSPACE}`, undefined, [204, 404]);
  const ownerToken = await signInOwner(target.origin, dataDir);
  await makeDemo(target, ownerToken ?? target.token);
  await writeFile(marker, "made\n");
}

async function makeDemo(target: Target, ownerToken: string): Promise<void> {
  await createWorkspace({ ...target, token: ownerToken });
  for (const { slug, name, description, items } of BOARDS) {
    await call(target, "POST", `/workspaces/${WORKSPACE}/boards`, { slug, name, description });
    // One after the other, so that the order of creation is the same each time; the least wanted is the oldest.
    for (const [index, item] of items.toReversed().entries()) await makeItem(target, slug, item, index);
  }
  await makeDiscussions((method, path, body) => call(target, method, path, body), WORKSPACE, "ideas");
  await makeRoadmap(
    (method, path, body) => call(target, method, path, body),
    WORKSPACE,
    BOARDS.map(({ slug }) => slug),
  );
}

/** Waits while the rows of a half-made demo, deleted just now, are being purged: the slug is taken until then. */
async function createWorkspace(target: Target): Promise<void> {
  for (let waitedMs = 0; waitedMs < PURGE_WAIT_MS; waitedMs += PURGE_STEP_MS) {
    const made = await call(target, "POST", "/workspaces", { slug: WORKSPACE, name: "Harbor" }, [201, 409]);
    if ((made as { slug?: string }).slug === WORKSPACE) return;
    await sleep(PURGE_STEP_MS);
  }
  throw new Error(`demo: the workspace ${WORKSPACE} is still being deleted`);
}

async function makeItem(target: Target, board: string, item: DemoItem, index: number): Promise<void> {
  const path = `/${WORKSPACE}/${board}/feedback`;
  const { title, description, category, status, pinned } = item;
  const author = `person-${String(index + 1)}`;
  const created = (await call(target, "POST", path, { title, description, category, externalUserId: author })) as {
    id: number;
  };
  const itemPath = `${path}/${String(created.id)}`;
  if (status !== undefined || pinned !== undefined) await call(target, "PATCH", itemPath, { status, pinned });
  const votes = votesFor(item.votes, index);
  for (let start = 0; start < votes.length; start += PARALLEL) {
    await Promise.all(
      votes.slice(start, start + PARALLEL).map(async (vote) => call(target, "POST", `${itemPath}/votes`, vote)),
    );
  }
}

/** Votes that add up to `total`: a few people, then customers of falling size. The same each time. */
function votesFor(total: number, seed: number): readonly { externalUserId: string; weight: number }[] {
  const votes: { externalUserId: string; weight: number }[] = [];
  let left = total;
  for (let n = 0; n < SINGLE_VOTES_MAX && left > 0; n += 1, left -= 1) {
    votes.push({ externalUserId: `person-${String(((seed * 7 + n * 11) % 60) + 1)}`, weight: 1 });
  }
  for (let n = 1; left > 0; n += 1) {
    const weight = Math.min(left, SEATS_MAX, Math.max(3, Math.ceil(left * 0.6)));
    votes.push({ externalUserId: `customer-${String(seed)}-${String(n)}`, weight });
    left -= weight;
  }
  return votes;
}

async function call(
  target: Target,
  method: string,
  path: string,
  body?: object,
  accepted: readonly number[] = [200, 201],
): Promise<unknown> {
  const response = await fetch(`${target.origin}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${target.token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!accepted.includes(response.status))
    throw new Error(`demo: ${method} ${path} answered ${String(response.status)}: ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
