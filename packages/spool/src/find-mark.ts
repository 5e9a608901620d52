import { MARK, MARK_MAX_BYTES, type RecordReader } from "./record.js";

/**
 * Offset of the next mark at or after `from` whose checksum holds; -1 where there is none.
 * `reader` then stands on it.
 */
export function findMark(
  bytes: Buffer,
  from: number,
  limit: number,
  seed: number,
  reader: RecordReader,
): number {
  for (let at = from; at + 6 <= limit; at++) {
    // A mark's length takes one byte, and its kind is in the byte after it.
    if (((bytes[at + 5] as number) & 0x07) !== MARK) continue;
    if ((bytes[at + 4] as number) > MARK_MAX_BYTES) continue;
    if (reader.take(bytes, at, limit) && reader.kind === MARK && reader.matches(bytes, seed)) {
      return at;
    }
  }
  return -1;
}
