/** The time that the Worker, its objects and the tests share: they run in one isolate, so one `Date.now` serves them all. It moves only when told to. */
const realNow = Date.now;

export class Clock {
  #now = realNow();

  /** Not a spy: that would keep a record of every call, of which there are millions. */
  install(): void {
    Date.now = () => this.#now;
  }

  restore(): void {
    Date.now = realNow;
  }

  get now(): number {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}
