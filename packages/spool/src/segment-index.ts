import { formatChecked, parseChecked } from "./checked-json.js";
import { Segment } from "./segment.js";
import type { SegmentHeader } from "./segment-header.js";

/** What a segment's index holds: all that reading the whole segment would tell. */
interface IndexDocument {
  readonly version: 1;
  readonly header: SegmentHeader;
  readonly lastPosition: number;
  readonly entries: number;
  readonly endOffset: number;
  /** Earliest and latest time in milliseconds; absent where the segment is empty. */
  readonly times?: readonly [number, number];
  /** Streams in it; absent where there are too many to tell. */
  readonly streams?: readonly string[];
  /** Position and offset of each place where reading can begin. */
  readonly points: readonly (readonly [number, number])[];
}

/** `0000000012.idx` for `0000000012.seg`. */
export function indexFileName(segmentFileName: string): string {
  return segmentFileName.replace(".seg", ".idx");
}

/**
 * The index of a segment that takes no more entries.
 *
 * It only saves time: where it is missing, torn or of another life of the file, the segment is read
 * instead, and the index made anew. So it is never synced.
 */
export function formatIndex(segment: Segment): Buffer {
  const { header, lastPosition, entries, endOffset, streams, minTimeMs, maxTimeMs } = segment;
  const document: IndexDocument = {
    version: 1,
    header,
    lastPosition,
    entries,
    endOffset,
    ...(entries > 0 ? { times: [minTimeMs, maxTimeMs] } : {}),
    ...(streams === undefined ? {} : { streams: [...streams] }),
    points: segment.points.map(({ position, offset }) => [position, offset]),
  };
  return formatChecked(document);
}

/** A segment as its index tells; undefined where the bytes are not whole. */
export function parseIndex(bytes: Buffer): Segment | undefined {
  const document = parseChecked(bytes) as IndexDocument | undefined;
  if (document?.version !== 1) return undefined;
  const segment = new Segment(document.header, document.endOffset);
  segment.lastPosition = document.lastPosition;
  segment.entries = document.entries;
  if (document.times !== undefined) segment.noteTimes(...document.times);
  segment.streams = document.streams && new Set(document.streams);
  for (const [position, offset] of document.points) segment.points.push({ position, offset });
  return segment;
}
