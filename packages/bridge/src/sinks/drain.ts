import { isSpoolError, type Spool, type SpoolCursor, type SpoolEntry } from "@bollard/spool";
import type { Logger } from "pino";
import type { BridgeClock } from "../clock.js";
import type { Interpreted, SetAside } from "../delivery.js";
import type { SetAsideLog } from "../set-aside-log.js";
import type { Rate } from "../view/rate.js";
import type { Sink } from "./sink.js";
import { Slots } from "./slots.js";

/** What a drain takes, and where to. */
export interface DrainOptions {
  readonly spool: Spool;
  readonly sink: Sink;
  readonly interpret: (stored: SpoolEntry) => Interpreted;
  readonly setAside: SetAsideLog;
  /** Whether the sink has an entry by another way. Default: it has none. */
  readonly hasAlready?: (position: number) => boolean;
  /** Counts readings that the sink has acknowledged. */
  readonly readingsOut: Rate;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

const READ_AT_ONCE = 64;
const RETRY_MS = 1000;

/**
 * Takes entries from the spool to one sink, in order, and moves the sink's cursor as the far end
 * acknowledges: never past an entry that it has not, so a crash delivers again and loses nothing.
 */
export class Drain {
  readonly sink: Sink;
  readonly #options: DrainOptions;
  readonly #cursor: SpoolCursor;
  readonly #slots: Slots;
  /** Entries handed to the sink, in order, up to the first that is not acknowledged. */
  readonly #underWay: { readonly position: number; readonly timeMs: number; isDone: boolean }[] =
    [];
  /** Position of the newest entry taken. */
  #taken: number;
  /** How many ask it to stand still, and what waits for that, or for it to go on. */
  #holds = 0;
  #whenIdle: (() => void)[] = [];
  #whenFree: (() => void)[] = [];
  #whenClosed: (() => void)[] = [];
  #isWaiting = false;
  #isClosed = false;

  constructor(options: DrainOptions) {
    this.sink = options.sink;
    this.#options = options;
    // A sink need not wait for the disk; the cursor does.
    this.#cursor = options.spool.cursor(cursorName(options.sink), {
      unsynced: true,
      ...(options.sink.maxBehind !== undefined && { maxBehind: options.sink.maxBehind }),
    });
    this.#slots = new Slots(options.sink.window);
    this.#taken = this.#cursor.position;
  }

  /** Every entry up to this position is done with. */
  get position(): number {
    return this.#cursor.position;
  }

  /** Every entry up to this position was taken, or passed over. */
  get taken(): number {
    return Math.max(this.#taken, this.#cursor.position);
  }

  /** Entries that the sink has not acknowledged. */
  get backlog(): number {
    return this.#cursor.backlog;
  }

  /** Entries that the sink will never get. */
  get dropped(): number {
    return Object.values(this.#cursor.lost).reduce((sum, count) => sum + count, 0);
  }

  /** Arrival of the oldest entry that the sink has and not acknowledged, ms since the epoch. */
  get oldestMs(): number | undefined {
    return this.#underWay[0]?.timeMs;
  }

  /** Goes on until it is closed. */
  async run(): Promise<void> {
    // The drain of an earlier sink of this name may have read ahead: waits until it reads no more.
    await this.#cursor.read(0);
    this.#cursor.rewind();
    while (!this.#isClosed) {
      try {
        await this.#runUntilClosed();
        return;
      } catch (error) {
        if (this.#isClosed || (isSpoolError(error) && error.code === "SPOOL_CLOSED")) return;
        this.#options.log.error({ err: error, sink: this.sink.name }, "cannot read the spool");
        await new Promise<void>((resolve) => this.#options.clock.after(RETRY_MS, resolve));
      }
    }
  }

  /**
   * Takes nothing from now on, until each that asked for it calls `release`.
   *
   * @returns resolves once the far end has all that was taken before, or the drain is closed
   */
  hold(): Promise<void> {
    this.#holds++;
    if (this.#underWay.length === 0 || this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  release(): void {
    this.#holds--;
    if (this.#holds > 0) return;
    for (const resolve of this.#whenFree.splice(0)) resolve();
    this.#tellWhenCaughtUp();
  }

  /** Whether there is something to take, and nothing it has to wait for. */
  get couldTake(): boolean {
    const { window } = this.sink;
    const isFree = this.#holds === 0 && !this.#isClosed && this.#underWay.length < window;
    return isFree && this.taken < this.#options.spool.last;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Calls back when it is closed. */
  onClosed(listener: () => void): void {
    if (this.#isClosed) listener();
    else this.#whenClosed.push(listener);
  }

  /** Takes nothing more out of the spool. */
  close(): void {
    this.#isClosed = true;
    const waiting = [this.#whenIdle, this.#whenFree, this.#whenClosed];
    for (const wake of waiting.flatMap((list) => list.splice(0))) wake();
  }

  async #runUntilClosed(): Promise<void> {
    while (!this.#isClosed) {
      const entries = await this.#cursor.read(READ_AT_ONCE);
      if (entries.length === 0) {
        this.#isWaiting = true;
        this.#tellWhenCaughtUp();
        if (!(await this.#cursor.wait())) return;
        this.#isWaiting = false;
      }
      for (const entry of entries) {
        if (!this.#slots.tryTake()) await this.#slots.take();
        if (this.#holds > 0) await new Promise<void>((resolve) => this.#whenFree.push(resolve));
        if (this.#isClosed) return;
        this.#take(entry);
      }
    }
  }

  #take(stored: SpoolEntry): void {
    const interpreted = this.#options.interpret(stored);
    const { position, timeMs } = stored;
    const entry = { position, timeMs, isDone: false };
    this.#underWay.push(entry);
    this.#taken = stored.position;
    const done = () => {
      entry.isDone = true;
      this.#slots.release();
      this.#moveOn();
    };
    if (interpreted.kind === "set-aside") {
      this.#keep(interpreted, done);
      return;
    }
    if (this.#options.hasAlready?.(position)) {
      done();
      return;
    }
    this.sink.deliver(interpreted).then(
      () => {
        this.#options.readingsOut.add(interpreted.readings.length);
        done();
      },
      (error: unknown) => {
        this.#options.log.error({ err: error, sink: this.sink.name }, "an entry was left out");
        done();
      },
    );
  }

  /** The cursor waits until it is noted where the entry is, however long the disk refuses. */
  #keep(setAside: SetAside, done: () => void): void {
    this.#options.setAside.keep(setAside).then(done, (error: unknown) => {
      this.#options.log.error({ err: error }, "cannot note what was set aside; it is tried again");
      this.#options.clock.after(RETRY_MS, () => this.#keep(setAside, done));
    });
  }

  #moveOn(): void {
    let last: number | undefined;
    while (this.#underWay[0]?.isDone) last = this.#underWay.shift()?.position;
    if (last === undefined) return;
    this.#cursor.ack(last);
    if (this.#underWay.length === 0) {
      for (const resolve of this.#whenIdle.splice(0)) resolve();
    }
    this.#tellWhenCaughtUp();
  }

  #tellWhenCaughtUp(): void {
    if (this.#holds > 0) return;
    if (this.#isWaiting && this.#underWay.length === 0) this.sink.caughtUp();
  }
}

/** The place of a sink in the spool; kept over restarts by the sink's name. */
export function cursorName(sink: Pick<Sink, "kind" | "name">): string {
  return `${sink.kind}:${sink.name}`;
}
