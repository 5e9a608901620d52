import type { BridgeClock, ClockQuality } from "../clock.js";

/** A clock for tests: time passes only by `pass`, and timers that are due then run in order. */
export class ManualClock implements BridgeClock {
  readonly bootId = 7;
  wall = 1_789_000_000_000;
  currentQuality: ClockQuality = "synchronised";
  #monotonic = 1_000_000;
  #timers: { dueMs: number; task: () => void }[] = [];

  monotonicMs(): number {
    return this.#monotonic;
  }

  wallMs(): number {
    return this.wall;
  }

  quality(): ClockQuality {
    return this.currentQuality;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { dueMs: this.#monotonic + delayMs, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets both clocks run on. */
  pass(ms: number): void {
    const end = this.#monotonic + ms;
    for (;;) {
      const due = this.#timers
        .filter((timer) => timer.dueMs <= end)
        .sort((a, b) => a.dueMs - b.dueMs)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#forward(Math.max(due.dueMs, this.#monotonic));
      due.task();
    }
    this.#forward(end);
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.#timers.length;
  }

  #forward(to: number): void {
    this.wall += to - this.#monotonic;
    this.#monotonic = to;
  }
}
