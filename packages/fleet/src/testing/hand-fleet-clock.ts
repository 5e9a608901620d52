import type { FleetClock } from "../engine/fleet-clock.js";

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly call: () => void;
}

/** A clock that jumps from one thing that is waited for to the next, so that a day takes a moment. */
export class HandFleetClock implements FleetClock {
  readonly originMs: number;
  #nowMs = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();

  /** @param originMs - Unix time in ms at which it begins */
  constructor(originMs = Date.UTC(2026, 0, 15)) {
    this.originMs = originMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass until a promise is settled. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = () => {
      isSettled = true;
    };
    promise.then(settled, settled);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isSettled) return promise;
      this.#step();
    }
  }

  #step(): void {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      const isEarlier =
        !next || timer.atMs < next.atMs || (timer.atMs === next.atMs && timer.order < next.order);
      if (isEarlier) next = timer;
    }
    if (!next) return;
    this.#timers.delete(next);
    this.#nowMs = next.atMs;
    next.call();
  }
}
