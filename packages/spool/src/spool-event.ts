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
  /** The oldest segment was dropped, because the backlog is at its bound or the disk is full. */
  | {
      readonly kind: "dropped";
      readonly reason: "backlog" | "disk-full";
      readonly firstPosition: number;
      readonly lastPosition: number;
      readonly entries: number;
    }
  /** Of one segment only every n-th entry of a stream was kept; `entries` are gone. */
  | {
      readonly kind: "thinned";
      readonly firstPosition: number;
      readonly lastPosition: number;
      readonly entries: number;
    }
  /** Segments could not be dropped or thinned; it is tried again. */
  | { readonly kind: "bounds-failing"; readonly error: unknown }
  /** A stream was erased. */
  | { readonly kind: "erased"; readonly stream: string; readonly entries: number }
  /** Entries were changed, or taken out, by a revision. */
  | { readonly kind: "revised"; readonly changed: number; readonly erased: number }
  /** A cursor is behind by more than it may be: it holds the log no more. */
  | { readonly kind: "cut-loose"; readonly cursor: string; readonly behind: number }
  /** A cursor that was cut loose came near enough again, and holds the log. */
  | { readonly kind: "caught-up"; readonly cursor: string }
  /** What a cursor had not read is gone, and nobody counted it then: it is counted now. */
  | {
      readonly kind: "gap";
      readonly cursor: string;
      readonly firstPosition: number;
      readonly lastPosition: number;
    }
  /** The backlog is at its bound, and entries are refused; then, that there is room again. */
  | { readonly kind: "full"; readonly backlogBytes: number }
  | { readonly kind: "room"; readonly backlogBytes: number }
  /** The disk refuses: nothing is taken, what waits is kept in memory and tried again. */
  | { readonly kind: "failing"; readonly error: SpoolError }
  /** The disk takes entries again. */
  | { readonly kind: "recovered"; readonly failedForMs: number };
