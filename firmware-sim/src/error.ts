/** Why a virtual port failed. The code is stable; the message is for people and may change. */
export type FirmwareSimErrorCode =
  | "SIM_NO_PSEUDO_TERMINAL" // this system gives none, or its libc cannot be called
  | "SIM_LINK_TAKEN" // a file that is no symbolic link stands where the link should
  | "SIM_BAD_PROGRAM" // a board's program is no Intel HEX, or too large
  | "SIM_BAD_OPTION"; // an option is out of range

/** What went wrong, and with which path or option. */
export class FirmwareSimError extends Error {
  override readonly name = "FirmwareSimError";
  readonly code: FirmwareSimErrorCode;
  /** The path or the option it is about. */
  readonly subject: string;

  constructor(
    code: FirmwareSimErrorCode,
    subject: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${message} (${code}: ${subject})`, options);
    this.code = code;
    this.subject = subject;
  }
}

/** True for a FirmwareSimError from any copy of this package, also one loaded twice. */
export function isFirmwareSimError(error: unknown): error is FirmwareSimError {
  return error instanceof Error && error.name === "FirmwareSimError" && "code" in error;
}
