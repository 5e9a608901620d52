import type { SpoolEntry } from "./entry.js";
import { SegmentReader } from "./segment-reader.js";
import type { SegmentStore } from "./segment-store.js";
import type { SpoolFs } from "./spool-fs.js";
import type { Tail } from "./tail.js";

/** Told of positions that should be readable and are not. */
export type OnLogDamage = (damage: {
  readonly file: string;
  readonly offset: number;
  readonly firstPosition: number;
  readonly lastPosition: number;
}) => void;

/** Reads the log from a position on: the segments on disk, then the end of it in memory. */
export class LogReader {
  readonly #fs: SpoolFs;
  readonly #store: SegmentStore;
  readonly #tail: Tail;
  readonly #onDamage: OnLogDamage;
  #reader: SegmentReader | undefined;

  constructor(options: {
    readonly fs: SpoolFs;
    readonly store: SegmentStore;
    readonly tail: Tail;
    readonly onDamage: OnLogDamage;
  }) {
    this.#fs = options.fs;
    this.#store = options.store;
    this.#tail = options.tail;
    this.#onDamage = options.onDamage;
  }

  /**
   * Entries from position `from` up to `upTo`, at most `max`; `next` is where to go on. Positions
   * that are no more, are passed over.
   *
   * @throws {@link SpoolError} `SPOOL_UNREADABLE` while the disk refuses to read
   */
  async read(
    from: number,
    upTo: number,
    max: number,
  ): Promise<{ entries: SpoolEntry[]; next: number }> {
    let next = from;
    while (next <= upTo) {
      if (next >= this.#tail.first) {
        const entries = this.#tail.read(next, upTo, max);
        return { entries, next: (entries.at(-1)?.position ?? upTo) + 1 };
      }
      const segment = this.#store.find(next);
      if (segment === undefined || segment.firstPosition >= this.#tail.first) {
        next = this.#tail.first;
        continue;
      }
      next = Math.max(next, segment.firstPosition);
      const reader = await this.#readerOf(segment);
      const entries = await reader.read(next, upTo, max);
      // Not one past the last entry: damage behind it was passed, and counted, in the same read.
      if (entries.length > 0) return { entries, next: reader.expected };
      if (!segment.retired) next = Math.max(next, Math.min(reader.expected, upTo + 1));
    }
    return { entries: [], next };
  }

  async #readerOf(segment: SegmentReader["segment"]): Promise<SegmentReader> {
    if (this.#reader?.segment === segment) return this.#reader;
    await this.#reader?.close();
    const file = segment.fileName;
    this.#reader = new SegmentReader(
      this.#fs,
      this.#store.pathOf(segment),
      segment,
      (firstPosition, lastPosition, offset) =>
        this.#onDamage({ file, offset, firstPosition, lastPosition }),
    );
    return this.#reader;
  }

  async close(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.close();
  }
}
