import type { SpoolEntry } from "./entry.js";
import type { LogReader } from "./log-reader.js";
import type { Segment } from "./segment.js";
import type { SegmentStore } from "./segment-store.js";

const READ_ENTRIES = 256;

/** Which part of the log is read again; each bound is included. */
export interface ReplayOptions {
  /** First position; default: the oldest. */
  readonly from?: number;
  /** Last position; default: the last on the disk. */
  readonly to?: number;
  /** Earliest time of an entry, in milliseconds since the Unix epoch; default: no bound. */
  readonly fromMs?: number;
  /** Latest time of an entry, in milliseconds since the Unix epoch; default: no bound. */
  readonly toMs?: number;
  /** Only entries of this stream; default: of all, and of none. */
  readonly stream?: string;
}

/** Reads a part of the log; whole segments are passed over by what is known of them. */
export async function* replayLog(
  store: SegmentStore,
  reader: LogReader,
  durable: number,
  options: ReplayOptions,
  assertOpen: () => void,
): AsyncGenerator<SpoolEntry[], void, undefined> {
  const to = Math.min(options.to ?? durable, durable);
  let next = options.from ?? 1;
  try {
    while (next <= to) {
      assertOpen();
      const segment = store.find(next);
      if (segment !== undefined && !concerns(segment, options)) {
        next = segment.lastPosition + 1;
        continue;
      }
      const upTo = Math.min(to, segment?.lastPosition ?? to);
      const read = await reader.read(next, upTo, READ_ENTRIES);
      next = read.next;
      const wanted = read.entries.filter((entry) => matches(entry, options));
      if (wanted.length > 0) yield wanted;
    }
  } finally {
    await reader.close();
  }
}

/** Whether entries that are wanted may be in a segment. */
export function concerns(segment: Segment, { fromMs, toMs, stream }: ReplayOptions): boolean {
  if (fromMs !== undefined && segment.maxTimeMs < fromMs) return false;
  if (toMs !== undefined && segment.minTimeMs > toMs) return false;
  return stream === undefined || segment.mayHold(stream);
}

/** Whether an entry is wanted, by its time and its stream. */
export function matches(entry: SpoolEntry, { fromMs, toMs, stream }: ReplayOptions): boolean {
  if (fromMs !== undefined && entry.timeMs < fromMs) return false;
  if (toMs !== undefined && entry.timeMs > toMs) return false;
  return stream === undefined || entry.stream === stream;
}
