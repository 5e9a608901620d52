import type { SpoolError } from "./error.js";

/** What the spool tells loudly, through `onEvent`: none of it happens on a good day. */
export type SpoolEvent =
  /** Bytes that were being written when the last process stopped were cut; none was acknowledged. */
  | { readonly kind: "torn-tail"; readonly file: string; readonly lastPosition: number }
  /** Entries that were on the disk cannot be read any more: skipped and counted. */
  | {
      readonly kind: "damaged";
      readonly file: string;
      readonly offset: number;
      readonly firstPosition: number;
      readonly lastPosition: number;
    }
  /** A file is no segment any more; it is set aside under another name. */
  | { readonly kind: "set-aside"; readonly file: string }
  /** The cursors' file could not be read: every cursor begins at the oldest entry again. */
  | { readonly kind: "cursors-lost"; readonly file: string }
  /** A cursor stood beyond the log's end, which therefore lost entries: positions go on behind it. */
  | { readonly kind: "log-behind-cursor"; readonly cursor: string; readonly position: number }
  /** The disk refuses: nothing is taken, what waits is kept in memory and tried again. */
  | { readonly kind: "failing"; readonly error: SpoolError }
  /** The disk takes entries again. */
  | { readonly kind: "recovered"; readonly failedForMs: number };
