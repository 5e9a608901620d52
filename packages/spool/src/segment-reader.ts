import { makeEntry, type SpoolEntry, viewOf } from "./entry.js";
import { SpoolError } from "./error.js";
import { ENTRY, entrySeed, MARK, RecordReader } from "./record.js";
import { resync } from "./resync.js";
import type { Segment } from "./segment.js";
import { HEADER_BYTES } from "./segment-header.js";
import type { SpoolFile, SpoolFs } from "./spool-fs.js";

const WINDOW_BYTES = 64 * 1024;
const SECTOR_BYTES = 4096;
/** Reads of one place that fail before it is taken as damaged. */
const READ_ATTEMPTS = 3;

/** Told of each run of positions that should be readable and is not. */
export type OnDamage = (firstPosition: number, lastPosition: number, offset: number) => void;

/** Reads the entries of one segment's file in order, what is on the disk only. */
export class SegmentReader {
  readonly segment: Segment;
  readonly #fs: SpoolFs;
  readonly #path: string;
  readonly #onDamage: OnDamage;
  readonly #reader = new RecordReader();
  readonly #names = new Map<number, string>();
  #file: SpoolFile | undefined;
  #offset = -1;
  #expected = 0;
  /** Positions up to this one are none any more, where the entry at `#offset` stands behind them. */
  #passed = 0;
  #baseTimeMs = 0;
  #window: Buffer = Buffer.alloc(0);
  #windowAt = 0;
  #failures = 0;

  constructor(fs: SpoolFs, path: string, segment: Segment, onDamage: OnDamage) {
    this.#fs = fs;
    this.#path = path;
    this.segment = segment;
    this.#onDamage = onDamage;
  }

  /** Where the next read goes on without a search. */
  get expected(): number {
    return Math.max(this.#expected, this.#passed + 1);
  }

  /**
   * Entries from position `from` up to `upTo`, at most `max`. `expected` then tells how far it came:
   * beyond the segment's last position when it is read to its end.
   *
   * @throws {@link SpoolError} `SPOOL_UNREADABLE` while the disk refuses to read
   */
  async read(from: number, upTo: number, max: number): Promise<SpoolEntry[]> {
    const entries: SpoolEntry[] = [];
    if (this.#offset < 0 || from < this.#expected) this.#seek(from);
    // The segment may grow meanwhile; these two belong together.
    const { endOffset: limit, lastPosition } = this.segment;
    const last = Math.min(upTo, lastPosition);
    while (entries.length < max && this.expected <= last && this.#offset < limit) {
      if (!(await this.#load(limit))) break;
      const isWhole = this.#takeRecords(from, last, max, limit, entries);
      if (!isWhole) await this.#skipDamage(from, limit);
    }
    if (this.#offset >= limit && this.#expected <= lastPosition) {
      // What is missing at the end was left out when it was rewritten, or is lost.
      if (this.segment.header.coversTo === 0) this.#lose(from, lastPosition);
      this.#expected = lastPosition + 1;
    }
    return entries;
  }

  #seek(position: number): void {
    const point = this.segment.pointFor(position, HEADER_BYTES);
    this.#offset = point.offset;
    this.#expected = point.position;
    this.#passed = 0;
    this.#baseTimeMs = this.segment.header.baseTimeMs;
    this.#names.clear();
  }

  /** Makes the window hold one whole record at `#offset`, if there is one; false when retired. */
  async #load(limit: number): Promise<boolean> {
    let size = WINDOW_BYTES;
    for (;;) {
      const at = this.#offset - this.#windowAt;
      const inside = at >= 0 && at < this.#window.length;
      if (inside && this.#reader.take(this.#window, at, this.#window.length)) return true;
      const atEnd = this.#windowAt + this.#window.length >= limit;
      if (inside && atEnd) return true;
      if (inside && at === 0) size = this.#window.length * 4;
      const bytes = Buffer.allocUnsafeSlow(Math.min(size, limit - this.#offset));
      const count = await this.#readBytes(bytes, this.#offset);
      if (this.segment.retired) return false;
      // A file that is shorter than it was is damaged there.
      this.#window = bytes.fill(0, count);
      this.#windowAt = this.#offset;
    }
  }

  /** Takes records from the window; false where it came upon a damaged one. */
  #takeRecords(
    from: number,
    last: number,
    max: number,
    limit: number,
    into: SpoolEntry[],
  ): boolean {
    const reader = this.#reader;
    const bytes = this.#window;
    const { header } = this.segment;
    while (into.length < max && this.#expected <= last) {
      const at = this.#offset - this.#windowAt;
      if (!reader.take(bytes, at, bytes.length)) {
        const atEnd = this.#windowAt + bytes.length >= limit;
        return at >= bytes.length || !atEnd;
      }
      const position = this.#expected + reader.gap;
      const seed = reader.kind === ENTRY ? entrySeed(header.seed, position) : header.seed;
      if (!reader.matches(bytes, seed)) return false;
      if (reader.kind === ENTRY && position > last) {
        this.#passed = last;
        return true;
      }
      if (reader.kind === ENTRY) this.#takeEntry(position, from, into);
      else this.#takeOther(from);
      this.#offset = this.#windowAt + reader.end;
    }
    return true;
  }

  #takeEntry(position: number, from: number, into: SpoolEntry[]): void {
    const reader = this.#reader;
    this.#expected = position + 1;
    if (position < from) return;
    const stream = reader.streamId === 0 ? undefined : this.#names.get(reader.streamId);
    if (reader.streamId !== 0 && stream === undefined) {
      // Its stream's name was lost to damage before it: without the name it is of no use.
      this.#onDamage(position, position, this.#offset);
      return;
    }
    const bytes = viewOf(this.#window, reader.bytesAt, reader.end);
    const timeMs = this.#baseTimeMs + reader.timeDelta;
    into.push(makeEntry(position, bytes, timeMs, stream, reader.keep));
  }

  #takeOther(from: number): void {
    const reader = this.#reader;
    if (reader.kind !== MARK) {
      const name = this.#window.toString("utf8", reader.bytesAt, reader.end);
      this.#names.set(reader.streamId, name);
      return;
    }
    const { header } = this.segment;
    const position = header.firstPosition + reader.positionDelta;
    if (position > this.#expected && header.coversTo === 0) this.#lose(from, position - 1);
    this.#expected = Math.max(this.#expected, position);
    this.#baseTimeMs = header.baseTimeMs + reader.timeDelta;
    if (reader.reset) this.#names.clear();
  }

  /** Goes on behind the damaged record at `#offset`; the rest of the segment is read for it. */
  async #skipDamage(from: number, limit: number): Promise<void> {
    const rest = Buffer.allocUnsafeSlow(limit - this.#offset);
    const count = await this.#readBytes(rest, this.#offset);
    if (this.segment.retired) return;
    const { header, lastPosition } = this.segment;
    const next = resync(rest, 0, count, header, this.#expected);
    this.#lose(from, next === undefined ? lastPosition : next.position - 1);
    this.#expected = next?.position ?? lastPosition + 1;
    this.#offset = next === undefined ? limit : this.#offset + next.offset;
  }

  #lose(from: number, lastPosition: number): void {
    const first = Math.max(from, this.#expected);
    if (first <= lastPosition) this.#onDamage(first, lastPosition, this.#offset);
  }

  /** Reads on; a place that fails again and again is read as zeros, sector by sector. */
  async #readBytes(into: Buffer, at: number): Promise<number> {
    try {
      this.#file ??= await this.#fs.open(this.#path, "read");
      const count = await this.#file.read(into, at);
      this.#failures = 0;
      return count;
    } catch (cause) {
      if (this.segment.retired) return 0;
      this.#failures++;
      if (this.#failures < READ_ATTEMPTS || this.#file === undefined) {
        const message = "The spool could not be read";
        throw new SpoolError("SPOOL_UNREADABLE", this.#path, message, { cause });
      }
      await this.#readSectors(this.#file, into, at);
      return into.length;
    }
  }

  async #readSectors(file: SpoolFile, into: Buffer, at: number): Promise<void> {
    for (let start = 0; start < into.length; start += SECTOR_BYTES) {
      const sector = into.subarray(start, start + SECTOR_BYTES);
      await file.read(sector, at + start).catch(() => sector.fill(0));
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}
