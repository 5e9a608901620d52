import type { BridgeClock } from "./clock.js";

/** What a person should look at. */
export interface Alarm {
  /** Stable, such as `NODE_ID_TWICE`. */
  readonly code: string;
  /** What it is about, such as a node's id. */
  readonly place: string;
  readonly message: string;
  /** Milliseconds since the Unix epoch, of the first and the last time. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
}

const MAX_ALARMS = 100;
const LASTS_MS = 15 * 60_000;

/**
 * The alarms that stand: each of them once, however often it was raised.
 *
 * At most 100, the oldest goes first; one that was not raised again for 15 minutes goes by itself.
 */
export class Alarms {
  readonly #clock: BridgeClock;
  readonly #alarms = new Map<string, Alarm>();

  constructor(clock: BridgeClock) {
    this.#clock = clock;
  }

  /** @returns true when this alarm did not stand already */
  raise(code: string, place: string, message: string): boolean {
    const key = `${code} ${place}`;
    const before = this.#alarms.get(key);
    const now = this.#clock.wallMs();
    const eldest = this.#alarms.keys().next();
    if (!before && this.#alarms.size >= MAX_ALARMS && !eldest.done) {
      this.#alarms.delete(eldest.value);
    }
    this.#alarms.delete(key);
    this.#alarms.set(key, {
      code,
      place,
      message,
      firstMs: before?.firstMs ?? now,
      lastMs: now,
      count: (before?.count ?? 0) + 1,
    });
    return !before;
  }

  clear(code: string, place: string): void {
    this.#alarms.delete(`${code} ${place}`);
  }

  /** The latest first. */
  list(): readonly Alarm[] {
    const from = this.#clock.wallMs() - LASTS_MS;
    for (const [key, alarm] of this.#alarms) if (alarm.lastMs < from) this.#alarms.delete(key);
    return [...this.#alarms.values()].reverse();
  }
}
