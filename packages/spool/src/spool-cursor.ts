import type { CursorState, LostEntries } from "./cursor-state.js";
import type { SpoolEntry } from "./entry.js";
import type { LogReader } from "./log-reader.js";

/** How a cursor reads. */
export interface CursorOptions {
  /**
   * True to read entries before they are on the disk; default: false. A crash then makes another
   * delivery of the same entry, or of none: what was never acknowledged may be gone. `ack` waits
   * for the disk all the same.
   */
  readonly unsynced?: boolean;
  /** Where a cursor begins that is new: at the oldest entry kept (default), or after the newest. */
  readonly from?: "oldest" | "newest";
  /**
   * Positions it may be behind the newest entry before it is cut loose: from then on it holds
   * nothing back, and what it misses is counted. It holds the log again once it is behind by half
   * of that. Default: no bound of its own.
   */
  readonly maxBehind?: number;
}

/** What a cursor needs of its spool. @internal */
export interface CursorHost {
  readonly durable: number;
  readonly last: number;
  readonly isClosed: boolean;
  /** Resolves at the next append (`unsynced`) or sync, and when the spool is closed. */
  whenMore(unsynced: boolean): Promise<void>;
  cursorMoved(): void;
}

/**
 * A named place in the log, kept on disk. `read` goes on from one call to the next; `ack` tells how
 * far the entries are done with, and only that survives a restart.
 */
export class SpoolCursor {
  readonly #host: CursorHost;
  readonly #state: CursorState;
  readonly #reader: LogReader;
  readonly #unsynced: boolean;
  #next: number;
  #wanted: number;
  #reading: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor(host: CursorHost, state: CursorState, reader: LogReader, unsynced: boolean) {
    this.#host = host;
    this.#state = state;
    this.#reader = reader;
    this.#unsynced = unsynced;
    this.#next = state.position + 1;
    this.#wanted = state.position;
  }

  get name(): string {
    return this.#state.name;
  }

  /** Every entry up to this position is done with; 0 before the first. */
  get position(): number {
    return this.#state.position;
  }

  /** Position of the entry that is read next. */
  get next(): number {
    return Math.max(this.#next, this.#state.position + 1);
  }

  /** Positions after `position`, up to the newest entry. */
  get backlog(): number {
    return Math.max(0, this.#host.last - this.#state.position);
  }

  /** Entries this cursor will never get, by why. */
  get lost(): LostEntries {
    return this.#state.lost;
  }

  /** True while it is behind by more than `maxBehind`, and holds nothing back. */
  get isLoose(): boolean {
    return this.#state.isLoose;
  }

  /**
   * The next entries in order, at most `maxEntries`; none where it has come to the end.
   *
   * @throws {@link SpoolError} `SPOOL_UNREADABLE` while the disk refuses; the next read tries again
   */
  read(maxEntries: number): Promise<SpoolEntry[]> {
    const result = this.#reading.then(() => this.#read(maxEntries));
    this.#reading = result.catch(() => {});
    return result;
  }

  async #read(maxEntries: number): Promise<SpoolEntry[]> {
    const upTo = this.#unsynced ? this.#host.last : this.#host.durable;
    const from = this.next;
    if (from > upTo || maxEntries < 1) return [];
    this.#next = from;
    const read = await this.#reader.read(from, upTo, maxEntries);
    // A rewind while reading wins.
    if (this.#next === from) this.#next = read.next;
    return read.entries;
  }

  /** Resolves with true once there is something to read, with false when the spool is closed. */
  async wait(): Promise<boolean> {
    while (!this.#host.isClosed) {
      if (this.next <= (this.#unsynced ? this.#host.last : this.#host.durable)) return true;
      await this.#host.whenMore(this.#unsynced);
    }
    return false;
  }

  /**
   * Notes that every entry up to `position` is done with. It never passes what is on the disk: an
   * acknowledgement beyond it takes effect as the disk catches up. Going back has no effect.
   */
  ack(position: number): void {
    if (position > this.#wanted) this.#wanted = Math.min(position, this.#host.last);
    if (this.settle()) this.#host.cursorMoved();
  }

  /** Moves as far as asked and the disk allows; true where it moved. @internal */
  settle(): boolean {
    const position = Math.min(this.#wanted, this.#host.durable);
    if (position <= this.#state.position) return false;
    this.#state.position = position;
    return true;
  }

  /** Reads again from the first entry that is not done with, such as after a lost connection. */
  rewind(): void {
    this.#next = this.#state.position + 1;
  }

  /** @internal */
  async close(): Promise<void> {
    await this.#reading;
    await this.#reader.close();
  }
}
