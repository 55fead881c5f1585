/**
 * What a crash test's writers asked for and were told, and how it compares with what a server has afterwards. What is written is a cell: a name and a value. One writer at a time changes a cell, and leaves it alone once
 * a change was not answered: a write that was lost is never made good by a later one.
 */

/** Fields of what a cell names; null: it is not there. */
export type Value = Readonly<Record<string, unknown>> | null;
export type Changes = Readonly<Record<string, Value>>;
/** What the server has under each name; more than one value: it is there twice. */
export type Found = Map<string, Value[]>;

export type Findings = {
  readonly acknowledged: number;
  /** Asked for, never answered: may stand or not. */
  readonly unanswered: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** There though nobody asked for it. */
  readonly invented: readonly string[];
  /** Answers that were neither a yes nor silence. */
  readonly refused: readonly string[];
};

type Cell = { acknowledged: Value; asked: Value[]; everAcknowledged: boolean };

export class Ledger {
  readonly #cells = new Map<string, Cell>();
  readonly #kinds = new Map<string, number>();
  readonly #refused: string[] = [];
  #acknowledged = 0;

  /** Before a request that makes all these changes. Returns what to call with the answer, and with what only the answer tells, such as an id. */
  ask(kind: string, changes: Changes): (told?: Changes) => void {
    for (const [name, value] of Object.entries(changes)) this.#cell(name).asked.push(value);
    return (told = {}) => {
      this.#acknowledged += 1;
      this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
      for (const [name, value] of Object.entries(changes)) {
        const cell = this.#cell(name);
        cell.acknowledged = value === null ? null : { ...value, ...told[name] };
        cell.everAcknowledged = true;
        cell.asked = cell.asked.filter((asked) => asked !== value);
      }
    };
  }

  refuse(what: string): void {
    this.#refused.push(what);
  }

  /** What was last acknowledged under a name. */
  read(name: string): Value {
    return this.#cells.get(name)?.acknowledged ?? null;
  }

  /** All that may be there under a name. */
  possible(name: string): readonly Value[] {
    const cell = this.#cells.get(name);
    return cell === undefined ? [] : [cell.acknowledged, ...cell.asked];
  }

  /** How many writes were acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  names(): string[] {
    return [...this.#cells.keys()];
  }

  /** The removal of a thing and of all that it holds, whose names begin with its own. */
  removal(name: string): Changes {
    const within = this.names().filter((other) => other === name || other.startsWith(`${name} `));
    return Object.fromEntries(within.map((other) => [other, null]));
  }

  /** Acknowledged writes by kind. */
  kinds(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#kinds].toSorted(([one], [other]) => one.localeCompare(other)));
  }

  compare(found: Found): Findings {
    const lost: string[] = [];
    const invented: string[] = [];
    let unanswered = 0;
    for (const [name, { acknowledged, asked, everAcknowledged }] of this.#cells) {
      unanswered += asked.length;
      const actual = found.get(name)?.[0] ?? null;
      if ([acknowledged, ...asked].some((value) => stands(value, actual))) continue;
      const words = `${name}: ${JSON.stringify(actual)}, not ${JSON.stringify([acknowledged, ...asked])}`;
      (everAcknowledged ? lost : invented).push(words);
    }
    const unknown = [...found].filter(([name, values]) => values.length > 0 && !this.#cells.has(name));
    return {
      acknowledged: this.#acknowledged,
      unanswered,
      lost,
      doubled: [...found].filter(([, values]) => values.length > 1).map(([name]) => name),
      invented: [...invented, ...unknown.map(([name]) => name)],
      refused: this.#refused,
    };
  }

  #cell(name: string): Cell {
    const known = this.#cells.get(name);
    if (known !== undefined) return known;
    const cell: Cell = { acknowledged: null, asked: [], everAcknowledged: false };
    this.#cells.set(name, cell);
    return cell;
  }
}

/** Whether what is there says all that it was to say; it may say more. */
function stands(expected: Value, actual: Value): boolean {
  if (expected === null || actual === null) return expected === actual;
  return Object.entries(expected).every(([field, value]) => JSON.stringify(actual[field]) === JSON.stringify(value));
}

/** Notes one thing that was found. */
export function note(found: Found, name: string, value: Value): void {
  found.set(name, [...(found.get(name) ?? []), value]);
}
