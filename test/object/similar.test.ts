/** Similar posts on the real Worker: what is found, for whom, at what cost, and that no text makes it fail. Ids are those of test/SPEC.md. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { migrate } from "../../schema/migrate.ts";
import { MIGRATIONS } from "../../schema/workspace/manifest.ts";
import { termsOf } from "../../src/domain/terms.ts";
import {
  REINDEX_ROWS_PER_SLICE,
  SIMILAR_COMPARED_MAX,
  SIMILAR_DEFAULT,
  SIMILAR_ITEMS_PER_TERM,
  SIMILAR_MAX,
  SIMILAR_TERMS_MAX,
  TITLE_CHARS_MAX,
} from "../../src/limits.ts";
import { bearer, identity, makeSecret } from "../support/identity.ts";
import { board, call, OPERATOR, post, uniqueSlug } from "../support/workerd.ts";
import { rowsRead, statementsOf } from "./large-board.ts";

type Found = { readonly title: string; readonly board: string; readonly score: number };

async function similar(path: string, title: string, more: Record<string, string> = {}, headers = {}): Promise<Found[]> {
  const query = new URLSearchParams({ title, ...more });
  const { status, body } = await call("GET", `${path}/similar?${query}`, undefined, headers);
  expect([status, body]).toEqual([200, expect.any(Array)]);
  return body as Found[];
}
const titles = (found: readonly Found[]) => found.map(({ title }) => title);

async function addBoard(workspace: string, slug: string, more = {}): Promise<string> {
  await call("POST", `/api/v1/workspaces/${workspace}/boards`, { slug, name: slug, ...more }, OPERATOR);
  return `/api/v1/${workspace}/${slug}`;
}

describe("similar posts", () => {
  it("[SI1] finds what says the same in other forms of the words, with a typo, as one word or two, or in the description; on all boards, best first", async () => {
    const { workspace, path } = await board();
    const bugs = await addBoard(workspace, "bugs");
    await post(path, "Dark mode for the dashboard");
    await post(path, "Exporting invoices to CSV");
    await post(bugs, "The drop down of countries is empty");
    await post(bugs, "Weekly summary", { description: "Send me a digest of what my colleagues commented on." });
    for (const word of ["Pagination", "Tooltips", "Avatars", "Webhooks"]) await post(path, `${word} for tables`);
    expect(titles(await similar(path, "Export an invoice as csv"))[0]).toBe("Exporting invoices to CSV");
    expect(titles(await similar(path, "dashbord in dark mode"))[0]).toBe("Dark mode for the dashboard");
    expect(titles(await similar(path, "Country dropdown shows nothing"))[0]).toBe(
      "The drop down of countries is empty",
    );
    expect(titles(await similar(path, "digest of comments"))[0]).toBe("Weekly summary");
    const [best] = await similar(bugs, "Dark mode for the dashboard");
    expect(best).toMatchObject({ board: "ideas", title: "Dark mode for the dashboard", voteCount: 0, status: "open" });
    const scores = (await similar(path, "Tooltips for tables")).map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(scores[0]).toBeLessThanOrEqual(1);
    expect(await similar(path, "Kubernetes operator")).toEqual([]);
  });

  it("[SI2] says of an item what the public sees of it now: nothing of hidden, pending, merged and deleted ones, and the new words of edited ones", async () => {
    const { path } = await board();
    const ids = new Map<string, number>();
    for (const name of ["hidden", "pending", "merged", "deleted", "edited", "kept"])
      ids.set(name, await post(path, `Keyboard shortcuts ${name}`));
    const item = (name: string) => `${path}/feedback/${String(ids.get(name))}`;
    expect(await similar(path, "keyboard shortcut", { limit: "20" })).toHaveLength(6);
    await call("PATCH", item("hidden"), { isHidden: true }, OPERATOR);
    await call("PATCH", item("pending"), { moderationState: "pending" }, OPERATOR);
    await call("POST", `${item("merged")}/merge`, { intoId: ids.get("kept") }, OPERATOR);
    await call("DELETE", item("deleted"), undefined, OPERATOR);
    await call("PATCH", item("edited"), { title: "Mouse gestures" }, OPERATOR);
    for (const headers of [{}, OPERATOR])
      expect(titles(await similar(path, "keyboard shortcut", {}, headers))).toEqual(["Keyboard shortcuts kept"]);
    expect(titles(await similar(path, "gesture of a mouse"))).toEqual(["Mouse gestures"]);
    await call("PATCH", item("hidden"), { isHidden: false }, OPERATOR);
    expect(await similar(path, "keyboard shortcut")).toHaveLength(2);
    const [found] = await similar(path, "keyboard shortcut");
    expect(Object.keys(found ?? {})).not.toContain("authorEmail");
  });

  it("[SI3] what is on a private board is there for the team and its guests; for others it is not, nor does it take a place or weigh a word", async () => {
    const { workspace, path } = await board();
    const secret = await makeSecret(workspace);
    const hidden = await addBoard(workspace, "inner", { visibility: "private" });
    await call("POST", `/api/v1/workspaces/${workspace}/boards/inner/guests`, { externalUserId: "ada" }, OPERATOR);
    await post(path, "Single sign-on with SAML");
    const before = await similar(path, "SAML sign-on");
    // More than are looked up of a term, and newer.
    for (let n = 0; n <= SIMILAR_ITEMS_PER_TERM; n++)
      await call("POST", `${hidden}/feedback`, { title: `SAML sign-on single plan ${n}` }, OPERATOR);
    const as = async (sub: string) => bearer(await identity(secret, workspace, sub));
    for (const headers of [{}, await as("bob")])
      expect(titles(await similar(path, "SAML sign-on", {}, headers))).toEqual(titles(before));
    for (const headers of [OPERATOR, await as("ada")])
      expect(await similar(path, "SAML sign-on", {}, headers)).toHaveLength(SIMILAR_DEFAULT);
    expect((await call("GET", `${hidden}/similar?title=SAML`)).status).toBe(404);
    await call("DELETE", `/api/v1/workspaces/${workspace}/boards/inner`, undefined, OPERATOR);
    expect(await similar(path, "SAML sign-on", {}, OPERATOR)).toHaveLength(1);
  });

  it("[SI4] reads a bounded number of rows among 100,000 items, whose words are all common", async () => {
    const { path, stub } = await board();
    await fillCommon(stub, 100_000);
    const title = Array.from({ length: 20 }, (_, n) => `common${n}`)
      .join(" ")
      .slice(0, TITLE_CHARS_MAX);
    const asked = await statementsOf(async () => {
      expect(await similar(path, title)).toHaveLength(SIMILAR_DEFAULT);
    });
    const lookUps = asked.filter(({ query }) => query.includes("feedback_search")).length;
    expect(lookUps).toBeLessThanOrEqual(2 * SIMILAR_TERMS_MAX + 21);
    // Each look-up has its bound; candidates are read once, and what is answered once more.
    expect(rowsRead(asked)).toBeLessThanOrEqual(
      lookUps * (SIMILAR_ITEMS_PER_TERM + 1) * 2 + 2 * SIMILAR_COMPARED_MAX + 3 * SIMILAR_MAX + 50,
    );
    const few = await statementsOf(async () => void (await similar(path, "rare word common3")));
    expect(rowsRead(few)).toBeLessThanOrEqual(2_000);
  });

  it("[SI5] no text makes it fail: it finds, finds nothing, or is refused by name", async () => {
    const { path } = await board();
    await post(path, "Some words to be found", { description: 'NEAR, OR, AND: "quotes" 日本語 \uE000some' });
    const text = fc.oneof(
      fc.string({ maxLength: TITLE_CHARS_MAX, unit: "binary" }),
      fc.string({ maxLength: 80, unit: "grapheme" }),
      fc
        .array(
          fc.constantFrom(
            '"',
            "*",
            "(",
            ")",
            "NOT",
            "OR",
            "NEAR(",
            "scope:",
            "some",
            "\uE000",
            "日本",
            "語",
            "'",
            "--",
            "%",
          ),
        )
        .map((parts) => parts.join(" ")),
    );
    await fc.assert(
      fc.asyncProperty(text, async (title) => {
        const { status, body } = await call("GET", `${path}/similar?${new URLSearchParams({ title })}`);
        if (status === 200) expect(body).toEqual(expect.any(Array));
        else expect([status, body.errors[0].path]).toEqual([400, "query.title"]);
        const item = title.length <= TITLE_CHARS_MAX ? await call("POST", `${path}/feedback`, { title }) : null;
        if (item?.status === 201) await call("DELETE", `${path}/feedback/${item.body.id}`, undefined, OPERATOR);
      }),
      { numRuns: 300 },
    );
  });

  it("[SI6] takes a title and a limit up to 20, and refuses what else is said by name", async () => {
    const { path } = await board();
    for (let n = 0; n < 25; n++) await post(path, `Calendar view ${n}`);
    expect(await similar(path, "calendar view")).toHaveLength(SIMILAR_DEFAULT);
    expect(await similar(path, "calendar view", { limit: String(SIMILAR_MAX) })).toHaveLength(SIMILAR_MAX);
    for (const query of [
      "",
      "title=",
      `title=${"x".repeat(201)}`,
      "title=x&limit=21",
      "title=x&limit=0",
      "title=x&board=y",
    ])
      expect((await call("GET", `${path}/similar?${query}`)).status).toBe(400);
    expect((await call("GET", `${path.replace("ideas", "none")}/similar?title=x`)).status).toBe(404);
  });

  it("[SI7] what was posted before there was an index for it is found once the alarm has been through, slice by slice", async () => {
    const { path, stub } = await board();
    const count = 2 * REINDEX_ROWS_PER_SLICE + 5;
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      insertItems(sql, count, "'Old item ' || i || ' about telescopes'");
      // As the version before indexed them, and as its migration leaves the schedule.
      sql.exec(
        "insert into feedback_search (rowid, title, description, scope) select id, title, description, 'b1' from feedback_items",
      );
      sql.exec("insert into schedule values ('reindex:0', 1)");
    });
    expect(await similar(path, "telescopes")).toEqual([]);
    await post(path, "Unrelated");
    await expect
      .poll(async () => {
        await runDurableObjectAlarm(stub);
        return runInDurableObject(stub, (_, { storage: { sql } }) =>
          sql.exec("select task from schedule where task like 'reindex%'").toArray(),
        );
      })
      .toEqual([]);
    expect(titles(await similar(path, `item ${count} telescope`))[0]).toBe(`Old item ${count} about telescopes`);
    expect(titles(await similar(path, "item 1 telescope", { limit: "20" }))[0]).toBe("Old item 1 about telescopes");
    expect((await call("GET", `${path}/feedback?q=telesc`)).body).toHaveLength(20);
  });

  it("[SI7] the migration schedules that where there is something to index, and the object that is woken arms its alarm", async () => {
    const before = MIGRATIONS.findIndex(({ statements }) => statements.some((one) => one.includes("'reindex:0'")));
    expect(before).toBeGreaterThan(0);
    for (const count of [0, 3]) {
      const name = uniqueSlug();
      const stub = env.WORKSPACE.getByName(name);
      await runInDurableObject(stub, (_, { storage }) => {
        migrate(storage, MIGRATIONS.slice(0, before));
        const { sql } = storage;
        sql.exec(
          "insert into settings (id, name, active, seq, last_feedback_id, created_at, updated_at) values (1, 'Old', 1, 0, 0, 0, 0)",
        );
        sql.exec(
          "insert into boards (slug, name, description, feedback_count, vote_count, resume_floor_seq, created_at, updated_at) values ('ideas', 'Ideas', '', 0, 0, 0, 0, 0)",
        );
        if (count > 0) insertItems(sql, count, "'Telescope ' || i");
      });
      await evictDurableObject(stub);
      const path = `/api/v1/${name}/ideas`;
      await similar(path, "a telescope");
      // By itself: nothing was written since.
      await expect.poll(async () => (await similar(path, "a telescope")).length).toBe(count);
    }
  });
});

describe("search", () => {
  it("[SI8] finds items by what the public says of them, each once; not by internal, hidden or deleted comments, nor on another board or in another status", async () => {
    const { workspace, path } = await board();
    const other = await addBoard(workspace, "other");
    const [one, two] = [await post(path, "Faster imports"), await post(other, "Slow imports")];
    const say = async (board: string, id: number, body: string, more = {}) =>
      (await call("POST", `${board}/feedback/${id}/comments`, { body, ...more }, OPERATOR)).body.id as number;
    const found = async (q: string, more = {}) => {
      const { body } = await call("GET", `${path}/feedback?${new URLSearchParams({ q, ...more })}`);
      return (body as { id: number }[]).map(({ id }) => id);
    };
    const comment = await say(path, one, "Ours takes an hour with a zeppelin of rows");
    await say(path, one, "A second zeppelin");
    await say(path, one, "Internally a dirigible", { isInternal: true });
    await say(other, two, "zeppelin here too");
    expect(await found("zepp")).toEqual([one]);
    expect(await found("hour ZEPPELIN")).toEqual([one]);
    expect(await found("zeppelin", { status: "open" })).toEqual([one]);
    expect(await found("zeppelin", { status: "planned" })).toEqual([]);
    expect(await found("dirigible")).toEqual([]);
    await call("PATCH", `${path}/feedback/${one}`, { isHidden: true }, OPERATOR);
    expect(await found("zeppelin")).toEqual([]);
    await call("PATCH", `${path}/feedback/${one}`, { isHidden: false }, OPERATOR);
    await call("DELETE", `${path}/feedback/${one}/comments/${comment}`, undefined, OPERATOR);
    expect(await found("hour")).toEqual([]);
    expect(await found("second zeppelin")).toEqual([one]);
  });

  it("[SI9] finds what is written without spaces in the middle of a sentence, in items and comments; so does similar", async () => {
    const { path } = await board();
    const id = await post(path, "ダッシュボードにダークモードを追加してほしい", {
      description: "夜間の作業で目が疲れます。",
    });
    await post(path, "한국어 번역을 추가해 주세요");
    await call("POST", `${path}/feedback/${id}/comments`, { body: "設定画面でも使いたいです" }, OPERATOR);
    const found = async (q: string) =>
      (await call("GET", `${path}/feedback?${new URLSearchParams({ q })}`)).body.length;
    for (const q of ["ダークモード", "作業", "追加して", "目", "번역", "画面", "ダーク 追加"])
      expect([q, await found(q)]).toEqual([q, 1]);
    for (const q of ["ドーモ", "検索", "間作"]) expect([q, await found(q)]).toEqual([q, 0]);
    expect(titles(await similar(path, "ダークモードがほしい"))).toEqual([
      "ダッシュボードにダークモードを追加してほしい",
    ]);
  });
});

/** Items on the board `ideas`, not indexed. */
function insertItems(sql: SqlStorage, count: number, title: string): void {
  sql.exec(
    `insert into feedback_items (id, board_id, title, description, status, category, vote_count, comment_count, trending, pinned, moderation_state,
       is_hidden, visible, seq, content_seq, visible_seq, created_at, updated_at)
     with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1)
     select i, (select id from boards where slug = 'ideas'), ${title}, 'Text', 'open', null, 0, 0, 0, 0, 'approved', 0, 1, i, i, i, i, i from n`,
    count,
  );
  sql.exec("update settings set seq = seq + ?1, last_feedback_id = ?1", count);
}

/** Each item has every second of twenty words, so that each is in half of them. */
async function fillCommon(stub: Awaited<ReturnType<typeof board>>["stub"], count: number): Promise<void> {
  const words = Array.from({ length: 20 }, (_, n) => `common${n}`);
  const tokens = words.map((word) => `\uE000${termsOf(word).stems[0] ?? ""} \uE001${termsOf(word).stems[0] ?? ""}`);
  const half = (parts: readonly string[]) =>
    parts.map((part, n) => `iif(i * 2654435761 >> ${n} & 1, '${part} ', '')`).join(" || ");
  await runInDurableObject(stub, (_, { storage: { sql } }) => {
    insertItems(sql, count, half(words));
    sql.exec(
      `insert into feedback_search (rowid, title, description, scope)
       select i, '', '', 'b1 ' || ${half(tokens)} from (select id as i from feedback_items)`,
    );
  });
}
