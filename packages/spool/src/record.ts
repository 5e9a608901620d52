import { checksum } from "./checksum.js";
import { unzigzag, VarintReader, varintSize, writeVarint, zigzag } from "./varint.js";

/*
 * A segment is a row of records, each `crc32 u32le | length varint | kind and flags u8 | fields |
 * bytes`; length counts what follows it, the checksum covers all that follows the checksum.
 *
 * One group commit writes blocks: a mark, the names it needs, its entries. A mark tells where it
 * stands, so reading can begin or go on after damage at any mark.
 */

/** First of a block: where it stands, and how much was on the disk when it was written. */
export const MARK = 1;
/** Gives a stream's name a number, until the next mark with `RESET`. */
export const NAME = 2;
/** What the user appended. */
export const ENTRY = 3;

const KIND_BITS = 0x07;
/** On a mark: names given before it are forgotten. */
export const RESET = 0x08;
/** On an entry: it belongs to a stream. */
const STREAM = 0x08;
/** On an entry: its time differs from its mark's. */
const TIME = 0x10;
/** On an entry: positions before it are left out (thinned or erased). */
const GAP = 0x20;
/** On an entry: thinning keeps it. */
const KEEP = 0x40;

/** An entry's fields besides its bytes. */
export interface EntryFields {
  /** Number of its stream's name, from 1; 0 for none. */
  readonly streamId: number;
  /** Its time less its mark's, in milliseconds. */
  readonly timeDelta: number;
  /** Positions left out before it. */
  readonly gap: number;
  readonly keep: boolean;
}

/** Bytes of an entry's record. */
export function entrySize(fields: EntryFields, byteLength: number): number {
  const inner = entryInnerSize(fields, byteLength);
  return 4 + varintSize(inner) + inner;
}

function entryInnerSize(fields: EntryFields, byteLength: number): number {
  let size = 1 + byteLength;
  if (fields.streamId !== 0) size += varintSize(fields.streamId);
  if (fields.timeDelta !== 0) size += varintSize(zigzag(fields.timeDelta));
  if (fields.gap !== 0) size += varintSize(fields.gap);
  return size;
}

/** Writes an entry's record without its checksum; returns the offset after it. */
export function writeEntry(
  out: Buffer,
  at: number,
  fields: EntryFields,
  bytes: Uint8Array,
): number {
  const { streamId, timeDelta, gap } = fields;
  let next = writeVarint(out, at + 4, entryInnerSize(fields, bytes.length));
  let flags = ENTRY;
  if (streamId !== 0) flags |= STREAM;
  if (timeDelta !== 0) flags |= TIME;
  if (gap !== 0) flags |= GAP;
  if (fields.keep) flags |= KEEP;
  out[next++] = flags;
  if (streamId !== 0) next = writeVarint(out, next, streamId);
  if (timeDelta !== 0) next = writeVarint(out, next, zigzag(timeDelta));
  if (gap !== 0) next = writeVarint(out, next, gap);
  out.set(bytes, next);
  return next + bytes.length;
}

/** What a mark says. */
export interface Mark {
  /** Position of the block's first entry, less the segment's first position. */
  readonly positionDelta: number;
  /** Entries before this block that were not on the disk when it was written. */
  readonly behind: number;
  /** The block's time less the segment's base time, in milliseconds. */
  readonly timeDelta: number;
  /** Bytes of the block after the mark. */
  readonly bodyBytes: number;
  /** True where names begin anew. */
  readonly reset: boolean;
}

/** Most bytes a mark may take. */
export const MARK_MAX_BYTES = 48;

/** Writes a mark's record with its checksum; returns the offset after it. */
export function writeMark(out: Buffer, at: number, mark: Mark, seed: number): number {
  const start = at + 5;
  let next = start;
  out[next++] = mark.reset ? MARK | RESET : MARK;
  next = writeVarint(out, next, mark.positionDelta);
  next = writeVarint(out, next, mark.behind);
  next = writeVarint(out, next, zigzag(mark.timeDelta));
  next = writeVarint(out, next, mark.bodyBytes);
  out[at + 4] = next - start;
  out.writeUInt32LE(checksum(out, at + 4, next, seed), at);
  return next;
}

/** Bytes of a name's record. */
export function nameSize(id: number, name: Uint8Array): number {
  const inner = 1 + varintSize(id) + name.length;
  return 4 + varintSize(inner) + inner;
}

/** Writes a name's record with its checksum; returns the offset after it. */
export function writeName(
  out: Buffer,
  at: number,
  id: number,
  name: Uint8Array,
  seed: number,
): number {
  let next = writeVarint(out, at + 4, 1 + varintSize(id) + name.length);
  out[next++] = NAME;
  next = writeVarint(out, next, id);
  out.set(name, next);
  next += name.length;
  out.writeUInt32LE(checksum(out, at + 4, next, seed), at);
  return next;
}

/** The seed of an entry's checksum: bound to its position, so no entry stands in for another. */
export function entrySeed(seed: number, position: number): number {
  return (seed + Math.imul(position % 0x1_0000_0000, 0x9e3779b1)) >>> 0;
}

/**
 * Reads one record after the other from a buffer, into its own properties: no object a record.
 *
 * Structure only; `matches` checks the bytes.
 */
export class RecordReader {
  readonly #varint = new VarintReader();
  /** Of the record: first byte, first byte of its content, first byte after it. */
  start = 0;
  bytesAt = 0;
  end = 0;
  kind = 0;
  flags = 0;
  /** An entry's stream, or a name's number. */
  streamId = 0;
  timeDelta = 0;
  gap = 0;
  positionDelta = 0;
  behind = 0;
  bodyBytes = 0;

  /** The entry is kept when thinning. */
  get keep(): boolean {
    return (this.flags & KEEP) !== 0;
  }

  /** The mark begins names anew. */
  get reset(): boolean {
    return (this.flags & RESET) !== 0;
  }

  /** Takes the record at `at`; false where no whole record can stand before `limit`. */
  take(bytes: Buffer, at: number, limit: number): boolean {
    const varint = this.#varint;
    varint.at = at + 4;
    varint.failed = false;
    const length = varint.next(bytes, limit);
    const end = varint.at + length;
    this.start = at;
    this.end = end;
    if (varint.failed || length === 0 || end > limit) return false;
    const flags = bytes[varint.at++] as number;
    this.flags = flags;
    this.kind = flags & KIND_BITS;
    if (this.kind === ENTRY) {
      this.streamId = flags & STREAM ? varint.next(bytes, end) : 0;
      this.timeDelta = flags & TIME ? unzigzag(varint.next(bytes, end)) : 0;
      this.gap = flags & GAP ? varint.next(bytes, end) : 0;
    } else if (this.kind === NAME) {
      this.streamId = varint.next(bytes, end);
    } else if (this.kind === MARK) {
      this.positionDelta = varint.next(bytes, end);
      this.behind = varint.next(bytes, end);
      this.timeDelta = unzigzag(varint.next(bytes, end));
      this.bodyBytes = varint.next(bytes, end);
    } else return false;
    this.bytesAt = varint.at;
    return !varint.failed;
  }

  /** Whether the taken record's checksum holds. */
  matches(bytes: Buffer, seed: number): boolean {
    return bytes.readUInt32LE(this.start) === checksum(bytes, this.start + 4, this.end, seed);
  }
}

/** Fills in the checksum of the record `[start, end)`. */
export function closeRecord(bytes: Buffer, start: number, end: number, seed: number): void {
  bytes.writeUInt32LE(checksum(bytes, start + 4, end, seed), start);
}
