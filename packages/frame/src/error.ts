/** Why a frame was refused. The code is stable; the message is for people and may change. */
export type FrameErrorCode =
  | "FRAME_NO_START" // bytes before the first delimiter: the line was joined in mid-frame
  | "FRAME_TRUNCATED" // a COBS block runs past the end, or nothing is left for the CRC
  | "FRAME_CRC_MISMATCH" // the four CRC bytes do not match
  | "FRAME_TOO_LONG"; // more bytes than `maxFrameBytes` without a delimiter

/** A frame that was refused, and where in it. */
export class FrameError extends Error {
  override readonly name = "FrameError";
  readonly code: FrameErrorCode;
  /** Where in the frame it went wrong, in bytes from the first byte after the delimiter. */
  readonly offset: number;

  constructor(code: FrameErrorCode, offset: number, message: string, options?: ErrorOptions) {
    super(`${message} (${code} at byte ${offset})`, options);
    this.code = code;
    this.offset = offset;
  }
}

/** True for a FrameError from any copy of this package, also one loaded twice. */
export function isFrameError(error: unknown): error is FrameError {
  return error instanceof Error && error.name === "FrameError" && "code" in error;
}
