/** The product's Workspace object with three methods more: fill a board by SQL, and ask for similar posts, as the product does and of plain FTS5. Never deployed. */
import { Workspace } from "../../objects/workspace.ts";
import { type Cost, MeteredSql } from "../../objects/shared/metered-storage.ts";
import { contentTokens } from "../../src/domain/search.ts";
import { type Answers, retold, type Text, textOf } from "./texts.ts";

type SimilarEnv = { readonly LIKENESS: DurableObjectNamespace<Likeness> };

const CALL = {
  requestId: "similar",
  caller: { kind: "operator" },
  openWorkspaces: false,
  site: null,
  visitor: null,
  limit: null,
  route: "",
  idempotency: null,
} as const;
const CONFIGURE = { ...CALL, action: "workspace.configure" } as const;
const READ = { ...CALL, caller: { kind: "anonymous" }, action: "board.read" } as const;
const FOUND_MAX = 11;

let lastCost: Cost | null = null;
// oxlint-disable-next-line typescript/unbound-method -- called with its object below
const { take } = MeteredSql.prototype;
MeteredSql.prototype.take = function noted(this: MeteredSql): Cost {
  lastCost = take.call(this);
  return lastCost;
};

const INSERT = `
  insert into feedback_items (id, board_id, title, description, status, category, vote_count, comment_count, trending, pinned, moderation_state,
    is_hidden, visible, seq, content_seq, visible_seq, created_at, updated_at)
  values (?1, 1, ?2, ?3, 'open', null, 0, 0, 0, 0, 'approved', 0, 1, ?1, ?1, ?1, ?1, ?1)`;
const INDEX = "insert into feedback_search (rowid, title, description, scope) values (?1, ?2, ?3, ?4)";

export class Likeness extends Workspace {
  async open(): Promise<void> {
    await this.createWorkspace(CONFIGURE, { slug: this.name, name: "Likeness" });
    this.createBoard(CONFIGURE, { slug: "ideas", name: "Ideas" });
    this.ctx.storage.sql.exec(
      "create virtual table plain using fts5(title, description, tokenize = 'porter unicode61')",
    );
  }

  /** `plain`: into plain FTS5, too. */
  fill(from: number, texts: readonly Text[], plain: boolean): void {
    const { sql } = this.ctx.storage;
    this.ctx.storage.transactionSync(() => {
      for (const [index, { title, description }] of texts.entries()) {
        const id = from + index;
        sql.exec(INSERT, id, title, description);
        sql.exec(INDEX, id, title, description, ["b1", "s6f70656e", ...contentTokens(title, description)].join(" "));
        if (plain)
          sql.exec("insert into plain (rowid, title, description) values (?1, ?2, ?3)", id, title, description);
      }
      sql.exec("update settings set seq = ?1, last_feedback_id = ?1", from + texts.length - 1);
    });
  }

  fillMadeUp(from: number, to: number): void {
    const texts = Array.from({ length: to - from + 1 }, (_, index) => textOf(from + index));
    this.fill(from, texts, false);
  }

  ask(titles: readonly string[]): Answers {
    const rowsRead: number[] = [];
    const ids = titles.map((title) => {
      const found = this.findSimilar(READ, "ideas", { title, limit: FOUND_MAX });
      if (!found.ok) throw new Error(JSON.stringify(found));
      rowsRead.push(lastCost?.rowsRead ?? NaN);
      return found.value.items.map(({ id }) => id);
    });
    return { ids, rowsRead };
  }

  /** Any of the title's words, best first by BM25, the title five times as much. */
  askPlain(titles: readonly string[]): Answers {
    const ids = titles.map((title) => {
      const words = new Set(title.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu));
      const match = Array.from(words, (word) => `"${word}"`).join(" OR ");
      const query = "select rowid from plain where plain match ? order by bm25(plain, 5.0, 1.0) limit ?";
      return Array.from(this.ctx.storage.sql.exec(query, match, FOUND_MAX).raw(), ([id]) => Number(id));
    });
    return { ids, rowsRead: [] };
  }
}

/** `/open`, `/fill` (made up), `/load`, `/ask`, `/retold`, `/plain`, each of `?of=<object>`. */
export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const number = (name: string) => Number(searchParams.get(name));
    const object = env.LIKENESS.getByName(searchParams.get("of") ?? "");
    switch (pathname) {
      case "/open":
        await object.open();
        return Response.json(null);
      case "/fill":
        await object.fillMadeUp(number("from"), number("to"));
        return Response.json(null);
      case "/load": {
        const { from, texts } = await request.json<{ from: number; texts: Text[] }>();
        await object.fill(from, texts, true);
        return Response.json(null);
      }
      case "/plain":
        return Response.json(await object.askPlain(await request.json()));
      case "/retold": {
        const step = Math.floor(number("items") / number("times"));
        const titles = Array.from({ length: number("times") }, (_, index) => retold(1 + index * step));
        return Response.json(await object.ask(titles));
      }
      default:
        return Response.json(await object.ask(await request.json()));
    }
  },
} satisfies ExportedHandler<SimilarEnv>;
