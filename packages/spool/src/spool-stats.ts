import type { LostEntries } from "./cursor-state.js";
import type { SpoolError } from "./error.js";

/** How the spool is; every count begins when it is opened. */
export interface SpoolStats {
  /** `ok`, or `failing` while the disk refuses and nothing new is taken. */
  readonly state: "ok" | "failing";
  /** Why it is failing. */
  readonly error?: SpoolError;
  /** Position of the oldest entry kept; one past the newest where there is none. */
  readonly oldest: number;
  /** Position of the newest entry, on the disk or not. */
  readonly last: number;
  /** Last position on the disk. */
  readonly durable: number;
  /** Bytes that wait for the disk. */
  readonly pendingBytes: number;
  /** Segments, their bytes in use, and the files that wait to be used again. */
  readonly segments: number;
  readonly segmentBytes: number;
  readonly spareFiles: number;
  /** Entries appended, and their own bytes without the log's. */
  readonly appendedEntries: number;
  readonly appendedBytes: number;
  /** Bytes handed to the disk: blocks and headers; zeros that prepare new files; cursors. */
  readonly writtenBytes: number;
  readonly preparedBytes: number;
  readonly cursorBytes: number;
  /** Syncs of segments, and writes of the cursors' file. */
  readonly syncs: number;
  readonly cursorWrites: number;
  /** Each cursor by its name. */
  readonly cursors: Readonly<Record<string, CursorStats>>;
}

/** How one cursor is. */
export interface CursorStats {
  readonly position: number;
  /** Positions after it, up to the newest entry. */
  readonly backlog: number;
  readonly lost: LostEntries;
}
