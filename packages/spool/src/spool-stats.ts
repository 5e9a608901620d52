import type { LostEntries } from "./cursor-state.js";
import type { SpoolError } from "./error.js";

/** How the spool is; every count begins when it is opened. */
export interface SpoolStats {
  /** `ok`; `full` while the backlog is at its bound; `failing` while the disk refuses. */
  readonly state: "ok" | "full" | "failing";
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
  readonly usedBytes: number;
  readonly spareFiles: number;
  /** Of the bytes in use, those some cursor holds, by whole segments, and those none does. */
  readonly backlogBytes: number;
  readonly historyBytes: number;
  /** Entries appended, their own bytes without the log's, and entries refused. */
  readonly appendedEntries: number;
  readonly appendedBytes: number;
  readonly refusedEntries: number;
  /** Bytes handed to the disk: blocks and headers; zeros that prepare new files; cursors; indexes. */
  readonly writtenBytes: number;
  readonly preparedBytes: number;
  readonly cursorBytes: number;
  readonly indexBytes: number;
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
  /** It is behind by more than its `maxBehind`, and holds nothing back. */
  readonly isLoose: boolean;
}
