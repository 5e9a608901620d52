import { makeEntry, type SpoolEntry, viewOf } from "./entry.js";
import { entrySize, nameSize, RecordReader, writeEntry } from "./record.js";
import type { StreamNames } from "./stream-names.js";

const SLAB_BYTES = 256 * 1024;

/** Entries that are written as one block: a run of records without checksums in a shared buffer. */
export interface Batch {
  readonly buffer: Buffer;
  readonly start: number;
  end: number;
  readonly firstPosition: number;
  count: number;
  readonly baseTimeMs: number;
  minTimeMs: number;
  maxTimeMs: number;
  /** Numbers of the streams in it. */
  readonly streamIds: Set<number>;
  /** Bytes its names take where none is known yet. */
  nameBytes: number;
}

/**
 * The end of the log in memory: what waits for the disk, and what was written last, so that a
 * reader that keeps up never reads the disk.
 *
 * Bound: what waits (`waitingBytes`, which the spool watches) and `cacheBytes` of the rest.
 */
export class Tail {
  readonly #names: StreamNames;
  readonly #batchBytes: number;
  readonly #cacheBytes: number;
  readonly #reader = new RecordReader();
  #batches: Batch[] = [];
  #open: Batch | undefined;
  #slab = Buffer.alloc(0);
  #slabUsed = 0;
  #heldBytes = 0;
  #next: number;
  #durable: number;
  /** Where the last read ended, so that the next one need not walk the batch again. */
  #hint = { position: 0, offset: 0 };

  /** Bytes that are not on the disk. */
  waitingBytes = 0;

  constructor(options: {
    readonly names: StreamNames;
    readonly next: number;
    readonly batchBytes: number;
    readonly cacheBytes: number;
  }) {
    this.#names = options.names;
    this.#next = options.next;
    this.#durable = options.next - 1;
    this.#batchBytes = options.batchBytes;
    this.#cacheBytes = options.cacheBytes;
  }

  /** Position of the newest entry. */
  get last(): number {
    return this.#next - 1;
  }

  /** Position of the oldest entry held; one past the newest where none is. */
  get first(): number {
    return this.#batches[0]?.firstPosition ?? this.#next;
  }

  /** Takes an entry and returns its position. */
  append(bytes: Uint8Array, stream: string | undefined, timeMs: number, keep: boolean): number {
    const streamId = stream === undefined ? 0 : this.#names.idOf(stream);
    let batch = this.#open;
    const timeDelta = batch === undefined ? 0 : timeMs - batch.baseTimeMs;
    const fields = { streamId, timeDelta, gap: 0, keep };
    const size = entrySize(fields, bytes.length);
    if (batch !== undefined && !this.#fits(batch, size, streamId)) batch = undefined;
    if (batch === undefined) {
      batch = this.#begin(size, timeMs);
      fields.timeDelta = 0;
    }
    const end = writeEntry(batch.buffer, batch.end, fields, bytes);
    this.waitingBytes += end - batch.end;
    this.#heldBytes += end - batch.end;
    batch.end = end;
    this.#slabUsed = end;
    batch.count++;
    if (timeMs < batch.minTimeMs) batch.minTimeMs = timeMs;
    if (timeMs > batch.maxTimeMs) batch.maxTimeMs = timeMs;
    if (streamId !== 0 && !batch.streamIds.has(streamId)) {
      batch.streamIds.add(streamId);
      batch.nameBytes += nameSize(streamId, this.#names.bytesOf(streamId));
    }
    return this.#next++;
  }

  #fits(batch: Batch, size: number, streamId: number): boolean {
    if (batch.end + size > batch.buffer.length) return false;
    const names =
      streamId === 0 || batch.streamIds.has(streamId)
        ? batch.nameBytes
        : batch.nameBytes + nameSize(streamId, this.#names.bytesOf(streamId));
    return batch.end - batch.start + size + names <= this.#batchBytes;
  }

  #begin(size: number, timeMs: number): Batch {
    if (this.#slabUsed + size > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, size));
      this.#slabUsed = 0;
    }
    const batch: Batch = {
      buffer: this.#slab,
      start: this.#slabUsed,
      end: this.#slabUsed,
      firstPosition: this.#next,
      count: 0,
      baseTimeMs: timeMs,
      minTimeMs: timeMs,
      maxTimeMs: timeMs,
      streamIds: new Set(),
      nameBytes: 0,
    };
    this.#batches.push(batch);
    this.#open = batch;
    return batch;
  }

  /** The batches that are not on the disk, oldest first, up to about `maxBytes`, at least one. */
  unwritten(maxBytes: number): Batch[] {
    this.#open = undefined;
    const first = this.#indexOf(this.#durable + 1);
    let bytes = 0;
    let end = first;
    for (; end < this.#batches.length; end++) {
      const batch = this.#batches[end] as Batch;
      bytes += batch.end - batch.start + batch.nameBytes;
      if (end > first && bytes > maxBytes) break;
    }
    return this.#batches.slice(first, end);
  }

  /** Notes that these batches are on the disk, and lets go of the oldest beyond `cacheBytes`. */
  wrote(batches: readonly Batch[]): void {
    for (const batch of batches) {
      this.#durable = batch.firstPosition + batch.count - 1;
      this.waitingBytes -= batch.end - batch.start;
    }
    let gone = 0;
    for (const batch of this.#batches) {
      const isDurable = batch.firstPosition + batch.count - 1 <= this.#durable;
      // A batch of one small entry costs more than its bytes.
      const held = this.#heldBytes + 128 * (this.#batches.length - gone);
      if (!isDurable || held <= this.#cacheBytes) break;
      this.#heldBytes -= batch.end - batch.start;
      gone++;
    }
    if (gone > 0) this.#batches.splice(0, gone);
  }

  /** Numbers of all streams held. */
  streamIds(): Set<number> {
    const ids = new Set<number>();
    for (const batch of this.#batches) for (const id of batch.streamIds) ids.add(id);
    return ids;
  }

  /** Forgets what is on the disk already, so that readers go there (after entries were erased). */
  forgetDurable(): void {
    const first = this.#indexOf(this.#durable + 1);
    for (const batch of this.#batches.splice(0, first)) this.#heldBytes -= batch.end - batch.start;
  }

  /** Entries from `from` on, which must be held, up to position `upTo`; copies, at most `max`. */
  read(from: number, upTo: number, max: number): SpoolEntry[] {
    const entries: SpoolEntry[] = [];
    let position = from;
    for (let index = this.#indexOf(from); index < this.#batches.length; index++) {
      const batch = this.#batches[index] as Batch;
      const copied = this.#readBatch(batch, position, upTo, max - entries.length, entries);
      position += copied;
      if (entries.length >= max || position > upTo) break;
    }
    return entries;
  }

  #readBatch(batch: Batch, from: number, upTo: number, max: number, into: SpoolEntry[]): number {
    const reader = this.#reader;
    let position = batch.firstPosition;
    let offset = batch.start;
    const hint = this.#hint;
    if (hint.position > position && hint.position <= from && hint.offset < batch.end) {
      ({ position, offset } = hint);
    }
    for (; position < from; position++) {
      if (!reader.take(batch.buffer, offset, batch.end)) return 0;
      offset = reader.end;
    }
    const last = Math.min(upTo, batch.firstPosition + batch.count - 1, from + max - 1);
    const copy = this.#copyRun(batch, offset, position, last);
    let at = 0;
    for (; position <= last && reader.take(copy, at, copy.length); position++) {
      const timeMs = batch.baseTimeMs + reader.timeDelta;
      const stream = reader.streamId === 0 ? undefined : this.#names.textOf(reader.streamId);
      const bytes = viewOf(copy, reader.bytesAt, reader.end);
      into.push(makeEntry(position, bytes, timeMs, stream, reader.keep));
      at = reader.end;
    }
    this.#hint = { position, offset: offset + at };
    return position - from;
  }

  /** One copy for a run of entries: callers may keep or change what they get. */
  #copyRun(batch: Batch, from: number, position: number, last: number): Buffer {
    let end = from;
    if (last === batch.firstPosition + batch.count - 1) end = batch.end;
    else {
      for (let at = position; at <= last && this.#reader.take(batch.buffer, end, batch.end); at++) {
        end = this.#reader.end;
      }
    }
    return Buffer.from(batch.buffer.subarray(from, end));
  }

  /** Index of the batch that has this position, or of the first after it. */
  #indexOf(position: number): number {
    let low = 0;
    let high = this.#batches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const batch = this.#batches[middle] as Batch;
      if (batch.firstPosition + batch.count <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
