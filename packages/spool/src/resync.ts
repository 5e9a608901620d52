import { findMark } from "./find-mark.js";
import { ENTRY, entrySeed, RecordReader } from "./record.js";
import type { SegmentHeader } from "./segment-header.js";

/** Where reading goes on after a damaged record. */
export interface Resync {
  readonly offset: number;
  /** Position of the next entry there. */
  readonly position: number;
}

/**
 * Finds where to go on after the damaged record at `at`, which was to hold position `expected`:
 * behind it, where its length is whole and the next entry follows on, else at the next mark.
 *
 * @returns undefined where nothing readable follows
 */
export function resync(
  bytes: Buffer,
  at: number,
  limit: number,
  header: SegmentHeader,
  expected: number,
): Resync | undefined {
  const reader = new RecordReader();
  if (reader.take(bytes, at, limit) && reader.kind === ENTRY) {
    const offset = reader.end;
    const position = expected + 1;
    if (
      reader.take(bytes, offset, limit) &&
      reader.kind === ENTRY &&
      reader.matches(bytes, entrySeed(header.seed, position + reader.gap))
    ) {
      return { offset, position };
    }
  }
  for (let from = at + 1; ; ) {
    const offset = findMark(bytes, from, limit, header.seed, reader);
    if (offset < 0) return undefined;
    const position = header.firstPosition + reader.positionDelta;
    if (position >= expected) return { offset, position };
    from = reader.end;
  }
}
