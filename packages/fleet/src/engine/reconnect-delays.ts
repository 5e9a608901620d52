/** How clients come back whose connection was refused or broke. */
export interface ReconnectOptions {
  /** The first wait, ms. Default: 250. */
  readonly minDelayMs?: number;
  /** The longest wait, ms; each is twice the one before. Default: 30000. */
  readonly maxDelayMs?: number;
}

/** A connection that lasted so long was a good one: the next wait is short again. */
const STABLE_MS = 5000;

/**
 * How long each of many clients waits before it connects anew: twice as long each time, and a random
 * share of that, half to whole, so that not all come back at once. A byte a client.
 */
export class ReconnectDelays {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #attempts: Uint8Array;

  constructor(clients: number, options: ReconnectOptions) {
    this.#minMs = options.minDelayMs ?? 250;
    this.#maxMs = Math.max(options.maxDelayMs ?? 30_000, this.#minMs);
    this.#attempts = new Uint8Array(clients);
  }

  /**
   * The next wait of a client, ms.
   *
   * @param connectedMs - how long its connection lasted; 0 where it never came up
   * @param random - 0 to below 1
   */
  next(client: number, connectedMs: number, random: number): number {
    if (connectedMs >= STABLE_MS) this.#attempts[client] = 0;
    const attempts = this.#attempts[client] ?? 0;
    this.#attempts[client] = Math.min(attempts + 1, 30);
    return Math.min(this.#maxMs, this.#minMs * 2 ** attempts) * (0.5 + 0.5 * random);
  }
}
