/** Half of what 16 bits can tell apart. */
const HALF = 0x8000;
const MAX_DEVICES = 20_000;

/**
 * Brings frame counters to 32 bits. A counter that has them stays as it is; of one with 16, the
 * number nearest to the last of its session is meant.
 *
 * Bounded: the device that was silent for longest is forgotten, and its counter then starts at its
 * 16 bits again.
 */
export class FrameCounters {
  readonly #last = new Map<string, { session: number; counter: number }>();

  /**
   * @param session - of the join
   * @param counter - as it came
   * @returns 32 bits
   */
  extend(device: string, session: number, counter: number): number {
    const last = this.#last.get(device);
    const known = last?.session === session ? last.counter : undefined;
    const whole = known === undefined || counter > 0xffff ? counter : nearest(known, counter);
    this.#last.delete(device);
    this.#last.set(device, { session, counter: Math.max(whole, known ?? 0) });
    const eldest = this.#last.keys().next();
    if (this.#last.size > MAX_DEVICES && !eldest.done) this.#last.delete(eldest.value);
    return whole;
  }
}

function nearest(last: number, low: number): number {
  const same = last - (last & 0xffff) + low;
  if (same - last > HALF && same >= 0x10000) return same - 0x10000;
  if (last - same > HALF) return (same + 0x10000) >>> 0;
  return same;
}
