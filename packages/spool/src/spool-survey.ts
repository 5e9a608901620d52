import type { LostEntries } from "./cursor-state.js";

/** What a spool's folder holds, by its own files. */
export interface SpoolSurvey {
  readonly dir: string;
  /** Process that has it open for writing; undefined where none has. */
  readonly holder: number | undefined;
  /** Position of the oldest entry kept; one past the newest where there is none. */
  readonly oldest: number;
  /** Position of the newest entry written. */
  readonly last: number;
  /** Bytes of entries, and bytes that the files take, those that wait to be used again included. */
  readonly usedBytes: number;
  readonly fileBytes: number;
  readonly spareFiles: number;
  /** Files that are no segment any more and were set aside. */
  readonly setAside: readonly string[];
  /** Oldest first. */
  readonly segments: readonly SegmentSurvey[];
  /** Each cursor by its name, as it was last written. */
  readonly cursors: Readonly<Record<string, CursorSurvey>>;
  /** Entries that cannot be read any more, as far as segments had to be read to know them. */
  readonly damage: readonly DamageSurvey[];
}

/** One segment. */
export interface SegmentSurvey {
  readonly file: string;
  readonly firstPosition: number;
  readonly lastPosition: number;
  /** Fewer than its positions once it was thinned or erased from. */
  readonly entries: number;
  /** Bytes in use, of the bytes that its file has. */
  readonly usedBytes: number;
  readonly fileBytes: number;
  /** How often it was thinned. */
  readonly thinned: number;
  /** Earliest and latest time in milliseconds since the Unix epoch; undefined where it is empty. */
  readonly timesMs: readonly [number, number] | undefined;
  /** Streams in it; undefined where there are too many to tell. */
  readonly streams: number | undefined;
}

/** One cursor. */
export interface CursorSurvey {
  readonly position: number;
  /** Positions after it, up to the newest entry. */
  readonly backlog: number;
  /** Entries it will never get, by why. */
  readonly lost: LostEntries;
}

/** A run of entries that cannot be read any more. */
export interface DamageSurvey {
  readonly file: string;
  /** Where in the file, in bytes. */
  readonly offset: number;
  readonly firstPosition: number;
  readonly lastPosition: number;
}
