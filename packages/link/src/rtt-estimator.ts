/** Before anything was measured. */
const INITIAL_TIMEOUT_MS = 1000;
const MIN_TIMEOUT_MS = 40;
const MAX_TIMEOUT_MS = 4000;

/**
 * Estimates the round trip, and from it how long to wait before a message counts as lost.
 *
 * @see RFC 6298, clause 2, with a shorter least and a shorter longest time
 */
export class RttEstimator {
  #smoothedMs: number | undefined;
  #variationMs = 0;

  /** The smoothed round trip in ms; undefined before the first sample. */
  get roundTripMs(): number | undefined {
    return this.#smoothedMs;
  }

  /** How long an answer may take, 40 to 4000 ms. */
  get timeoutMs(): number {
    if (this.#smoothedMs === undefined) return INITIAL_TIMEOUT_MS;
    const timeout = this.#smoothedMs + Math.max(10, 4 * this.#variationMs);
    return Math.min(MAX_TIMEOUT_MS, Math.max(MIN_TIMEOUT_MS, timeout));
  }

  /** Takes one measured round trip, of a message that was sent once. */
  sample(roundTripMs: number): void {
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = roundTripMs;
      this.#variationMs = roundTripMs / 2;
      return;
    }
    const deviation = Math.abs(this.#smoothedMs - roundTripMs);
    this.#variationMs += (deviation - this.#variationMs) / 4;
    this.#smoothedMs += (roundTripMs - this.#smoothedMs) / 8;
  }

  /** The timeout after `retries` in vain: doubled each time, at most 4000 ms. */
  backedOffMs(retries: number): number {
    return Math.min(MAX_TIMEOUT_MS, this.timeoutMs * 2 ** retries);
  }
}
