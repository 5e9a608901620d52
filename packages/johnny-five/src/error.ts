/** What went wrong with a board. The code is stable; the message is for people and may change. */
export type JohnnyFiveErrorCode =
  | "JOHNNY_FIVE_BAD_OPTION" // an option is outside what it may be
  | "JOHNNY_FIVE_BAD_SENSOR" // a field has no sensor, or one that measures something else
  | "JOHNNY_FIVE_SILENT"; // the board does not answer

/** What went wrong with a board, and with which option or field. */
export class JohnnyFiveError extends Error {
  override readonly name = "JohnnyFiveError";
  readonly code: JohnnyFiveErrorCode;
  /** The option or the field it is about. */
  readonly subject: string;

  constructor(code: JohnnyFiveErrorCode, subject: string, message: string, options?: ErrorOptions) {
    super(`${subject}: ${message} (${code})`, options);
    this.code = code;
    this.subject = subject;
  }
}

/** True for a JohnnyFiveError from any copy of this package, also one loaded twice. */
export function isJohnnyFiveError(error: unknown): error is JohnnyFiveError {
  return error instanceof Error && error.name === "JohnnyFiveError" && "code" in error;
}
