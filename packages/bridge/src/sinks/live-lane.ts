import { isSpoolError, type Spool, type SpoolCursor, type SpoolEntry } from "@bollard/spool";
import type { Logger } from "pino";
import type { BridgeClock } from "../clock.js";
import type { Interpreted } from "../delivery.js";
import { cursorName, type Drain } from "./drain.js";
import type { Sink } from "./sink.js";
import { Slots } from "./slots.js";

/** What a lane takes, and past whom. */
export interface LiveLaneOptions {
  readonly spool: Spool;
  readonly sink: Sink;
  readonly interpret: (stored: SpoolEntry) => Interpreted;
  /** Brings everything, in order; the lane only brings what is new before its turn. */
  readonly drain: Pick<Drain, "backlog">;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

/** Entries that a sink may be behind before what is new overtakes them. */
const FAR_BEHIND = 500;
/** Time between two looks at how far behind it is. */
const LOOK_MS = 500;
const READ_AT_ONCE = 64;

/** Where a lane runs: a second place in the spool, ahead of the drain's. */
interface Run {
  readonly cursor: SpoolCursor;
  readonly slots: Slots;
  /** The first position that it takes. */
  readonly from: number;
  /** Every entry from there to here is delivered, or is the drain's. */
  doneTo: number;
  readonly underWay: { readonly position: number; isDone: boolean }[];
  isOver: boolean;
}

/**
 * For a sink that wants what is new first: while its drain works off a backlog, entries that come in
 * are delivered at once, past it.
 *
 * The drain still brings every entry, and passes over those that the lane has brought. So nothing is
 * lost by the lane, whatever becomes of it: it keeps nothing over a restart, after which what it had
 * brought may come once more under the same key. Order holds within the backlog and within what is
 * new, not between them; the newest stays the newest by its time.
 */
export class LiveLane {
  readonly #options: LiveLaneOptions;
  #run: Run | undefined;
  #cancelLook: (() => void) | undefined;
  #isClosed = false;

  constructor(options: LiveLaneOptions) {
    this.#options = options;
  }

  /** The place it has reached; undefined while the drain is not far behind. */
  get position(): number | undefined {
    return this.#run?.doneTo;
  }

  /** Whether the sink has this entry by the lane. */
  has(position: number): boolean {
    const run = this.#run;
    return run !== undefined && position >= run.from && position <= run.doneTo;
  }

  /** Looks from now on how far the drain is behind. What an earlier run left is forgotten. */
  async open(): Promise<void> {
    await this.#options.spool.removeCursor(laneName(this.#options.sink));
    this.#lookLater();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelLook?.();
    // The spool may be closed by then; the next start removes the place, too.
    this.#end().catch(() => {});
  }

  #lookLater(): void {
    if (this.#isClosed) return;
    this.#cancelLook = this.#options.clock.after(LOOK_MS, () => {
      void this.#look().finally(() => this.#lookLater());
    });
  }

  async #look(): Promise<void> {
    const { drain, sink } = this.#options;
    const isUp = sink.state().state === "up";
    if (this.#run) {
      const isNear = drain.backlog < FAR_BEHIND / 2;
      // It was away, and its lane is a backlog itself by now.
      const isLate = isUp && this.#run.cursor.backlog > FAR_BEHIND;
      if (isNear || isLate) await this.#end();
    }
    if (!this.#run && isUp && drain.backlog > FAR_BEHIND) this.#begin();
  }

  #begin(): void {
    const { spool, sink, log } = this.#options;
    const cursor = spool.cursor(laneName(sink), { unsynced: true, from: "newest" });
    const from = cursor.next;
    const slots = new Slots(sink.window);
    const run: Run = { cursor, slots, from, doneTo: from - 1, underWay: [], isOver: false };
    this.#run = run;
    log.info({ sink: sink.name, from }, "what is new goes before the backlog");
    this.#go(run).catch((error: unknown) => {
      if (!isSpoolError(error)) log.error({ err: error, sink: sink.name }, "the lane has ended");
      run.isOver = true;
      if (this.#run === run) this.#run = undefined;
    });
  }

  async #end(): Promise<void> {
    const run = this.#run;
    if (!run) return;
    this.#run = undefined;
    run.isOver = true;
    await this.#options.spool.removeCursor(laneName(this.#options.sink));
  }

  async #go(run: Run): Promise<void> {
    while (!run.isOver) {
      const entries = await run.cursor.read(READ_AT_ONCE);
      if (entries.length === 0 && !(await run.cursor.wait())) return;
      for (const entry of entries) {
        if (!run.slots.tryTake()) await run.slots.take();
        if (run.isOver) return;
        this.#take(run, entry);
      }
    }
  }

  #take(run: Run, stored: SpoolEntry): void {
    const interpreted = this.#options.interpret(stored);
    const entry = { position: stored.position, isDone: false };
    run.underWay.push(entry);
    const done = () => {
      entry.isDone = true;
      run.slots.release();
      while (run.underWay[0]?.isDone) run.doneTo = run.underWay.shift()?.position ?? run.doneTo;
      run.cursor.ack(run.doneTo);
    };
    // What is set aside, the drain notes when it comes to it.
    if (interpreted.kind === "set-aside") done();
    else void this.#options.sink.deliver(interpreted).then(done, done);
  }
}

/** The lane's place in the spool; without a colon, so that it counts as no sink of its own. */
export function laneName(sink: Pick<Sink, "kind" | "name">): string {
  return `live ${cursorName(sink).replace(":", " ")}`;
}
