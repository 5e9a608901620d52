/** Why a payload or a reading was refused. The code is stable; messages are for people and may change. */
export type PayloadErrorCode =
  // A payload that cannot be read; `offset` tells where.
  | "PAYLOAD_TRUNCATED" // fewer bytes than its rows need
  | "PAYLOAD_TRAILING_BYTES" // more bytes than its rows need
  | "PAYLOAD_BAD_PADDING" // a bit after the last row is not 0
  | "PAYLOAD_RESERVED_FORM" // form 3
  | "PAYLOAD_PROTECTED" // form 2, which this version reserves
  | "PAYLOAD_RESERVED_BIT" // bit 0 of the format byte is 1, or milliseconds come without a time
  | "PAYLOAD_BAD_SCHEMA_ID" // 0, or below 128 in two bytes
  | "PAYLOAD_WRONG_SCHEMA" // the id of another schema
  | "PAYLOAD_BAD_ROW_COUNT" // a batch of no rows, also to be closed
  | "PAYLOAD_BAD_MILLISECONDS" // 1000 or more
  | "PAYLOAD_STEP_ABOVE_RANGE" // a number, an enum's index or a length above its field's highest
  | "PAYLOAD_BAD_TEXT" // ill-formed UTF-8; or, to encode, half a surrogate pair
  | "PAYLOAD_NO_ARRIVAL" // a 16-bit time, and no arrival to complete it against
  // A reading that cannot be written; `field` tells which value.
  | "PAYLOAD_WRONG_TYPE" // not what the field's kind takes
  | "PAYLOAD_NOT_A_NUMBER" // NaN
  | "PAYLOAD_OUT_OF_RANGE" // below min, above max, too long, or no name of the field's list
  | "PAYLOAD_MISSING_VALUE" // none, in a field that is not optional
  | "PAYLOAD_MISSING_TIME" // none, and the layout has one
  | "PAYLOAD_TIME_OUT_OF_RANGE" // before 0 or after 2^32 - 1 seconds; also of a batch's row
  | "PAYLOAD_BAD_KEY" // boot or sequence is not a whole number of 16 or 32 bits
  | "PAYLOAD_BUFFER_TOO_SMALL"; // the caller's buffer, or `maxBytes`, holds not one reading

/** Where something is wrong: in the bytes, or in the reading. */
export interface PayloadPlace {
  /** Bytes from the payload's first one. */
  readonly offset?: number;
  /** Name of the field. */
  readonly field?: string;
}

/** Thrown for a payload that cannot be read and for a reading that cannot be written. */
export class PayloadError extends Error {
  override readonly name = "PayloadError";
  readonly code: PayloadErrorCode;
  /** Where in the payload, in bytes from its first; undefined for what is wrong with a reading. */
  readonly offset: number | undefined;
  /** The field whose value is wrong; undefined for what is wrong with the payload. */
  readonly field: string | undefined;

  constructor(
    code: PayloadErrorCode,
    place: PayloadPlace,
    message: string,
    options?: ErrorOptions,
  ) {
    const prefix = place.field === undefined ? "" : `${place.field}: `;
    const suffix = place.offset === undefined ? code : `${code} at byte ${place.offset}`;
    super(`${prefix}${message} (${suffix})`, options);
    this.code = code;
    this.offset = place.offset;
    this.field = place.field;
  }
}

/** True for a PayloadError from any copy of this package, also one loaded twice. */
export function isPayloadError(error: unknown): error is PayloadError {
  return error instanceof Error && error.name === "PayloadError" && "code" in error;
}
