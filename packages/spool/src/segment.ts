import type { SegmentHeader } from "./segment-header.js";

/** A place in a segment where reading can begin: a mark that resets the names. */
export interface SegmentPoint {
  /** Position of the first entry after the mark. */
  readonly position: number;
  /** Offset of the mark in the file. */
  readonly offset: number;
}

/** Bytes between two such places. */
export const POINT_BYTES = 64 * 1024;
/** Streams told apart in one segment; beyond it, any stream may be in it. */
const MAX_STREAMS = 4096;

/** What is known of one segment file. The bytes are in the file; this is in memory. */
export class Segment {
  readonly header: SegmentHeader;
  /** Position of its last entry, or the last it stands for; `firstPosition - 1` when empty. */
  lastPosition: number;
  /** Entries in it; fewer than its positions once it was thinned or erased from. */
  entries = 0;
  /** Bytes used. */
  endOffset: number;
  /** Bytes the file has: prepared, used or not. */
  fileBytes = 0;
  minTimeMs = Number.POSITIVE_INFINITY;
  maxTimeMs = Number.NEGATIVE_INFINITY;
  /** Streams in it; undefined where there are too many to tell. */
  streams: Set<string> | undefined = new Set();
  readonly points: SegmentPoint[] = [];
  /** Set once its file is used for something else, or removed: what was read from it is void. */
  retired = false;

  constructor(header: SegmentHeader, endOffset: number) {
    this.header = header;
    this.endOffset = endOffset;
    this.lastPosition = Math.max(header.firstPosition - 1, header.coversTo);
  }

  get firstPosition(): number {
    return this.header.firstPosition;
  }

  /** Name of its file. */
  get fileName(): string {
    return segmentFileName(this.header.generation);
  }

  noteTimes(minTimeMs: number, maxTimeMs: number): void {
    if (minTimeMs < this.minTimeMs) this.minTimeMs = minTimeMs;
    if (maxTimeMs > this.maxTimeMs) this.maxTimeMs = maxTimeMs;
  }

  noteStream(stream: string): void {
    if (this.streams === undefined) return;
    this.streams.add(stream);
    if (this.streams.size > MAX_STREAMS) this.streams = undefined;
  }

  /** Whether entries of this stream may be in it. */
  mayHold(stream: string): boolean {
    return this.streams === undefined || this.streams.has(stream);
  }

  /** The nearest place to begin reading for this position; the first record where none is known. */
  pointFor(position: number, firstOffset: number): SegmentPoint {
    let low = 0;
    let high = this.points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.points[middle] as SegmentPoint).position <= position) low = middle + 1;
      else high = middle;
    }
    return this.points[low - 1] ?? { position: this.firstPosition, offset: firstOffset };
  }
}

/** `0000000012.seg` for 12. */
export function segmentFileName(generation: number): string {
  return `${String(generation).padStart(10, "0")}.seg`;
}

/** The generation in a segment file's name; undefined for other files. */
export function generationOf(fileName: string): number | undefined {
  const match = /^(\d{10})\.seg$/.exec(fileName);
  return match ? Number(match[1]) : undefined;
}
