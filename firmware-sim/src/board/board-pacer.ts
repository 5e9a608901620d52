import { createHistogram, type RecordableHistogram } from "node:perf_hooks";

/** What can be paced: a board with a clock of its own. */
export interface PacedBoard {
  readonly timeMs: number;
  readonly fault: unknown;
  runTo(timeMs: number): void;
}

export interface BoardPacerOptions {
  /** How many times faster than the wall clock. Infinity: as fast as this computer goes. Default: 1. */
  readonly speed?: number;
  /** Called after each board has run for a while. */
  readonly onRan?: (board: PacedBoard) => void;
}

const TICK_MS = 4;
/** Longest time that a board runs at once, by its own clock, so that none starves the others. */
const MAX_STEP_MS = 50;

/**
 * Lets boards run by the wall clock, each up to where it should be by now. How far a board was behind
 * when its turn came is its lag.
 */
export class BoardPacer {
  readonly #boards = new Set<PacedBoard>();
  readonly #options: BoardPacerOptions;
  readonly #lag: RecordableHistogram = createHistogram();
  readonly #startedAt = new Map<PacedBoard, number>();
  #cancel: (() => void) | undefined;

  constructor(options: BoardPacerOptions = {}) {
    this.#options = options;
  }

  /** Lag of all boards so far, in ms of the wall clock. */
  get lagMs(): { readonly p50: number; readonly p99: number; readonly max: number } {
    const ms = (ns: number) => ns / 1e6;
    const at = (percent: number) => ms(this.#lag.percentile(percent));
    return { p50: at(50), p99: at(99), max: this.#lag.count > 0 ? ms(this.#lag.max) : 0 };
  }

  /** Lag counts anew from now on. */
  forgetLag(): void {
    this.#lag.reset();
  }

  /** A board begins to run; its clock goes on from where it is. */
  add(board: PacedBoard): void {
    const { speed = 1 } = this.#options;
    this.#boards.add(board);
    const ahead = Number.isFinite(speed) ? board.timeMs / speed : 0;
    this.#startedAt.set(board, performance.now() - ahead);
    if (!this.#cancel) this.#later();
  }

  remove(board: PacedBoard): void {
    this.#boards.delete(board);
    this.#startedAt.delete(board);
  }

  /** All boards stand still. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#boards.clear();
    this.#startedAt.clear();
  }

  #later(): void {
    const { speed = 1 } = this.#options;
    const run = () => {
      this.#cancel = undefined;
      for (const board of this.#boards) this.#run(board, speed);
      if (this.#boards.size > 0) this.#later();
    };
    if (Number.isFinite(speed)) {
      const timer = setTimeout(run, TICK_MS);
      this.#cancel = () => clearTimeout(timer);
    } else {
      const turn = setImmediate(run);
      this.#cancel = () => clearImmediate(turn);
    }
  }

  #run(board: PacedBoard, speed: number): void {
    const from = board.timeMs;
    let to = from + MAX_STEP_MS;
    if (Number.isFinite(speed)) {
      const due = (performance.now() - (this.#startedAt.get(board) ?? 0)) * speed;
      // A tick's wait is the pacer's own and no lag.
      const lagMs = Math.max(0, (due - from) / speed - TICK_MS);
      this.#lag.record(Math.max(1, Math.round(lagMs * 1e6)));
      to = Math.min(due, from + MAX_STEP_MS * Math.max(1, speed));
    }
    board.runTo(to);
    this.#options.onRan?.(board);
    if (board.fault) this.remove(board);
  }
}
