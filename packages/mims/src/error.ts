/** What kept evidence from being gathered. The code is stable; the message is for people and may change. */
export type MimsErrorCode =
  | "MIMS_BAD_OPTION" // an option is outside what it may be
  | "MIMS_UNREACHABLE" // the deployment does not answer at all
  | "MIMS_BAD_FILE"; // a file that was given is none of its kind

/** What went wrong, and with which option, address or file. */
export class MimsError extends Error {
  override readonly name = "MimsError";
  readonly code: MimsErrorCode;
  /** The option, the address or the file it is about. */
  readonly subject: string;

  constructor(code: MimsErrorCode, subject: string, message: string, options?: ErrorOptions) {
    super(`${subject}: ${message} (${code})`, options);
    this.code = code;
    this.subject = subject;
  }
}

/** True for a MimsError from any copy of this package, also one loaded twice. */
export function isMimsError(error: unknown): error is MimsError {
  return error instanceof Error && error.name === "MimsError" && "code" in error;
}
