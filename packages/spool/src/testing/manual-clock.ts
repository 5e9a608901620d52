import type { SpoolClock } from "../spool-clock.js";

/** A clock that stands still until it is told to go on. */
export class ManualClock implements SpoolClock {
  #nowMs: number;
  #timers: { readonly dueMs: number; readonly task: () => void }[] = [];

  /** @param nowMs - where it stands, in milliseconds since the Unix epoch; default: 2024-01-01 */
  constructor(nowMs = 1_704_067_200_000) {
    this.#nowMs = nowMs;
  }

  wallMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.length;
  }

  /** Goes on by so many milliseconds, and runs what falls due, in order. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (;;) {
      const due = this.#timers.filter(({ dueMs }) => dueMs <= untilMs);
      const first = due.sort((a, b) => a.dueMs - b.dueMs)[0];
      if (first === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== first);
      this.#nowMs = Math.max(this.#nowMs, first.dueMs);
      first.task();
    }
    this.#nowMs = untilMs;
  }
}
