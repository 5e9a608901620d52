import { writeCursors } from "./cursor-file.js";
import { CursorState, type SavedCursor } from "./cursor-state.js";
import type { SpoolClock } from "./spool-clock.js";
import type { SpoolFs } from "./spool-fs.js";

const RETRY_MS = 5_000;

/**
 * Keeps the cursors on disk: some time after one moved, all of them with one write. Losing the last
 * moves only makes entries come twice.
 */
export class CursorKeeper {
  readonly states = new Map<string, CursorState>();
  readonly #options: {
    readonly fs: SpoolFs;
    readonly dir: string;
    readonly clock: SpoolClock;
    readonly ackDelayMs: number;
    readonly durable: () => number;
  };
  #cancelTimer: (() => void) | undefined;
  #saving: Promise<void> = Promise.resolve();
  #isDirty = false;
  #isClosed = false;
  /** Bytes handed to the disk, and writes. */
  readonly written = { bytes: 0, files: 0 };
  /** Why the last write failed; undefined after one that did not. */
  failure: unknown;

  constructor(options: {
    readonly fs: SpoolFs;
    readonly dir: string;
    readonly clock: SpoolClock;
    readonly ackDelayMs: number;
    readonly durable: () => number;
    readonly saved: readonly SavedCursor[];
  }) {
    this.#options = options;
    for (const { name, position, lost } of options.saved) {
      this.states.set(name, new CursorState(name, position, lost));
    }
  }

  /** Notes that a cursor is new, gone, or moved. */
  changed(): void {
    this.#isDirty = true;
    this.#later(this.#options.ackDelayMs);
  }

  #later(delayMs: number): void {
    if (this.#cancelTimer !== undefined || this.#isClosed) return;
    this.#cancelTimer = this.#options.clock.after(delayMs, () => {
      this.#cancelTimer = undefined;
      this.#saveChanges().catch(() => this.#later(RETRY_MS));
    });
  }

  /** Resolves once the cursors are on the disk as they are when it is called. */
  save(): Promise<void> {
    this.#isDirty = true;
    return this.#saveChanges();
  }

  #saveChanges(): Promise<void> {
    this.#saving = this.#saving.catch(() => {}).then(() => this.#save());
    return this.#saving;
  }

  async #save(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    const { fs, dir, durable } = this.#options;
    try {
      const cursors = [...this.states.values()];
      this.written.bytes += await writeCursors(fs, dir, { durable: durable(), cursors });
      this.written.files++;
      this.failure = undefined;
    } catch (error) {
      this.#isDirty = true;
      this.failure = error;
      throw error;
    }
  }

  /** Saves a last time; a disk that refuses costs only entries that come twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    await this.#saveChanges().catch(() => {});
  }
}
