import { Bounds } from "./bounds.js";
import { Committer } from "./committer.js";
import { CursorKeeper } from "./cursor-keeper.js";
import { CursorState } from "./cursor-state.js";
import type { AppendOptions, SpoolEntry } from "./entry.js";
import { isSpoolError, SpoolError } from "./error.js";
import { LogEditor, type RevisedRange, type Revision } from "./log-editor.js";
import { LogReader, type OnLogDamage } from "./log-reader.js";
import { type Recovered, recover } from "./recover.js";
import { type ReplayOptions, replayLog } from "./replay.js";
import { HEADER_BYTES } from "./segment-header.js";
import type { SegmentStore } from "./segment-store.js";
import { SegmentWriter } from "./segment-writer.js";
import { type CursorHost, type CursorOptions, SpoolCursor } from "./spool-cursor.js";
import {
  batchBytesOf,
  maxEntryBytesOf,
  type SpoolOptions,
  type SpoolSettings,
  settingsOf,
} from "./spool-options.js";
import type { SpoolStats } from "./spool-stats.js";
import { StreamNames } from "./stream-names.js";
import { Tail } from "./tail.js";

const MAX_STREAM_BYTES = 255;
/** A full spool has room again below this part of its bound. */
const ROOM_AGAIN = 0.9;

/**
 * A durable, bounded log on disk.
 *
 * `append` gives an entry its position and keeps it in memory; a group commit brings it to the disk
 * within `commitDelayMs`. Only what is durable may be acknowledged to whoever sent it: wait for
 * `whenDurable` or `onDurable`. Named cursors read the log, each at its own pace.
 */
export class Spool {
  readonly #settings: SpoolSettings;
  readonly #unlock: () => Promise<void>;
  readonly #tail: Tail;
  readonly #store: SegmentStore;
  readonly #committer: Committer;
  readonly #keeper: CursorKeeper;
  readonly #editor: LogEditor;
  readonly #bounds: Bounds;
  readonly #cursors = new Map<string, SpoolCursor>();
  #wakeAny: (() => void)[] = [];
  #wakeDurable: (() => void)[] = [];
  #isClosed = false;
  #isFull = false;
  #counts = { entries: 0, bytes: 0, refused: 0 };

  private constructor(
    settings: SpoolSettings,
    unlock: () => Promise<void>,
    recovered: Recovered,
    writer: SegmentWriter | undefined,
    names: StreamNames,
  ) {
    this.#settings = settings;
    this.#unlock = unlock;
    this.#store = recovered.store;
    const { segmentBytes, cacheBytes, clock, fs, dir } = settings;
    const { next } = recovered;
    const batchBytes = batchBytesOf(segmentBytes);
    this.#tail = new Tail({ names, next, batchBytes, cacheBytes });
    this.#keeper = new CursorKeeper({
      fs,
      dir,
      clock,
      ackDelayMs: settings.ackDelayMs,
      durable: () => this.durable,
      saved: recovered.cursors,
    });
    const log = {
      settings,
      store: this.#store,
      cursors: () => this.#keeper.states.values(),
      saveCursors: () => this.#keeper.save(),
    };
    this.#editor = new LogEditor(log);
    this.#bounds = new Bounds({ ...log, editor: this.#editor });
    this.#committer = new Committer({
      ...settings,
      tail: this.#tail,
      store: this.#store,
      names,
      writer,
      durable: next - 1,
      maxSegmentAgeMs: settings.historyMs / 8,
      enforceBounds: (roomBytes) => this.#bounds.enforce(roomBytes),
      makeRoom: () => this.#bounds.makeRoom(),
      onDurable: (position) => this.#onDurable(position),
      onFailing: (error) => settings.onEvent({ kind: "failing", error }),
      onRecovered: (failedForMs) => settings.onEvent({ kind: "recovered", failedForMs }),
    });
    this.#bounds.countGaps(next);
  }

  /**
   * Opens the spool in a folder, and recovers it after whatever happened to the last process.
   *
   * @throws {@link SpoolError} `SPOOL_LOCKED`, `SPOOL_BAD_OPTION`, `SPOOL_FAILING` where the folder
   * cannot be read or written
   */
  static async open(options: SpoolOptions): Promise<Spool> {
    const settings = settingsOf(options);
    const { fs, dir } = settings;
    let unlock: (() => Promise<void>) | undefined;
    try {
      await fs.makeDir(dir);
      unlock = await fs.lock(dir);
      const names = new StreamNames();
      const recovered = await recover(fs, dir, settings.onEvent);
      const writer = await goOn(settings, recovered, names);
      return new Spool(settings, unlock, recovered, writer, names);
    } catch (cause) {
      await unlock?.().catch(() => {});
      if (isSpoolError(cause)) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      const message = `The spool cannot be opened: ${why}`;
      throw new SpoolError("SPOOL_FAILING", dir, message, { cause });
    }
  }

  /** Last position on the disk; 0 before the first. */
  get durable(): number {
    return this.#committer.durable;
  }

  /** Position of the newest entry, on the disk or not; 0 before the first. */
  get last(): number {
    return this.#tail.last;
  }

  /**
   * Takes an entry: its bytes are copied, and its position returned, from 1 on, one more each time.
   * It is not on the disk yet.
   *
   * @throws {@link SpoolError} `SPOOL_FULL` when the backlog is at its bound and the policy is to
   * refuse, `SPOOL_FAILING` while the disk refuses, `SPOOL_BUSY` when `maxPendingBytes` wait for it, `SPOOL_ENTRY_TOO_LONG`, `SPOOL_BAD_OPTION`, `SPOOL_CLOSED`
   */
  append(entry: Uint8Array, options?: AppendOptions): number {
    this.#assertTakes(entry.length);
    const stream = options?.stream;
    const timeMs = options?.timeMs ?? Math.trunc(this.#settings.clock.wallMs());
    this.#assertFields(stream, timeMs);
    const position = this.#tail.append(entry, stream, timeMs, options?.keep ?? false);
    this.#counts.entries++;
    this.#counts.bytes += entry.length;
    this.#committer.appended();
    if (this.#wakeAny.length > 0) this.#wakeAny = wake(this.#wakeAny);
    return position;
  }

  #assertTakes(bytes: number): void {
    if (this.#isClosed) throw this.#error("SPOOL_CLOSED", "The spool was closed");
    const { maxPendingBytes, segmentBytes, policy } = this.#settings;
    if (bytes > maxEntryBytesOf(segmentBytes)) {
      const most = maxEntryBytesOf(segmentBytes);
      throw this.#error("SPOOL_ENTRY_TOO_LONG", `An entry of ${bytes} bytes; at most ${most}`);
    }
    if (this.#committer.failure !== undefined) throw this.#refusal(this.#committer.failure);
    const waiting = this.#tail.waitingBytes;
    if (waiting + bytes > maxPendingBytes && waiting > 0) {
      throw this.#refusal(this.#error("SPOOL_BUSY", `${waiting} bytes wait for the disk`));
    }
    if (policy === "refuse") this.#assertRoom(waiting + bytes);
  }

  #assertRoom(bytes: number): void {
    const { backlogBytes } = this.#bounds;
    const { maxBytes, segmentBytes } = this.#settings;
    const headers = HEADER_BYTES * (1 + Math.ceil(bytes / segmentBytes));
    if (backlogBytes + bytes + headers <= maxBytes) return;
    if (!this.#isFull) this.#settings.onEvent({ kind: "full", backlogBytes });
    this.#isFull = true;
    throw this.#refusal(this.#error("SPOOL_FULL", `The backlog is ${backlogBytes} bytes`));
  }

  #refusal(error: SpoolError): SpoolError {
    this.#counts.refused++;
    return error;
  }

  /** After the log grew or a cursor moved. */
  #measure(): void {
    this.#bounds.measure();
    const { backlogBytes } = this.#bounds;
    if (!this.#isFull || backlogBytes > this.#settings.maxBytes * ROOM_AGAIN) return;
    this.#isFull = false;
    this.#settings.onEvent({ kind: "room", backlogBytes });
  }

  #assertFields(stream: string | undefined, timeMs: number): void {
    if (!Number.isInteger(timeMs) || timeMs < 0 || timeMs >= 2 ** 47) {
      throw this.#error("SPOOL_BAD_OPTION", `timeMs is ${timeMs}; it takes whole milliseconds`);
    }
    // Three bytes of UTF-8 a UTF-16 unit at most.
    if (stream === undefined || stream.length * 3 <= MAX_STREAM_BYTES) return;
    if (Buffer.byteLength(stream) > MAX_STREAM_BYTES) {
      throw this.#error("SPOOL_BAD_OPTION", `A stream's name takes ${MAX_STREAM_BYTES} bytes`);
    }
  }

  #error(code: SpoolError["code"], message: string): SpoolError {
    return new SpoolError(code, this.#settings.dir, message);
  }

  /**
   * Brings everything appended so far to the disk at once.
   *
   * @throws {@link SpoolError} `SPOOL_FAILING` when the disk refuses; the entries are kept, and
   * tried again
   */
  commit(): Promise<void> {
    return this.#committer.commit();
  }

  /**
   * Resolves once the entry at this position is on the disk, however long the disk refuses.
   *
   * @throws {@link SpoolError} `SPOOL_CLOSED` when the spool is closed before
   */
  whenDurable(position: number): Promise<void> {
    return this.#committer.whenDurable(position);
  }

  #onDurable(position: number): void {
    let moved = false;
    for (const cursor of this.#cursors.values()) moved = cursor.settle() || moved;
    if (moved) this.#keeper.changed();
    this.#bounds.watchCursors(this.last);
    this.#measure();
    this.#settings.onDurable(position);
    this.#wakeDurable = wake(this.#wakeDurable);
  }

  /** The cursor of this name, as it was left, or a new one. The same object each time. */
  cursor(name: string, options: CursorOptions = {}): SpoolCursor {
    const known = this.#cursors.get(name);
    if (known !== undefined) return known;
    let state = this.#keeper.states.get(name);
    if (state === undefined) {
      const position = options.from === "newest" ? this.durable : this.#oldest() - 1;
      state = new CursorState(name, position);
      this.#keeper.states.set(name, state);
      this.#keeper.changed();
    }
    state.maxBehind = options.maxBehind ?? Number.POSITIVE_INFINITY;
    this.#bounds.watchCursors(this.last);
    this.#measure();
    const reader = this.#reader((damage) => {
      state.lose("damaged", damage.lastPosition - damage.firstPosition + 1);
      this.#keeper.changed();
      this.#settings.onEvent({ kind: "damaged", ...damage });
    });
    const cursor = new SpoolCursor(this.#host(), state, reader, options.unsynced ?? false);
    this.#cursors.set(name, cursor);
    return cursor;
  }

  #reader(onDamage: OnLogDamage): LogReader {
    const { fs } = this.#settings;
    return new LogReader({ fs, store: this.#store, tail: this.#tail, onDamage });
  }

  /** Forgets a cursor, so that it holds the backlog no more. */
  async removeCursor(name: string): Promise<void> {
    const cursor = this.#cursors.get(name);
    this.#cursors.delete(name);
    if (this.#keeper.states.delete(name)) this.#keeper.changed();
    this.#measure();
    await cursor?.close();
  }

  #host(): CursorHost {
    const spool = this;
    return {
      get durable() {
        return spool.durable;
      },
      get last() {
        return spool.last;
      },
      get isClosed() {
        return spool.#isClosed;
      },
      whenMore: (unsynced) =>
        new Promise((resolve) => (unsynced ? this.#wakeAny : this.#wakeDurable).push(resolve)),
      cursorMoved: () => {
        this.#keeper.changed();
        this.#bounds.watchCursors(this.last);
        this.#measure();
      },
    };
  }

  /**
   * Reads the log beside every cursor, from a position or a time on, up to what is on the disk when
   * it is called, in runs of entries. What is dropped meanwhile is passed over.
   *
   * @throws {@link SpoolError} `SPOOL_UNREADABLE`, `SPOOL_CLOSED`
   */
  replay(options: ReplayOptions = {}): AsyncGenerator<SpoolEntry[], void, undefined> {
    const reader = this.#reader((damage) => {
      this.#settings.onEvent({ kind: "damaged", ...damage });
    });
    return replayLog(this.#store, reader, this.durable, options, () => {
      if (this.#isClosed) throw this.#error("SPOOL_CLOSED", "The spool was closed");
    });
  }

  /**
   * Erases all entries of a stream that were appended before the call, from the files too: each
   * segment that holds some is rewritten without them. Cursors that had not read them count them.
   *
   * Storage that keeps old copies of its own (flash, snapshots) is beyond its reach.
   *
   * @returns the entries erased
   * @throws {@link SpoolError} `SPOOL_FAILING` when the disk refuses; what was erased so far, is
   */
  async erase(stream: string): Promise<number> {
    await this.commit();
    return this.#edit(
      () => true,
      () => this.#editor.erase(stream),
    );
  }

  /**
   * Changes what entries hold, in the files too: each segment of the range is rewritten. Positions,
   * times and streams stay. Spent files are not used again from the first call on, since old bytes may
   * be in them.
   *
   * @param range - first and last position; what was not appended by then is left alone
   * @param change - gives an entry's bytes as they are to be, the same object for no change, or
   * undefined to take the entry out: cursors that had not read it count it as erased. Called again
   * after a failure
   * @throws {@link SpoolError} `SPOOL_FAILING` when the disk refuses; what was changed so far, is
   */
  async revise(
    range: RevisedRange,
    change: (entry: SpoolEntry) => Uint8Array | undefined,
  ): Promise<Revision> {
    await this.commit();
    const isInNewest = () =>
      (this.#store.newest?.firstPosition ?? Number.POSITIVE_INFINITY) <= range.to;
    return this.#edit(
      () => !this.#editor.isClean || isInNewest(),
      () => this.#editor.revise(range, change),
    );
  }

  /** What readers have in memory is read from the files again. */
  #edit<T>(leavesNewest: () => boolean, job: () => Promise<T>): Promise<T> {
    return this.#committer.exclusively(leavesNewest, async () => {
      this.#tail.forgetDurable();
      try {
        return await job();
      } finally {
        this.#bounds.measure();
      }
    });
  }

  #oldest(): number {
    return this.#store.segments[0]?.firstPosition ?? this.durable + 1;
  }

  /** How the spool is. */
  stats(): SpoolStats {
    const { failure, written, durable } = this.#committer;
    const { segments, spareFiles } = this.#store;
    const states = [...this.#keeper.states.values()];
    return {
      state: failure !== undefined ? "failing" : this.#isFull ? "full" : "ok",
      ...(failure === undefined ? {} : { error: failure }),
      oldest: this.#oldest(),
      last: this.last,
      durable,
      pendingBytes: this.#tail.waitingBytes,
      segments: segments.length,
      usedBytes: this.#store.usedBytes,
      spareFiles,
      backlogBytes: this.#bounds.backlogBytes,
      historyBytes: this.#bounds.historyBytes,
      appendedEntries: this.#counts.entries,
      appendedBytes: this.#counts.bytes,
      refusedEntries: this.#counts.refused,
      writtenBytes: written.bytes,
      preparedBytes: written.preparedBytes,
      cursorBytes: this.#keeper.written.bytes,
      indexBytes: this.#store.indexBytes,
      syncs: written.syncs,
      cursorWrites: this.#keeper.written.files,
      cursors: Object.fromEntries(
        states.map(({ name, position, lost, isLoose }) => [
          name,
          { position, backlog: Math.max(0, this.last - position), lost, isLoose },
        ]),
      ),
    };
  }

  /**
   * Commits, keeps the cursors, and gives the folder back.
   *
   * @throws {@link SpoolError} `SPOOL_FAILING` when entries that were appended did not reach the
   * disk; the spool is closed all the same
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#committer.close();
    this.#wakeAny = wake(this.#wakeAny);
    this.#wakeDurable = wake(this.#wakeDurable);
    for (const cursor of this.#cursors.values()) await cursor.close();
    await this.#keeper.close();
    await this.#unlock();
    if (this.durable < this.last) {
      throw this.#committer.failure ?? this.#error("SPOOL_FAILING", "The disk refuses");
    }
  }
}

/** Resumes the newest segment where it has room and the positions go on in it. */
async function goOn(
  settings: SpoolSettings,
  { store, next }: Recovered,
  names: StreamNames,
): Promise<SegmentWriter | undefined> {
  const { newest } = store;
  const { fs, segmentBytes } = settings;
  if (newest === undefined || newest.lastPosition !== next - 1) return undefined;
  if (newest.header.coversTo !== 0 || newest.endOffset > segmentBytes * 0.75) return undefined;
  const file = await fs.open(store.pathOf(newest), "write");
  return new SegmentWriter(newest, file, { names, segmentBytes });
}

function wake(waiting: (() => void)[]): (() => void)[] {
  for (const resolve of waiting) resolve();
  return [];
}
