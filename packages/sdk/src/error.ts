/** What went wrong in a node. The code is stable; the message is for people and may change. */
export type SdkErrorCode =
  | "SDK_BAD_OPTION" // an option is outside what it may be
  | "SDK_UNKNOWN_SCHEMA" // a report of a schema that the node was not given
  | "SDK_TOO_LONG" // a payload that the transport never takes: it is dropped
  | "SDK_BOOT_FILE" // the file that counts the starts cannot be read or written, or holds no number
  | "SDK_QUEUE" // the folder of a queue on disk cannot be used
  | "SDK_CLOSED"; // the node or its transport was closed

/** What went wrong in a node. */
export class SdkError extends Error {
  override readonly name = "SdkError";
  readonly code: SdkErrorCode;

  constructor(code: SdkErrorCode, message: string, options?: ErrorOptions) {
    super(`${message} (${code})`, options);
    this.code = code;
  }
}

/** True for an SdkError from any copy of this package, also one loaded twice. */
export function isSdkError(error: unknown): error is SdkError {
  return error instanceof Error && error.name === "SdkError" && "code" in error;
}
