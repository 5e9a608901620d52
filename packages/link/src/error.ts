/** Why the link refused something. The code is stable; the message is for people and may change. */
export type LinkErrorCode =
  | "LINK_BAD_OPTION" // an option is out of range
  | "LINK_PAYLOAD_TOO_LONG" // longer than a body may be
  | "LINK_MALFORMED_BODY"; // a body ends early, or holds a value that its field may not have

/** What went wrong, and with which option or field. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  readonly code: LinkErrorCode;
  /** The option or the body's field (`HELLO.window`) it is about. */
  readonly subject: string;

  constructor(code: LinkErrorCode, subject: string, message: string, options?: ErrorOptions) {
    super(`${message} (${code}: ${subject})`, options);
    this.code = code;
    this.subject = subject;
  }
}

/** True for a LinkError from any copy of this package, also one loaded twice. */
export function isLinkError(error: unknown): error is LinkError {
  return error instanceof Error && error.name === "LinkError" && "code" in error;
}
