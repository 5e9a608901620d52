/** How long to wait between attempts to connect. */
export interface ReconnectOptions {
  /** The first wait, in ms. Default: 250. */
  readonly minDelayMs?: number;
  /** The longest wait, in ms; each is twice the one before. Default: 30000. */
  readonly maxDelayMs?: number;
}

/** A connection that lasted this long was a good one: the next wait is short again. */
const STABLE_MS = 5000;

/**
 * Exponential backoff with jitter: each wait is a random share, half to whole, of the step, so that
 * a thousand clients do not come back to a broker all at once.
 */
export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #stepMs: number;

  /** @param random - 0 to below 1, as `Math.random` */
  constructor(options: ReconnectOptions, random: () => number) {
    this.#minMs = options.minDelayMs ?? 250;
    this.#maxMs = Math.max(options.maxDelayMs ?? 30_000, this.#minMs);
    this.#random = random;
    this.#stepMs = this.#minMs;
  }

  /**
   * The next wait in ms.
   *
   * @param connectedMs - how long the connection before lasted; 0 when it never came up
   */
  next(connectedMs: number): number {
    if (connectedMs >= STABLE_MS) this.#stepMs = this.#minMs;
    const delay = this.#stepMs * (0.5 + 0.5 * this.#random());
    this.#stepMs = Math.min(this.#stepMs * 2, this.#maxMs);
    return Math.round(delay);
  }
}
