/** Plays a sequence of commands on a real workspace and a model of its team side by side; each answer must be the model's. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { TestAccount } from "../support/accounts.ts";
import { type Line, tapLine } from "../support/news-line.ts";
import { accept, invite, mine, remove, setRole, tokenOf, workspaceOf } from "../support/team.ts";
import { type TeamCommand, TeamModel } from "../support/team-model.ts";
import { type Answer, call, OPERATOR } from "../support/workerd.ts";
import { evict } from "./evict.ts";

export type Step =
  | TeamCommand
  /** At the same moment: the answers must be those of one order or the other. */
  | { readonly kind: "both"; readonly one: TeamCommand; readonly other: TeamCommand }
  /** From now on people's objects are away, or take the news but their answer is lost, or are there again. */
  | { readonly kind: "line"; readonly state: Line }
  | { readonly kind: "evict" }
  | { readonly kind: "alarm" };

/** A token that was never made. */
const NO_TOKEN = "A".repeat(43);
/** Messages that one alarm may leave behind. */
const ALARMS_MAX = 5;

export class TeamRun {
  #model = new TeamModel(0);
  readonly #people: readonly TestAccount[];
  readonly #tokens = new Map<number, string>();
  #ids = new Map<number, string>();
  #workspace = "";
  #line: ReturnType<typeof tapLine> | null = null;

  constructor(people: readonly TestAccount[]) {
    this.#people = people;
  }

  async run(steps: readonly Step[]): Promise<void> {
    this.#workspace = await workspaceOf(this.#who(0));
    try {
      for (const step of steps) await this.#step(step);
    } finally {
      this.#line?.restore();
    }
    await this.#check();
  }

  async #step(step: Step): Promise<void> {
    if (step.kind === "line") return this.#cut(step.state);
    if (step.kind === "evict") return this.#evict();
    if (step.kind === "alarm") return void (await runDurableObjectAlarm(this.#stub()));
    if (step.kind === "both") await this.#both(step.one, step.other);
    else expect(await this.#ask(step), JSON.stringify(step)).toBe(this.#model.run(step));
    expect(await this.#roles()).toEqual(this.#named(this.#model));
    expect(this.#model.owners()).toBeGreaterThan(0);
  }

  async #both(one: TeamCommand, other: TeamCommand): Promise<void> {
    const answers = await Promise.all([this.#ask(one), this.#ask(other)]);
    const roles = await this.#roles();
    const inOrder = () => {
      const model = this.#model.copy();
      return { model, answers: [model.run(one), model.run(other)] };
    };
    const inReverse = () => {
      const model = this.#model.copy();
      const second = model.run(other);
      return { model, answers: [model.run(one), second] };
    };
    const outcomes = [inOrder(), inReverse()];
    const fits = outcomes.find((outcome) => {
      const told = { answers: outcome.answers, roles: this.#named(outcome.model) };
      return JSON.stringify(told) === JSON.stringify({ answers, roles });
    });
    expect(fits, JSON.stringify({ one, other, answers, roles })).toBeDefined();
    this.#model = fits?.model ?? this.#model;
  }

  async #ask(command: TeamCommand): Promise<number | string> {
    const { status, body } = await this.#send(command);
    return status >= 400 ? String(body.code) : status;
  }

  async #send(command: TeamCommand): Promise<Answer> {
    const workspace = this.#workspace;
    switch (command.kind) {
      case "invite": {
        const { by, whom, role } = command;
        const answer = await invite(workspace, this.#who(by), this.#who(whom).email, role);
        if (answer.status === 201) {
          this.#tokens.set(whom, tokenOf(answer));
          this.#ids.set(whom, answer.body.id);
        }
        return answer;
      }
      case "accept":
        return accept(workspace, this.#who(command.who), this.#tokens.get(command.of) ?? NO_TOKEN);
      case "revoke": {
        const id = this.#ids.get(command.whom) ?? "never-was";
        const path = `/api/v1/workspaces/${workspace}/invitations/${id}`;
        return call("DELETE", path, undefined, this.#who(command.by).headers);
      }
      case "role":
        return setRole(workspace, this.#who(command.by), this.#who(command.whom), command.role);
      case "remove":
        return remove(workspace, this.#who(command.by), this.#who(command.whom));
    }
  }

  #cut(state: Line): void {
    this.#line?.restore();
    this.#line = tapLine(state);
  }

  /** Everybody's own list says what the workspace says, once all is delivered. */
  async #check(): Promise<void> {
    await this.#evict();
    for (let alarms = 0; alarms < ALARMS_MAX && (await runDurableObjectAlarm(this.#stub())); alarms++);
    expect(await this.#roles()).toEqual(this.#named(this.#model));
    for (const [at, who] of this.#people.entries()) {
      const membership = (await mine(who))[this.#workspace];
      expect(membership?.role, `person ${String(at)}`).toBe(this.#model.roles.get(at));
    }
  }

  /** Only what runs can be evicted. */
  async #evict(): Promise<void> {
    await this.#roles();
    await evict(this.#stub(), "close");
  }

  async #roles(): Promise<Record<string, string>> {
    const { body } = await call("GET", `/api/v1/workspaces/${this.#workspace}/members`, undefined, OPERATOR);
    const roles = body.map(({ userId, role }: { userId: string; role: string }) => [userId, role] as const);
    return sorted(roles);
  }

  #named(model: TeamModel): Record<string, string> {
    return sorted([...model.roles].map(([at, role]) => [this.#who(at).userId, role] as const));
  }

  #who(at: number): TestAccount {
    const who = this.#people[at];
    if (who === undefined) throw new Error("nobody of that number");
    return who;
  }

  #stub() {
    return env.WORKSPACE.getByName(this.#workspace);
  }
}

function sorted(entries: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
