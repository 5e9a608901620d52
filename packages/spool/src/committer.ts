import { SpoolError } from "./error.js";
import type { SegmentStore } from "./segment-store.js";
import { SegmentWriter } from "./segment-writer.js";
import type { SpoolClock } from "./spool-clock.js";
import { isDiskFullError } from "./spool-fs.js";
import type { StreamNames } from "./stream-names.js";
import type { Batch, Tail } from "./tail.js";

/** Most bytes brought to the disk with one sync. */
const ROUND_BYTES = 1024 * 1024;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;
/** Bounds are looked after with every new segment, and after a commit so long after the last time. */
const ENFORCE_EVERY_MS = 60_000;

/** What the committer works on and with. */
export interface CommitterOptions {
  readonly tail: Tail;
  readonly store: SegmentStore;
  readonly names: StreamNames;
  readonly clock: SpoolClock;
  readonly commitDelayMs: number;
  readonly commitBytes: number;
  readonly segmentBytes: number;
  /** The newest segment, where it can be appended to. */
  readonly writer: SegmentWriter | undefined;
  /** Last position on the disk. */
  readonly durable: number;
  readonly onDurable: (position: number) => void;
  readonly onFailing: (error: SpoolError) => void;
  readonly onRecovered: (failedForMs: number) => void;
  /** Age from which a segment takes no more, in milliseconds, so that what is in it can expire. */
  readonly maxSegmentAgeMs: number;
  /** Brings the log within its bounds, with room for so many bytes more. Never rejects. */
  readonly enforceBounds: (roomBytes: number) => Promise<void>;
  /** Gives disk space back; false where there is none to give. */
  readonly makeRoom: () => Promise<boolean>;
}

interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: SpoolError) => void;
  /** A failed attempt ends the wait, too. */
  readonly endsOnFailure: boolean;
}

/** Counters of what was handed to the disk. */
export interface WrittenCounts {
  /** Bytes of blocks and headers. */
  readonly bytes: number;
  /** Zeros written to prepare new files, once in a file's life. */
  readonly preparedBytes: number;
  readonly syncs: number;
}

/**
 * Brings what waits in memory to the disk, many entries with one sync: `commitDelayMs` after the
 * first of them, or at once when `commitBytes` wait or a commit is asked for.
 *
 * When the disk refuses, nothing is let go: the entries stay in memory and are written again, to a
 * fresh segment, until it takes them.
 */
export class Committer {
  readonly #options: CommitterOptions;
  #writer: SegmentWriter | undefined;
  #durable: number;
  #running: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #waiters: Waiter[] = [];
  #failure: { readonly error: SpoolError; readonly sinceMs: number } | undefined;
  #retryMs = FIRST_RETRY_MS;
  #retired = { bytes: 0, preparedBytes: 0, syncs: 0 };
  #isClosed = false;
  /** When the first entry came that the commit under way does not take along. */
  #waitingSinceMs: number | undefined;
  #enforcedMs: number;

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#writer = options.writer;
    this.#durable = options.durable;
    this.#enforcedMs = options.clock.wallMs();
  }

  /** Last position on the disk. */
  get durable(): number {
    return this.#durable;
  }

  /** Why the disk refuses; undefined while it does not. */
  get failure(): SpoolError | undefined {
    return this.#failure?.error;
  }

  get written(): WrittenCounts {
    const { bytes, preparedBytes, syncs } = this.#writer?.written ?? NOTHING;
    const past = this.#retired;
    return {
      bytes: past.bytes + bytes,
      preparedBytes: past.preparedBytes + preparedBytes,
      syncs: past.syncs + syncs,
    };
  }

  /** To be called after each append. */
  appended(): void {
    if (this.#failure !== undefined) return;
    const { tail, commitBytes, commitDelayMs, clock } = this.#options;
    if (tail.waitingBytes >= commitBytes) this.#start();
    else if (this.#running === undefined) this.#startLater(commitDelayMs);
    else this.#waitingSinceMs ??= clock.wallMs();
  }

  /**
   * Resolves once everything appended so far is on the disk; rejects when an attempt fails, while
   * the entries are kept and tried again.
   */
  commit(): Promise<void> {
    const done = this.#wait(this.#options.tail.last, true);
    this.#start();
    return done;
  }

  /** Resolves once this position is on the disk, however long the disk refuses. */
  whenDurable(position: number): Promise<void> {
    return this.#wait(position, false);
  }

  #wait(position: number, endsOnFailure: boolean): Promise<void> {
    if (position <= this.#durable) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ position, resolve, reject, endsOnFailure });
    });
  }

  #startLater(delayMs: number): void {
    if (this.#cancelTimer !== undefined || this.#isClosed) return;
    this.#cancelTimer = this.#options.clock.after(delayMs, () => {
      this.#cancelTimer = undefined;
      this.#start();
    });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #start(): void {
    if (this.#running !== undefined || this.#isClosed) return;
    this.#stopTimer();
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      this.#afterRun();
    });
  }

  /** What came in meanwhile begins a wait of its own, or is due already. */
  #afterRun(): void {
    const { tail, commitBytes, commitDelayMs, clock } = this.#options;
    const waitedMs = clock.wallMs() - (this.#waitingSinceMs ?? clock.wallMs());
    this.#waitingSinceMs = undefined;
    if (tail.last <= this.#durable) return;
    if (this.#failure !== undefined) {
      this.#startLater(this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
      return;
    }
    const isDue = tail.waitingBytes >= commitBytes || waitedMs >= commitDelayMs;
    if (isDue || this.#waiters.some(({ endsOnFailure }) => endsOnFailure)) this.#start();
    else this.#startLater(commitDelayMs - Math.max(0, waitedMs));
  }

  async #run(): Promise<void> {
    const target = this.#options.tail.last;
    while (this.#durable < target) {
      try {
        await this.#round();
      } catch (cause) {
        await this.#abandon();
        if (isDiskFullError(cause) && (await this.#makeRoom())) continue;
        return this.#fail(cause);
      }
    }
    const { clock, segmentBytes } = this.#options;
    if (Math.abs(clock.wallMs() - this.#enforcedMs) < ENFORCE_EVERY_MS) return;
    await this.#enforce(segmentBytes - (this.#writer?.segment.endOffset ?? 0));
  }

  async #round(): Promise<void> {
    const { tail } = this.#options;
    const waiting = tail.unwritten(ROUND_BYTES);
    const writer = await this.#writerFor(waiting);
    const batches = waiting.slice(0, writer.fitting(waiting));
    await writer.append(batches, this.#durable);
    tail.wrote(batches);
    this.#succeed(lastOf(batches));
  }

  async #writerFor(batches: readonly Batch[]): Promise<SegmentWriter> {
    const { store, names, segmentBytes, clock, tail } = this.#options;
    const current = this.#writer;
    if (current !== undefined && !this.#isAged(current) && current.fitting(batches) > 0) {
      return current;
    }
    await this.#leaveSegment();
    await this.#enforce(segmentBytes);
    names.trim(() => tail.streamIds());
    const baseTimeMs = Math.max(0, Math.trunc(clock.wallMs()));
    const { segment, file } = await store.create(this.#durable + 1, baseTimeMs);
    this.#writer = new SegmentWriter(segment, file, { names, segmentBytes });
    return this.#writer;
  }

  #isAged({ segment }: SegmentWriter): boolean {
    const ageMs = this.#options.clock.wallMs() - segment.header.baseTimeMs;
    return ageMs > this.#options.maxSegmentAgeMs && segment.entries > 0;
  }

  async #leaveSegment(): Promise<void> {
    const writer = this.#writer;
    this.#dropWriter();
    if (writer === undefined) return;
    await writer.close();
    await this.#options.store.writeIndex(writer.segment);
  }

  async #enforce(roomBytes: number): Promise<void> {
    this.#enforcedMs = this.#options.clock.wallMs();
    await this.#options.enforceBounds(roomBytes);
  }

  #makeRoom(): Promise<boolean> {
    return this.#options.makeRoom().catch(() => false);
  }

  /**
   * Does something to the segments while none is being written.
   *
   * @param leavesNewest - whether the newest takes no more entries, so that it may be rewritten
   */
  async exclusively<T>(leavesNewest: () => boolean, job: () => Promise<T>): Promise<T> {
    while (this.#running !== undefined) await this.#running;
    this.#stopTimer();
    const ready = leavesNewest() ? this.#leaveSegment() : Promise.resolve();
    const done = ready.then(job);
    this.#running = done
      .then(
        () => {},
        () => {},
      )
      .finally(() => {
        this.#running = undefined;
        this.#afterRun();
      });
    return done;
  }

  #dropWriter(): void {
    this.#retired = { ...this.written };
    this.#writer = undefined;
  }

  #succeed(durable: number): void {
    const { onDurable, onRecovered, clock } = this.#options;
    this.#durable = durable;
    if (this.#failure !== undefined) {
      const failedForMs = clock.wallMs() - this.#failure.sinceMs;
      this.#failure = undefined;
      this.#retryMs = FIRST_RETRY_MS;
      onRecovered(failedForMs);
    }
    onDurable(durable);
    const reached = this.#waiters.filter(({ position }) => position <= durable);
    if (reached.length === 0) return;
    this.#waiters = this.#waiters.filter(({ position }) => position > durable);
    for (const { resolve } of reached) resolve();
  }

  /** After a failure nothing is assumed of the file beyond its last sync; it takes no more. */
  async #abandon(): Promise<void> {
    const { store } = this.#options;
    const writer = this.#writer;
    this.#dropWriter();
    if (writer === undefined) return;
    await writer.cutBack().catch(() => {});
    await writer.close().catch(() => {});
    if (writer.segment.entries === 0) await store.forget(writer.segment).catch(() => {});
  }

  #fail(cause: unknown): void {
    const { store, clock, onFailing } = this.#options;
    const error = new SpoolError("SPOOL_FAILING", store.dir, `The disk refuses: ${reason(cause)}`, {
      cause,
    });
    const isNew = this.#failure === undefined;
    this.#failure = { error, sinceMs: this.#failure?.sinceMs ?? clock.wallMs() };
    if (isNew) onFailing(error);
    const ended = this.#waiters.filter(({ endsOnFailure }) => endsOnFailure);
    this.#waiters = this.#waiters.filter(({ endsOnFailure }) => !endsOnFailure);
    for (const { reject } of ended) reject(error);
  }

  /** Tries a last time, then takes nothing more; rejects what still waits. */
  async close(): Promise<void> {
    await this.#running;
    if (this.#durable < this.#options.tail.last) await this.commit().catch(() => {});
    this.#isClosed = true;
    this.#stopTimer();
    await this.#running;
    const writer = this.#writer;
    this.#dropWriter();
    await writer?.close().catch(() => {});
    for (const { reject } of this.#waiters.splice(0)) {
      reject(new SpoolError("SPOOL_CLOSED", this.#options.store.dir, "The spool was closed"));
    }
  }
}

const NOTHING: WrittenCounts = { bytes: 0, preparedBytes: 0, syncs: 0 };

function lastOf(batches: readonly Batch[]): number {
  const batch = batches.at(-1);
  return batch === undefined ? 0 : batch.firstPosition + batch.count - 1;
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
