import { SpoolError } from "./error.js";
import { nodeFs } from "./node-fs.js";
import { HEADER_BYTES } from "./segment-header.js";
import { type SpoolClock, systemClock } from "./spool-clock.js";
import type { SpoolEvent } from "./spool-event.js";
import type { SpoolFs } from "./spool-fs.js";

/** What happens when the backlog is at its bound. */
export type BacklogPolicy = "refuse" | "drop-oldest" | "thin";

const POLICIES: readonly BacklogPolicy[] = ["refuse", "drop-oldest", "thin"];
const MIN_SEGMENT_BYTES = 16 * 1024;
const MAX_TOLD = 10_000;
const WEEK_MS = 7 * 24 * 3_600_000;

/** How a spool is opened. */
export interface SpoolOptions {
  /** Its folder; made where there is none. Only one process has it open. */
  readonly dir: string;
  /**
   * Bound of the backlog, from the slowest cursor to the newest entry, in bytes by whole segments,
   * four segments or more; default: 1 GiB. While there is no cursor, everything is backlog.
   */
  readonly maxBytes?: number;
  /**
   * What happens at that bound: `refuse` takes nothing more (default), `drop-oldest` drops the
   * oldest segment, `thin` keeps every n-th entry of each stream, in older segments ever fewer, and
   * then drops. What goes is counted for each cursor.
   */
  readonly policy?: BacklogPolicy;
  /** What thinning keeps of a stream: one of so many, 2 to 1000; default: 2. */
  readonly thinEvery?: number;
  /** Bound of the history behind all cursors, in bytes; default: 256 MiB. */
  readonly historyBytes?: number;
  /** Bound of the history behind all cursors, in milliseconds; default: 7 days. */
  readonly historyMs?: number;
  /**
   * Length of one segment file in bytes, 16 KiB to 1 GiB; default: 4 MiB, less where `maxBytes` or
   * `historyBytes` is small.
   */
  readonly segmentBytes?: number;
  /** How long an entry may wait for the disk, in milliseconds; default: 1000 (5000 spares SD cards). */
  readonly commitDelayMs?: number;
  /** So many bytes waiting are written at once; default: 64 KiB. */
  readonly commitBytes?: number;
  /** Bound of what waits for the disk, in bytes; `append` refuses beyond it; default: 8 MiB. */
  readonly maxPendingBytes?: number;
  /** How long a cursor's move may wait for the disk, in milliseconds; default: 1000. */
  readonly ackDelayMs?: number;
  /** Newest entries kept in memory for readers that keep up, in bytes; default: 1 MiB. */
  readonly cacheBytes?: number;
  /** The disk; default: Node's own `fs`. */
  readonly fs?: SpoolFs;
  /** Time and timers; default: the machine's. */
  readonly clock?: SpoolClock;
  /** Called with the last position on the disk each time it grows. */
  readonly onDurable?: (position: number) => void;
  /** Called with what must not go unnoticed: damage, loss, a disk that refuses. */
  readonly onEvent?: (event: SpoolEvent) => void;
}

/** Every option with its value. @internal */
export type SpoolSettings = Required<SpoolOptions>;

/**
 * Fills in the defaults.
 *
 * @throws {@link SpoolError} `SPOOL_BAD_OPTION`
 */
export function settingsOf(options: SpoolOptions): SpoolSettings {
  const { dir } = options;
  const number = (key: keyof SpoolOptions, otherwise: number, min: number, max: number): number => {
    const value = options[key] ?? otherwise;
    if (typeof value === "number" && value >= min && value <= max) return value;
    const message = `${key} is ${String(value)}; it takes ${min} to ${max}`;
    throw new SpoolError("SPOOL_BAD_OPTION", dir, message);
  };
  const most = Number.MAX_SAFE_INTEGER;
  const historyBytes = number("historyBytes", 2 ** 28, 0, most);
  const smaller = Math.min(options.maxBytes ?? 2 ** 30, Math.max(historyBytes, 2 ** 20)) / 8;
  const usual = Math.max(MIN_SEGMENT_BYTES, Math.min(2 ** 22, Math.floor(smaller)));
  const segmentBytes = number("segmentBytes", usual, MIN_SEGMENT_BYTES, 2 ** 30);
  const { policy = "refuse" } = options;
  if (!POLICIES.includes(policy)) {
    const message = `policy is ${String(policy)}; it takes ${POLICIES.join(", ")}`;
    throw new SpoolError("SPOOL_BAD_OPTION", dir, message);
  }
  return {
    dir,
    maxBytes: number("maxBytes", 2 ** 30, 4 * segmentBytes, most),
    policy,
    thinEvery: number("thinEvery", 2, 2, 1000),
    historyBytes,
    historyMs: number("historyMs", WEEK_MS, 0, most),
    segmentBytes,
    commitDelayMs: number("commitDelayMs", 1000, 0, 3_600_000),
    commitBytes: number("commitBytes", 64 * 1024, 1, most),
    maxPendingBytes: number("maxPendingBytes", 8 * 1024 * 1024, 1, most),
    ackDelayMs: number("ackDelayMs", 1000, 0, 3_600_000),
    cacheBytes: number("cacheBytes", 1024 * 1024, 0, most),
    fs: options.fs ?? nodeFs,
    clock: options.clock ?? systemClock,
    onDurable: shielded(options.onDurable),
    onEvent: tellDamageOnce(shielded(options.onEvent)),
  };
}

/** A callback that throws must not look like a disk that fails: its error goes up on its own. */
function shielded<T>(callback: ((value: T) => void) | undefined): (value: T) => void {
  return (value) => {
    try {
      callback?.(value);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };
}

/** Each cursor comes upon the same damage; it is told once, up to so many different ones. */
function tellDamageOnce(tell: (event: SpoolEvent) => void): (event: SpoolEvent) => void {
  const told = new Set<string>();
  return (event) => {
    if (event.kind === "damaged") {
      const place = `${event.file}:${event.firstPosition}-${event.lastPosition}`;
      if (told.has(place)) return;
      if (told.size < MAX_TOLD) told.add(place);
    }
    tell(event);
  };
}

/** Bytes of one block in a segment of this length, at most; an entry longer than it has its own. */
export function batchBytesOf(segmentBytes: number): number {
  return Math.min(64 * 1024, Math.floor((segmentBytes - HEADER_BYTES) / 4));
}

/** Bytes of the longest entry in a segment of this length. */
export function maxEntryBytesOf(segmentBytes: number): number {
  return Math.floor((segmentBytes - HEADER_BYTES) / 2);
}
