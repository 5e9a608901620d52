/** Why the spool refused. The code is stable; the message is for people and may change. */
export type SpoolErrorCode =
  | "SPOOL_LOCKED" // another living process has this folder open
  | "SPOOL_CLOSED" // the spool was closed
  | "SPOOL_BAD_OPTION" // an option or an argument is outside its range
  | "SPOOL_ENTRY_TOO_LONG" // one entry is longer than a segment may hold
  | "SPOOL_FULL" // the backlog is at its bound and the policy is to refuse
  | "SPOOL_BUSY" // `maxPendingBytes` wait for the disk
  | "SPOOL_FAILING" // the disk refuses: nothing new is taken until it recovers
  | "SPOOL_UNREADABLE"; // a file of the spool could not be read

/** What the spool throws: a stable `code`, the `path` it is about, and the disk's own error as `cause`. */
export class SpoolError extends Error {
  override readonly name = "SpoolError";
  readonly code: SpoolErrorCode;
  /** The folder or file it is about. */
  readonly path: string;

  constructor(code: SpoolErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(`${message} (${code} at ${path})`, options);
    this.code = code;
    this.path = path;
  }
}

/** True for a SpoolError from any copy of this package, also one loaded twice. */
export function isSpoolError(error: unknown): error is SpoolError {
  return error instanceof Error && error.name === "SpoolError" && "code" in error;
}
