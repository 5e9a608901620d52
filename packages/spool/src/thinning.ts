import type { SpoolEntry } from "./entry.js";
import type { Segment } from "./segment.js";

/** How often one segment is thinned at most; beyond it the oldest is dropped. */
export const MAX_THINNED = 4;

/**
 * The segment to thin next, oldest first: each is thinned at most once more than the one after it,
 * so the log grows sparser with age. Undefined where none may be thinned any more.
 *
 * @param segments - oldest first; the newest is never thinned
 */
export function nextToThin(segments: readonly Segment[]): Segment | undefined {
  for (let index = 0; index < segments.length - 1; index++) {
    const segment = segments[index] as Segment;
    const newer = segments[index + 1] as Segment;
    const { thinned } = segment.header;
    if (thinned < MAX_THINNED && thinned <= newer.header.thinned) return segment;
  }
  return undefined;
}

/** Says of entry after entry whether it stays: those marked so, and of each stream every `every`-th. */
export function everyNth(every: number): (entry: SpoolEntry) => boolean {
  const seen = new Map<string, number>();
  return ({ stream = "", keep }) => {
    if (keep) return true;
    const count = seen.get(stream) ?? 0;
    seen.set(stream, count + 1);
    return count % every === 0;
  };
}
