/** Reads over the API what a server has of all that a ledger speaks of, under the ledger's names. */
import { type Found, type Ledger, note } from "./ledger.ts";
import { ask, send } from "./site.ts";
import { PASSWORDS, type Tokens } from "./stories.ts";
import { BOARD, type PostedItem } from "./writers.ts";

const READERS = 8;
/** What a workspace has before anybody sets anything. */
const UNTOUCHED = {
  settings: {
    anonymousPosting: true,
    requireIdentity: false,
    allowedOrigins: [],
    moderation: "open",
    lockClosed: false,
  },
  branding: { accentColor: null, logoUrl: null },
};
type Item = PostedItem & { readonly voteCount: number; readonly category: string | null; readonly isHidden?: boolean };
/** `known`: ids of items by their boards' names, for what is hidden is in no list. */
type Reader = {
  readonly origin: string;
  readonly token: string;
  readonly known: ReadonlyMap<string, readonly number[]>;
  readonly found: Found;
};

/** The board of the voters and posters, and where its counters do not count what they say. Only of the first hundred items votes can be looked up at once: the voters know no other. */
export async function readBoard(origin: string, ledger: Ledger): Promise<{ found: Found; miscounted: string[] }> {
  const found: Found = new Map();
  const path = `/${BOARD.replace(" ", "/")}`;
  const items = await listAll(origin, path);
  for (const item of items) note(found, `${BOARD} item ${item.title}`, { id: item.id });
  const oldest = items.toSorted((a, b) => a.id - b.id).slice(0, 100);
  const people = ledger.names().flatMap((name) => /^\S+ \S+ item \S+ vote (\S+)$/u.exec(name)?.[1] ?? []);
  const counted = new Map<number, number>();
  await eachOf([...new Set(people)], async (person) => {
    const ids = oldest.map(({ id }) => id).join(",");
    const votes = await ask(origin, "GET", `${path}/votes?ids=${ids}&externalUserId=${person}`);
    for (const { id, title } of oldest.filter(({ id }) => String(id) in votes)) {
      note(found, `${BOARD} item ${title} vote ${person}`, {});
      counted.set(id, (counted.get(id) ?? 0) + 1);
    }
  });
  const totals = await ask(origin, "GET", `/workspaces/${BOARD.replace(" ", "/boards/")}`);
  const says = (what: string, told: number, has: number) =>
    told === has ? [] : [`${what} says ${String(told)}, has ${String(has)}`];
  const miscounted = [
    ...items.flatMap(({ id, voteCount }) => says(`item ${String(id)}`, voteCount, counted.get(id) ?? 0)),
    ...says("board (items)", totals.feedbackCount, items.length),
    ...says(
      "board (votes)",
      totals.voteCount,
      Array.from(counted.values()).reduce((sum, votes) => sum + votes, 0),
    ),
  ];
  return { found, miscounted };
}

/** All that the stories of stories.ts wrote. `token`: the operator's. */
export async function readStories(origin: string, token: string, ledger: Ledger, tokens: Tokens): Promise<Found> {
  const found: Found = new Map();
  const names = ledger.names();
  const items = names.flatMap((name) => {
    const board = / item \S+$/u.test(name) ? name.split(" item ", 1)[0] : undefined;
    const id = ledger.read(name)?.["id"];
    return board === undefined || typeof id !== "number" ? [] : [{ board, id }];
  });
  const known = new Map<string, number[]>();
  for (const { board, id } of items) known.set(board, [...(known.get(board) ?? []), id]);
  const reader: Reader = { origin, token, known, found };
  const first = new Set(names.map((name) => name.split(" ", 1)[0] ?? ""));
  const accounts = [...first].filter((name) => name.startsWith("account-"));
  const workspaces = [...first].filter((name) => !name.startsWith("account-") && !BOARD.startsWith(`${name} `));
  await eachOf(workspaces, (slug) => readWorkspace(reader, slug));
  await eachOf([...tokens], async ([session, refreshToken]) => {
    const { status } = await send(origin, "POST", "/auth/refresh", { body: { refreshToken } });
    if (status === 200) note(found, session, {});
  });
  // One after the other: a server hashes one password at a time.
  for (const account of accounts) {
    const possible = new Set(ledger.possible(account).map((value) => value?.["password"]));
    // The password before a change must be refused; the one after it is tried where somebody has asked for it.
    for (const password of possible.has(PASSWORDS[1]) ? PASSWORDS : [PASSWORDS[0]]) {
      const body = { email: `${account}@example.com`, password };
      const answer = await send(origin, "POST", "/auth/login", { body });
      if (answer.status === 200) note(found, account, { password, name: answer.body.user.name });
      else if (answer.status !== 401) throw new Error(`log-in answered ${answer.text}`);
    }
  }
  return found;
}

async function readWorkspace(reader: Reader, slug: string): Promise<void> {
  const { origin, token, found } = reader;
  const read = await send(origin, "GET", `/workspaces/${slug}`, { token });
  if (read.status === 404) return;
  const get = (path: string) => ask(origin, "GET", `/workspaces/${slug}/${path}`, { token });
  note(found, slug, read.body);
  for (const what of ["settings", "branding"] as const) {
    const value = await get(what);
    if (JSON.stringify(value) !== JSON.stringify(UNTOUCHED[what])) note(found, `${slug} ${what}`, value);
  }
  const { length: count } = await get("signing-secrets");
  if (count > 0) note(found, `${slug} secrets`, { count });
  for (const key of await get("api-keys")) note(found, `${slug} key ${key.name}`, key);
  for (const invitation of await get("invitations")) note(found, `${slug} invitation ${invitation.email}`, invitation);
  for (const member of await get("members")) note(found, `${slug} member ${member.userId}`, member);
  for (const board of await get("boards")) {
    const name = `${slug} board ${board.slug}`;
    note(found, name, board);
    for (const { externalUserId } of await get(`boards/${board.slug}/guests`))
      note(found, `${name} guest ${externalUserId}`, {});
    await readItems(reader, name, `/${slug}/${board.slug}`);
  }
}

/** Items are known by their category, which no story changes. */
async function readItems({ origin, token, known, found }: Reader, board: string, path: string): Promise<void> {
  const items = new Map((await listAll(origin, path, token)).map((item) => [item.id, item]));
  for (const id of new Set([...items.keys(), ...(known.get(board) ?? [])])) {
    const { status, body } = await send(origin, "GET", `${path}/feedback/${String(id)}`, { token });
    if (status === 200) items.set(id, body);
  }
  for (const item of items.values()) note(found, `${board} item ${String(item.category)}`, item);
  if (items.size === 0) return;
  const votes = await ask(origin, "GET", `${path}/votes?ids=${[...items.keys()].join(",")}&externalUserId=ada`, {
    token,
  });
  for (const { id, category, voteCount, isHidden } of items.values()) {
    // The look-up says nothing of what is hidden; nobody else has voted for it.
    const weight: unknown = isHidden === true ? voteCount || undefined : votes[id];
    if (weight !== undefined) note(found, `${board} item ${String(category)} vote ada`, { weight });
  }
}

/** The public list of a board, page after page. */
async function listAll(origin: string, path: string, token?: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const query: string = `sort=created_at&limit=100${cursor === "" ? "" : `&cursor=${cursor}`}`;
    const answer = await send(origin, "GET", `${path}/feedback?${query}`, token === undefined ? {} : { token });
    if (answer.status !== 200) throw new Error(`the list of ${path} answered ${answer.text}`);
    items.push(...(answer.body as Item[]));
    cursor = answer.headers.get("x-next-cursor");
  }
  return items;
}

async function eachOf<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const work = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await act(item);
  };
  await Promise.all(Array.from({ length: READERS }, work));
}
