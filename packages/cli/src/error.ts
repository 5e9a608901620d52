export type CliErrorCode =
  | "CLI_USAGE" // the words of the call are off: exit code 2
  | "CLI_FAILED" // the call was right and did not work out: exit code 1
  | "CLI_TOO_SLOW"; // this machine could not do what was asked in time: exit code 3

/** A mistake told in one line that names the option or file and a good value. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: CliErrorCode;

  constructor(code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** True for a CliError from any copy of this package, also one loaded twice. */
export function isCliError(error: unknown): error is CliError {
  return error instanceof Error && error.name === "CliError" && "code" in error;
}
