/**
 * The objects' databases as a killed server left them on disk: whether each is whole, whether its counters count what they say, and whether what spans two objects agrees. Looks at a copy,
 * for opening a database recovers it.
 */
import { createHash, createHmac } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { noOrphans, recount } from "../model/recount.ts";

/** Other databases are the runtime's own. */
const OBJECT_FILE = /^([0-9a-f]{64})\.sqlite$/u;
const SPOILED_BYTES = 8_192;
const HOUR_MS = 60 * 60 * 1_000;

type Row = Record<string, unknown>;
export type DiskFindings = {
  readonly databases: number;
  /** Messages that their senders still have in their outboxes. */
  readonly onTheirWay: number;
  /** Databases that are not what they must be, with what is wrong. */
  readonly broken: readonly string[];
};

class StoredObject {
  readonly kind: string;
  readonly id: string;
  readonly #database: DatabaseSync;

  constructor(kind: string, id: string, path: string) {
    this.kind = kind;
    this.id = id;
    this.#database = new DatabaseSync(path);
  }

  rows(query: string): Row[] {
    return this.#database.prepare(query).all();
  }

  has(table: string): boolean {
    return this.rows(`select 1 from sqlite_master where type = 'table' and name = '${table}'`).length > 0;
  }

  /** As the objects' own tests see storage. */
  sql() {
    return {
      exec: (query: string) => ({
        toArray: () => this.rows(query),
        [Symbol.iterator]: () => this.rows(query).values(),
      }),
    };
  }

  close(): void {
    this.#database.close();
  }
}

/** `names`: of workspaces and people, for files are named after hashes. The server must not run. */
export function inspectDisk(
  dataDir: string,
  names: { workspaces: readonly string[]; users: readonly string[] },
): DiskFindings {
  const scratch = mkdtempSync(join(tmpdir(), "groundswell-disk-"));
  cpSync(join(dataDir, "objects"), scratch, { recursive: true });
  const objects = openAll(join(scratch, "do"));
  try {
    const broken = [...objects.values()].flatMap(faultsOf);
    const named = (kind: string, all: readonly string[]) =>
      new Map(all.flatMap((name) => [[name, objects.get(idOf(kind, name))] as const]));
    const workspaces = named("Workspace", names.workspaces);
    const users = named("User", names.users);
    broken.push(...membershipFaults(workspaces, users), ...identityFaults([...objects.values()], objects));
    const outboxes = [...objects.values()].flatMap((object) =>
      object.has("outbox") ? object.rows("select * from outbox") : [],
    );
    return { databases: objects.size, onTheirWay: outboxes.length, broken };
  } finally {
    for (const object of objects.values()) object.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Sets every alarm to an hour earlier: the server was off for that long. It must not run. */
export function passAnHour(dataDir: string): void {
  const folder = join(dataDir, "objects", "do");
  for (const namespace of readdirSync(folder)) {
    for (const file of readdirSync(join(folder, namespace)).filter((name) => name.endsWith(".sqlite"))) {
      const database = new DatabaseSync(join(folder, namespace, file));
      const has = (table: string) =>
        database.prepare("select 1 from sqlite_master where name = ?").get(table) !== undefined;
      // The runtime keeps an alarm's time twice, in nanoseconds; our own table says what is due.
      if (has("_cf_ALARM"))
        database.exec(`update _cf_ALARM set scheduled_time = scheduled_time - ${String(HOUR_MS)}000000`);
      if (has("_cf_METADATA"))
        database.exec(`update _cf_METADATA set value = value - ${String(HOUR_MS)}000000 where key = 1`);
      if (has("schedule")) database.exec(`update schedule set due_at = due_at - ${String(HOUR_MS)}`);
      database.close();
    }
  }
}

/**
 * A disk that takes no writes of one object, while the server runs: somebody else holds the database's lock. `name` null: of all objects of that kind. Answers how to end it.
 */
export function refuseWrites(dataDir: string, kind: string, name: string | null): () => void {
  const folder = join(dataDir, "objects", "do", `-${kind}`);
  const files = readdirSync(folder).filter((file) =>
    name === null ? OBJECT_FILE.test(file) : file === `${idOf(kind, name)}.sqlite`,
  );
  if (files.length === 0) throw new Error(`no database of ${kind} ${name ?? ""}`);
  const held = files.map((file) => {
    const database = new DatabaseSync(join(folder, file));
    database.exec("begin immediate");
    return database;
  });
  return () => {
    for (const database of held) {
      database.exec("rollback");
      database.close();
    }
  };
}

/** Leaves nothing readable of what KV holds. The server must not run. Answers how many files there were. */
export function spoilKv(dataDir: string): number {
  const folder = join(dataDir, "objects", "kv");
  // Without their namespaces' own databases the runtime would not start.
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(({ name }) =>
    /^[0-9a-f]{64}\.sqlite/u.test(name),
  );
  for (const { parentPath, name } of files)
    writeFileSync(join(parentPath, name), Buffer.alloc(SPOILED_BYTES, "spoiled"));
  return files.length;
}

function openAll(folder: string): Map<string, StoredObject> {
  const objects = new Map<string, StoredObject>();
  for (const namespace of readdirSync(folder)) {
    for (const file of readdirSync(join(folder, namespace))) {
      const id = OBJECT_FILE.exec(file)?.[1];
      if (id !== undefined)
        objects.set(id, new StoredObject(namespace.replace(/^-/u, ""), id, join(folder, namespace, file)));
    }
  }
  return objects;
}

/** The id that workerd gives to a named object. */
function idOf(kind: string, name: string): string {
  const key = createHash("sha256").update(`-${kind}`).digest();
  const mac = (data: string | Buffer) => createHmac("sha256", key).update(data).digest().subarray(0, 16);
  const base = mac(name);
  return Buffer.concat([base, mac(base)]).toString("hex");
}

function faultsOf(object: StoredObject): string[] {
  const words = (thrown: unknown) => [`${object.kind} ${object.id}: ${String(thrown)}`];
  try {
    const [check] = object.rows("PRAGMA integrity_check");
    if (check?.["integrity_check"] !== "ok") return words(JSON.stringify(check));
    if (object.kind !== "Workspace" || !object.has("settings")) return [];
    recount(object.sql());
    const purging = object.rows("select 1 from schedule where task like 'purge-%'").length > 0;
    if (!purging) noOrphans(object.sql());
    return [];
  } catch (thrown) {
    return words(thrown);
  }
}

type Named = ReadonlyMap<string, StoredObject | undefined>;

/** Who is in a team has the workspace among theirs, with its name and their role, and nobody else has: unless a message is on its way. */
function membershipFaults(workspaces: Named, users: Named): string[] {
  const asWorkspacesSay: string[] = [];
  const onTheirWay = new Set<string>();
  for (const [slug, workspace] of workspaces) {
    if (workspace?.has("settings") !== true) continue;
    const [settings] = workspace.rows("select name, active from settings");
    for (const { user_id: user } of workspace.rows("select user_id from outbox"))
      onTheirWay.add(`${slug} ${String(user)}`);
    if (settings?.["active"] !== 1) continue;
    for (const { user_id: user, role } of workspace.rows("select user_id, role from members"))
      asWorkspacesSay.push(`${slug} ${String(user)} ${String(role)} of ${String(settings["name"])}`);
  }
  const asPeopleSay: string[] = [];
  for (const [user, object] of users) {
    if (object?.has("memberships") !== true) continue;
    for (const { workspace, name, role } of object.rows(
      "select workspace, name, role from memberships where left_at is null",
    ))
      asPeopleSay.push(`${String(workspace)} ${user} ${String(role)} of ${String(name)}`);
  }
  const settled = (one: string) => !onTheirWay.has(one.split(" ").slice(0, 2).join(" "));
  const missing = (says: string[], others: string[]) => {
    const known = new Set(others);
    return says.filter((one) => !known.has(one) && settled(one));
  };
  return [
    ...missing(asWorkspacesSay, asPeopleSay).map((one) => `only the workspace says: ${one}`),
    ...missing(asPeopleSay, asWorkspacesSay).map((one) => `only the person says: ${one}`),
  ];
}

/** Whoever an address belongs to has an account that knows the address, unless the message is on its way. */
function identityFaults(all: readonly StoredObject[], objects: ReadonlyMap<string, StoredObject>): string[] {
  return all.flatMap((identity) => {
    if (identity.kind !== "Identity" || !identity.has("identity")) return [];
    const [row] = identity.rows("select user_id, email from identity where user_id is not null");
    if (row === undefined || identity.rows("select 1 from outbox").length > 0) return [];
    const user = objects.get(idOf("User", String(row["user_id"])));
    const knows =
      user?.has("identities") === true &&
      user.rows("select subject from identities").some(({ subject }) => subject === row["email"]);
    return knows ? [] : [`the account of ${String(row["email"])} does not know it`];
  });
}
