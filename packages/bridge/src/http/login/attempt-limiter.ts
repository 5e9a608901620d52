interface Failures {
  /** May be a part: they are forgiven one after the other as time passes. */
  count: number;
  sinceMs: number;
}

const MOST_FAILURES = 5;
const FORGIVEN_EACH_MS = 15_000;
const MOST_ADDRESSES = 1000;

/**
 * Slows down whoever guesses: after five wrong tokens from an address, one more each 15 seconds.
 *
 * Remembers 1000 addresses; the one that failed longest ago is forgotten first.
 */
export class AttemptLimiter {
  readonly #now: () => number;
  readonly #failures = new Map<string, Failures>();

  /** @param now - milliseconds that never jump */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whole seconds until the address may try; 0 when it may now. */
  waitS(address: string): number {
    const over = this.#countOf(address) - (MOST_FAILURES - 1);
    return over <= 0 ? 0 : Math.ceil((over * FORGIVEN_EACH_MS) / 1000);
  }

  failed(address: string): void {
    const count = this.#countOf(address) + 1;
    this.#failures.delete(address);
    this.#failures.set(address, { count, sinceMs: this.#now() });
    if (this.#failures.size <= MOST_ADDRESSES) return;
    const [eldest] = this.#failures.keys();
    if (eldest !== undefined) this.#failures.delete(eldest);
  }

  succeeded(address: string): void {
    this.#failures.delete(address);
  }

  #countOf(address: string): number {
    const known = this.#failures.get(address);
    if (!known) return 0;
    return Math.max(0, known.count - (this.#now() - known.sinceMs) / FORGIVEN_EACH_MS);
  }
}
