/** The migration runner, on the storage of real objects. Ids are those of test/SPEC.md. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { isMigrated, migrate, type Migration } from "../../schema/migrate.ts";
import { MIGRATIONS } from "../../schema/workspace/manifest.ts";
import { board, call, OPERATOR, uniqueSlug, upgrade } from "../support/workerd.ts";

const FIRST: Migration = {
  name: "0000_first",
  sha256: "a",
  statements: ["create table one (id integer primary key)", "create table two (id integer)"],
};
const SECOND: Migration = {
  name: "0001_second",
  sha256: "b",
  statements: ["insert into one values (1)", "alter table two add column name text"],
};
const THIRD: Migration = { name: "0002_third", sha256: "c", statements: ["create index two_by_name on two (name)"] };

/** The empty database of an object whose name nobody has used. */
function fresh<T>(run: (storage: DurableObjectStorage) => T): Promise<T> {
  return runInDurableObject(env.WORKSPACE.getByName(uniqueSlug()), (_, { storage }) => run(storage));
}

function ledger({ sql }: DurableObjectStorage): unknown[] {
  return [...sql.exec("select name, sha256 from _migrations order by position").raw()];
}

function schema({ sql }: DurableObjectStorage): unknown[] {
  return [
    ...sql.exec("select name, sql from sqlite_master where name not like '\\_cf%' escape '\\' order by name").raw(),
  ];
}

describe("migrations", () => {
  it("[M1] a fresh database gets all of them, in order; a second run does nothing", async () => {
    await fresh((storage) => {
      expect(isMigrated(storage)).toBe(false);
      migrate(storage, [FIRST, SECOND]);
      expect(isMigrated(storage)).toBe(true);
      expect(ledger(storage)).toEqual([
        ["0000_first", "a"],
        ["0001_second", "b"],
      ]);
      expect(storage.sql.exec("select * from one").toArray()).toEqual([{ id: 1 }]);
      const before = [schema(storage), ledger(storage)];
      // `insert into one` would fail if it ran again.
      migrate(storage, [FIRST, SECOND]);
      expect([schema(storage), ledger(storage)]).toEqual(before);
    });
  });

  it("[M2] an older database gets what is new, and keeps what it holds", async () => {
    await fresh((storage) => {
      migrate(storage, [FIRST]);
      storage.sql.exec("insert into two values (7)");
      migrate(storage, [FIRST, SECOND, THIRD]);
      expect(storage.sql.exec("select id, name from two").toArray()).toEqual([{ id: 7, name: null }]);
      expect(ledger(storage)).toHaveLength(3);
    });
  });

  it("[M3] one that fails half-way leaves the database as it was, of several none, and names the statement", async () => {
    const broken: Migration = {
      name: "0002_broken",
      sha256: "x",
      statements: ["create table three (id integer)", "insert into one values (2)", "insert into nowhere values (1)"],
    };
    await fresh((storage) => {
      migrate(storage, [FIRST]);
      const before = [schema(storage), ledger(storage)];
      expect(() => migrate(storage, [FIRST, SECOND, broken])).toThrow(
        "migration 0002_broken, statement 3 failed: insert into nowhere values (1)",
      );
      expect([schema(storage), ledger(storage)]).toEqual(before);
      expect(storage.sql.exec("select * from one").toArray()).toEqual([]);
      migrate(storage, [FIRST, SECOND, THIRD]);
      expect(ledger(storage)).toHaveLength(3);
    });
    await fresh((storage) => {
      expect(() => migrate(storage, [FIRST, broken])).toThrow("0002_broken");
      expect(schema(storage)).toEqual([]);
    });
  });

  it("[M4] one that was applied may not change: not its text, not its name, not its place", async () => {
    await fresh((storage) => {
      migrate(storage, [FIRST, SECOND]);
      const before = [schema(storage), ledger(storage)];
      for (const changed of [
        [FIRST, { ...SECOND, sha256: "other" }],
        [FIRST, { ...SECOND, name: "0001_other" }],
        [SECOND, FIRST],
        [{ ...FIRST, sha256: "other" }, SECOND, THIRD],
      ]) {
        expect(() => migrate(storage, changed)).toThrow(/applied migrations must not change/u);
        expect([schema(storage), ledger(storage)]).toEqual(before);
      }
    });
  });

  it("[M5] a database one step ahead of the code is served, as while a deploy rolls back; one further is refused", async () => {
    await fresh((storage) => {
      migrate(storage, [FIRST, SECOND, THIRD]);
      const before = [schema(storage), ledger(storage)];
      migrate(storage, [FIRST, SECOND]);
      expect(() => migrate(storage, [FIRST])).toThrow(/database has 3 migrations, this code knows 1: it is too new/u);
      expect([schema(storage), ledger(storage)]).toEqual(before);
    });
  });

  it("[M6] the workspace's own: applied once, every index and table named in the schema is there", async () => {
    const { stub } = await board();
    const applied = await runInDurableObject(stub, (_, { storage }) => ledger(storage));
    expect(applied).toEqual(MIGRATIONS.map(({ name, sha256 }) => [name, sha256]));
    const created = MIGRATIONS.flatMap(({ statements }) => statements).flatMap(
      (text) => /^CREATE (?:VIRTUAL )?(?:UNIQUE )?(?:TABLE|INDEX) `(?<name>\w+)`/u.exec(text)?.groups?.["name"] ?? [],
    );
    const there = new Set(
      await runInDurableObject(stub, (_, { storage }) =>
        storage.sql
          .exec("select name from sqlite_master")
          .toArray()
          .map((row) => row["name"]),
      ),
    );
    expect(created.length).toBeGreaterThan(20);
    expect(created.filter((name) => !there.has(name))).toEqual([]);
  });

  it("[M7] asking for a workspace that nobody made leaves no table, whatever is asked", async () => {
    const slug = uniqueSlug();
    const [workspace, path] = [`/api/v1/workspaces/${slug}`, `/api/v1/${slug}/ideas`];
    const asked = [
      await call("GET", workspace, undefined, OPERATOR),
      await call("PATCH", workspace, { name: "Other" }, OPERATOR),
      await call("DELETE", workspace, undefined, OPERATOR),
      await call("GET", `${workspace}/boards`),
      await call("POST", `${workspace}/boards`, { slug: "ideas", name: "Ideas" }, OPERATOR),
      await call("GET", `${path}/feedback`),
      await call("GET", `${path}/feedback?q=dark`),
      await call("GET", `${path}/feedback/1`),
      await call("PATCH", `${path}/feedback/1`, { title: "Other" }, OPERATOR),
      await call("POST", `${path}/feedback/1/votes`, { externalUserId: "ada" }),
      await call("DELETE", `${path}/feedback/1/votes`, { externalUserId: "ada" }),
      await call("GET", `${path}/votes?ids=1&externalUserId=ada`),
      await call("GET", `/w/${slug}/ideas`),
      await upgrade(path),
    ];
    expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 404));
    const left = await runInDurableObject(env.WORKSPACE.getByName(slug), async (_, { storage }) => [
      schema(storage),
      await storage.getAlarm(),
    ]);
    expect(left).toEqual([[], null]);
  });
});
