import { findMark } from "./find-mark.js";
import { ENTRY, entrySeed, MARK, RecordReader } from "./record.js";
import { resync } from "./resync.js";
import { Segment } from "./segment.js";
import { HEADER_BYTES, type SegmentHeader } from "./segment-header.js";

/** Entries that were on the disk and cannot be read any more. */
export interface Damage {
  readonly offset: number;
  readonly firstPosition: number;
  readonly lastPosition: number;
}

/** What a segment file holds, by its own records. */
export interface SegmentScan {
  readonly segment: Segment;
  readonly damage: readonly Damage[];
  /** Bytes follow the end that were being written when the writer was stopped. */
  readonly torn: boolean;
  /** Offset of the first block that is not proven to be on the disk; the end where all are. */
  readonly unprovenFrom: number;
}

/**
 * Reads a whole segment file.
 *
 * Where a record is damaged, the marks after it decide: if one was written when the damaged entry
 * was on the disk already, entries are lost, counted, and reading goes on behind them; if none was,
 * this is the torn end of what was never acknowledged.
 *
 * @param lastPosition - the last position that belongs to it, by the segment after it; undefined
 * for the newest segment, whose end is to be found
 * @param durable - positions up to this one are known, from elsewhere, to have been on the disk
 */
export function scanSegment(
  bytes: Buffer,
  header: SegmentHeader,
  lastPosition: number | undefined,
  durable: number,
): SegmentScan {
  return new Scan(bytes, header, lastPosition, durable).run();
}

class Scan {
  readonly #bytes: Buffer;
  readonly #header: SegmentHeader;
  readonly #last: number | undefined;
  readonly #reader = new RecordReader();
  readonly #segment: Segment;
  readonly #damage: Damage[] = [];
  readonly #names = new Map<number, string>();
  #durable: number;
  #expected: number;
  #baseTimeMs: number;
  #torn = false;
  #blockEnd = 0;
  /** Marks of blocks that no later mark has proven. */
  #unproven: { readonly position: number; readonly offset: number }[] = [];

  constructor(bytes: Buffer, header: SegmentHeader, last: number | undefined, durable: number) {
    this.#bytes = bytes;
    this.#header = header;
    this.#last = last;
    this.#durable = last === undefined ? durable : Math.max(last, durable);
    this.#expected = header.firstPosition;
    this.#baseTimeMs = header.baseTimeMs;
    this.#segment = new Segment(header, HEADER_BYTES);
    this.#segment.fileBytes = bytes.length;
  }

  run(): SegmentScan {
    const segment = this.#segment;
    let at = HEADER_BYTES;
    while (at < this.#bytes.length && !this.#isComplete()) {
      const next = this.#record(at) ? this.#reader.end : this.#skip(at);
      if (next < 0) break;
      at = next;
    }
    const known = this.#last ?? this.#durable;
    if (this.#expected > known && at < this.#blockEnd) this.#torn = true;
    if (this.#expected <= known && this.#header.coversTo === 0) this.#lose(at, known);
    segment.endOffset = at;
    segment.lastPosition = Math.max(this.#expected - 1, this.#header.coversTo);
    const unproven = this.#unproven.find(({ position }) => position > this.#durable);
    return {
      segment,
      damage: this.#damage,
      torn: this.#torn && this.#last === undefined,
      unprovenFrom: unproven?.offset ?? at,
    };
  }

  #isComplete(): boolean {
    return this.#last !== undefined && this.#expected > this.#last;
  }

  /** Takes the record at `at`; false where it is damaged. */
  #record(at: number): boolean {
    const reader = this.#reader;
    const { seed } = this.#header;
    if (!reader.take(this.#bytes, at, this.#bytes.length)) return false;
    if (reader.kind === ENTRY) {
      const position = this.#expected + reader.gap;
      if (!reader.matches(this.#bytes, entrySeed(seed, position))) return false;
      return this.#entry(position);
    }
    if (!reader.matches(this.#bytes, seed)) return false;
    if (reader.kind === MARK) return this.#mark(at);
    const name = this.#bytes.toString("utf8", reader.bytesAt, reader.end);
    this.#names.set(reader.streamId, name);
    this.#segment.noteStream(name);
    return true;
  }

  #entry(position: number): boolean {
    const timeMs = this.#baseTimeMs + this.#reader.timeDelta;
    this.#expected = position + 1;
    this.#segment.entries++;
    this.#segment.noteTimes(timeMs, timeMs);
    return true;
  }

  #mark(at: number): boolean {
    const reader = this.#reader;
    const position = this.#header.firstPosition + reader.positionDelta;
    if (position < this.#expected) return false;
    if (position > this.#expected && this.#header.coversTo === 0) this.#lose(at, position - 1);
    this.#expected = position;
    this.#blockEnd = reader.end + reader.bodyBytes;
    this.#baseTimeMs = this.#header.baseTimeMs + reader.timeDelta;
    this.#durable = Math.max(this.#durable, position - 1 - reader.behind);
    this.#unproven = this.#unproven.filter((mark) => mark.position > this.#durable);
    this.#unproven.push({ position, offset: at });
    if (reader.reset) {
      this.#names.clear();
      this.#segment.points.push({ position, offset: at });
    }
    return true;
  }

  /** Goes on behind the damage at `at`; -1 where this is the end. */
  #skip(at: number): number {
    const bytes = this.#bytes;
    if (this.#last === undefined) {
      const { proven, marks } = this.#provenAfter(at);
      if (proven < this.#expected) {
        this.#torn = marks > 0;
        return -1;
      }
    }
    const next = resync(bytes, at, bytes.length, this.#header, this.#expected);
    if (next === undefined) return -1;
    if (next.position > this.#expected) this.#lose(at, next.position - 1);
    this.#expected = next.position;
    return next.offset;
  }

  /** The last position that any mark after `at` says was on the disk, and how many marks there are. */
  #provenAfter(at: number): { proven: number; marks: number } {
    const reader = new RecordReader();
    let proven = this.#durable;
    let marks = 0;
    for (let from = at + 1; ; from = reader.end) {
      const mark = findMark(this.#bytes, from, this.#bytes.length, this.#header.seed, reader);
      if (mark < 0) break;
      marks++;
      const position = this.#header.firstPosition + reader.positionDelta;
      proven = Math.max(proven, position - 1 - reader.behind);
    }
    return { proven, marks };
  }

  #lose(offset: number, lastPosition: number): void {
    this.#damage.push({ offset, firstPosition: this.#expected, lastPosition });
    this.#expected = lastPosition + 1;
  }
}
