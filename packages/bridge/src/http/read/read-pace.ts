/** Longest that reads keep the process at a time, ms. */
const SLICE_MS = 2;
/** A turn of the event loop that took no longer had nothing else to do, ms. */
const IDLE_MS = 0.3;
/** Reads go on after so long even where there is always something else, ms. */
const MOST_WAIT_MS = 20;

/**
 * Divides the work of all reads into short slices, one after the other whoever reads: each begins when
 * the event loop has nothing else to do, or after 20 ms. So what comes in never waits for longer than
 * a slice, however many read, and where the process is busy reads get a tenth of it.
 */
export class ReadPace {
  readonly #now: () => number;
  #sliceBeganMs: number;
  #queue: Promise<void> = Promise.resolve();

  /** @param now - milliseconds that only go forward. Default: the machine's */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#sliceBeganMs = now();
  }

  /** Whether the slice is used up: then `turn` has to be waited for. */
  get isSpent(): boolean {
    return this.#now() - this.#sliceBeganMs >= SLICE_MS;
  }

  /** Resolves when the next slice begins; first come, first served. */
  async turn(): Promise<void> {
    this.#queue = this.#queue.then(() => this.#nextSlice());
    await this.#queue;
  }

  async #nextSlice(): Promise<void> {
    const waitsSinceMs = this.#now();
    let turnBeganMs = waitsSinceMs;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const nowMs = this.#now();
      const isIdle = nowMs - turnBeganMs <= IDLE_MS;
      if (isIdle || nowMs - waitsSinceMs >= MOST_WAIT_MS) break;
      turnBeganMs = nowMs;
    }
    this.#sliceBeganMs = this.#now();
  }
}
