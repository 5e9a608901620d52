import type { BridgeClock } from "../clock.js";
import type { BridgeStatus, TrendPoint } from "../page/api-types.js";

/** What the trend is made of. */
export interface TrendLogOptions {
  readonly clock: BridgeClock;
  /** Asked once a second. */
  readonly status: () => Pick<BridgeStatus, "rates" | "spool">;
}

const EVERY_MS = 1000;
/** Two minutes, which is what the page's small plots show. */
const MOST_POINTS = 120;

/** The last two minutes' rates and backlog, so that a page which is opened now need not begin empty. */
export class TrendLog {
  readonly #options: TrendLogOptions;
  #points: TrendPoint[] = [];
  #cancel: (() => void) | undefined;

  constructor(options: TrendLogOptions) {
    this.#options = options;
  }

  /** The oldest first. */
  get points(): readonly TrendPoint[] {
    return this.#points;
  }

  start(): void {
    const { clock, status } = this.#options;
    this.#cancel = clock.after(EVERY_MS, () => {
      const { rates, spool } = status();
      const { readingsIn, readingsOut } = rates;
      const point = { timeMs: clock.wallMs(), readingsIn, readingsOut, backlog: spool.backlog };
      this.#points = [...this.#points, point].slice(-MOST_POINTS);
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
