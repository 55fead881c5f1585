/**
 * The product's Workspace object with two methods more: fill a board by SQL, for posting a million items would take an hour, and read a page many times, so that the
 * object's own time stands out from the call's. Never deployed.
 */
import { Workspace } from "../../objects/workspace.ts";
import { type Cost, MeteredSql } from "../../objects/shared/metered-storage.ts";
import { COUNTS, SHAPES } from "./shapes.ts";

type GrowthEnv = { readonly GROWN: DurableObjectNamespace<Grown> };

const CALL = {
  requestId: "growth",
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

let lastCost: Cost | null = null;
// oxlint-disable-next-line typescript/unbound-method -- called with its object below
const { take } = MeteredSql.prototype;
MeteredSql.prototype.take = function noted(this: MeteredSql): Cost {
  lastCost = take.call(this);
  return lastCost;
};

/** One of five planned, three of four in a category; counts and times spread over the board. */
const FILL = `
  with recursive n(i) as (select ?1 union all select i + 1 from n where i < ?2)
  insert into feedback_items
  select i, 1, 'Idea ' || i || ' ' || substr('export calendar mobile search', 1 + i % 20), 'What it should do, in a sentence or two.',
    case i % 5 when 0 then 'planned' else 'open' end, case i % 4 when 0 then null when 1 then 'mobile' else 'api' end,
    (i * 7919) % ${String(COUNTS)}, 0, 300 + ((i * 104729) % 1000003) / 1000003.0, null, null, 0, 'approved', 0, 1, i, i, i, i * 1000, (i * 15485863) % 1000000007
  from n`;
const INDEX = `
  insert into feedback_search (rowid, title, description, scope)
  select id, title, description, 'b1' from feedback_items where id between ?1 and ?2`;

export class Grown extends Workspace {
  async fill(from: number, to: number): Promise<void> {
    if (from === 1) {
      await this.createWorkspace(CONFIGURE, { slug: this.name, name: "Grown" });
      this.createBoard(CONFIGURE, { slug: "ideas", name: "Ideas" });
    }
    const { sql } = this.ctx.storage;
    this.ctx.storage.transactionSync(() => {
      sql.exec(FILL, from, to);
      sql.exec(INDEX, from, to);
      sql.exec("update settings set seq = ?1, last_feedback_id = ?1", to);
    });
  }

  /** The cost of one reading of the page, after `times` of them. */
  read(shape: string, items: number, times: number): Cost | null {
    const query = SHAPES[shape]?.(items);
    if (query === undefined) return null;
    let page = this.listFeedback(READ, "ideas", query);
    for (let n = 1; n < times; n++) page = this.listFeedback(READ, "ideas", query);
    const full = page.ok && (JSON.parse(page.value.items) as unknown[]).length === query.limit;
    if (!full) throw new Error(`not a full page: ${JSON.stringify(page)}`);
    return lastCost;
  }
}

/** `/fill?items&from&to` and `/read?items&shape&times`; a board is named by its size. */
export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const number = (name: string) => Number(searchParams.get(name));
    const object = env.GROWN.getByName(`items-${String(number("items"))}`);
    if (pathname === "/fill") {
      await object.fill(number("from"), number("to"));
      return Response.json(null);
    }
    return Response.json(await object.read(searchParams.get("shape") ?? "", number("items"), number("times")));
  },
} satisfies ExportedHandler<GrowthEnv>;
