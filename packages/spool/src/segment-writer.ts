import {
  closeRecord,
  entrySeed,
  MARK_MAX_BYTES,
  nameSize,
  RecordReader,
  writeMark,
  writeName,
} from "./record.js";
import { POINT_BYTES, type Segment, type SegmentPoint } from "./segment.js";
import { HEADER_BYTES, writeHeader } from "./segment-header.js";
import type { SpoolFile } from "./spool-fs.js";
import type { StreamNames } from "./stream-names.js";
import type { Batch } from "./tail.js";

/** Bytes prepared (written as zeros) at a time, ahead of the entries. */
const PREPARE_BYTES = 256 * 1024;
const PAGE_BYTES = 4096;
const ZEROS = Buffer.alloc(PAGE_BYTES);

/**
 * Appends blocks to one segment's file and syncs them. After any failure it is used no more: what
 * the disk holds then is unknown, and the entries go to a fresh segment.
 */
export class SegmentWriter {
  readonly segment: Segment;
  readonly #file: SpoolFile;
  readonly #names: StreamNames;
  readonly #segmentBytes: number;
  readonly #reader = new RecordReader();
  #defined = new Set<number>();
  #resetAt = Number.NEGATIVE_INFINITY;
  #staging = Buffer.alloc(0);
  /** Bytes handed to the disk, and syncs asked for. */
  readonly written = { bytes: 0, preparedBytes: 0, syncs: 0 };

  constructor(
    segment: Segment,
    file: SpoolFile,
    options: { readonly names: StreamNames; readonly segmentBytes: number },
  ) {
    this.segment = segment;
    this.#file = file;
    this.#names = options.names;
    this.#segmentBytes = options.segmentBytes;
  }

  /** How many of these batches, from the first, still have room in this segment. */
  fitting(batches: readonly Batch[]): number {
    let end = Math.max(this.segment.endOffset, HEADER_BYTES);
    let count = 0;
    for (const batch of batches) {
      end += MARK_MAX_BYTES + batch.nameBytes + batch.end - batch.start;
      if (end > this.#segmentBytes) break;
      count++;
    }
    return count;
  }

  /** Writes the batches and returns once they are on the disk. */
  async append(batches: readonly Batch[], durable: number): Promise<void> {
    const { segment } = this;
    const from = segment.endOffset;
    const points: SegmentPoint[] = [];
    let end = 0;
    this.#reserve(batches);
    if (from < HEADER_BYTES) {
      writeHeader(this.#staging, segment.header);
      end = HEADER_BYTES;
    }
    for (const batch of batches) {
      const offset = from + end;
      const reset = offset - this.#resetAt >= POINT_BYTES;
      if (reset) {
        points.push({ position: batch.firstPosition, offset });
        this.#resetAt = offset;
        this.#defined = new Set();
      }
      end = this.#stageBlock(batch, end, durable, reset);
    }
    await this.#prepare(from + end);
    await this.#file.write(this.#staging.subarray(0, end), from);
    await this.#file.sync();
    this.written.bytes += end;
    this.written.syncs++;
    segment.endOffset = from + end;
    segment.points.push(...points);
    for (const batch of batches) this.#note(batch);
  }

  /** Bytes from the first record to be read on, so that staging never runs over. */
  #reserve(batches: readonly Batch[]): void {
    let bytes = HEADER_BYTES;
    for (const batch of batches) {
      bytes += MARK_MAX_BYTES + batch.nameBytes + batch.end - batch.start;
    }
    if (this.#staging.length < bytes) {
      this.#staging = Buffer.allocUnsafeSlow(Math.max(bytes, 128 * 1024));
    }
  }

  #stageBlock(batch: Batch, at: number, durable: number, reset: boolean): number {
    const { header } = this.segment;
    const staging = this.#staging;
    const bodyBytes = this.#bodyBytes(batch);
    const mark = {
      positionDelta: batch.firstPosition - header.firstPosition,
      behind: batch.firstPosition - 1 - durable,
      timeDelta: batch.baseTimeMs - header.baseTimeMs,
      bodyBytes,
      reset,
    };
    let end = writeMark(staging, at, mark, header.seed);
    for (const id of batch.streamIds) {
      if (this.#defined.has(id)) continue;
      this.#defined.add(id);
      end = writeName(staging, end, id, this.#names.bytesOf(id), header.seed);
    }
    let start = end;
    end += batch.buffer.copy(staging, end, batch.start, batch.end);
    for (let position = batch.firstPosition; start < end; position++) {
      this.#reader.take(staging, start, end);
      closeRecord(staging, start, this.#reader.end, entrySeed(header.seed, position));
      start = this.#reader.end;
    }
    return end;
  }

  #bodyBytes(batch: Batch): number {
    let bytes = batch.end - batch.start;
    for (const id of batch.streamIds) {
      if (!this.#defined.has(id)) bytes += nameSize(id, this.#names.bytesOf(id));
    }
    return bytes;
  }

  /**
   * Zeros ahead of the entries: a sync then need not wait for the file's length to change, which
   * halves what reaches the disk. One page at a time: of a long write the system makes one large
   * page, and takes all of it as changed with each small write after.
   */
  async #prepare(end: number): Promise<void> {
    const { segment } = this;
    if (end <= segment.fileBytes) return;
    const wanted = Math.ceil(end / PREPARE_BYTES) * PREPARE_BYTES;
    const to = Math.max(end, Math.min(wanted, this.#segmentBytes));
    while (segment.fileBytes < to) {
      const length = Math.min(
        PAGE_BYTES - (segment.fileBytes % PAGE_BYTES),
        to - segment.fileBytes,
      );
      await this.#file.write(ZEROS.subarray(0, length), segment.fileBytes);
      segment.fileBytes += length;
      this.written.preparedBytes += length;
    }
  }

  #note(batch: Batch): void {
    const { segment } = this;
    segment.lastPosition = batch.firstPosition + batch.count - 1;
    segment.entries += batch.count;
    segment.noteTimes(batch.minTimeMs, batch.maxTimeMs);
    for (const id of batch.streamIds) segment.noteStream(this.#names.textOf(id) ?? "");
  }

  /** Cuts off what was written after the last sync that succeeded. */
  async cutBack(): Promise<void> {
    await this.#file.truncate(this.segment.endOffset);
    this.segment.fileBytes = this.segment.endOffset;
    await this.#file.sync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
