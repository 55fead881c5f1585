/** The time that the Worker, its objects and the tests share: they run in one isolate, so one `Date.now` serves them all. It moves only when told to. */
import { vi } from "vitest";

export class Clock {
  #now = Date.now();

  install(): void {
    vi.spyOn(Date, "now").mockImplementation(() => this.#now);
  }

  get now(): number {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}
