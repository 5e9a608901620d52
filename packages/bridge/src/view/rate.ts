/** Counts events over the last ten seconds, in one number for each second. */
export class Rate {
  readonly #buckets = new Float64Array(WINDOW_S + 1);
  readonly #monotonicMs: () => number;
  readonly #startedAtS: number;
  #second: number;

  /** @param monotonicMs - milliseconds that never jump */
  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
    this.#startedAtS = Math.floor(monotonicMs() / 1000);
    this.#second = this.#startedAtS;
  }

  add(count: number): void {
    this.#forward();
    const slot = this.#second % this.#buckets.length;
    this.#buckets[slot] = (this.#buckets[slot] ?? 0) + count;
  }

  /** Events a second: the mean of the last ten whole seconds, or of those since the start. */
  perSecond(): number {
    this.#forward();
    const seconds = Math.min(WINDOW_S, this.#second - this.#startedAtS);
    if (seconds <= 0) return 0;
    let sum = 0;
    for (let back = 1; back <= seconds; back++) {
      sum += this.#buckets[(this.#second - back) % this.#buckets.length] ?? 0;
    }
    return sum / seconds;
  }

  #forward(): void {
    const now = Math.floor(this.#monotonicMs() / 1000);
    if (now - this.#second > WINDOW_S) this.#buckets.fill(0);
    else {
      for (let second = this.#second + 1; second <= now; second++) {
        this.#buckets[second % this.#buckets.length] = 0;
      }
    }
    this.#second = now;
  }
}

const WINDOW_S = 10;
