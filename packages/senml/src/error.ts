/** Why a SenML pack was refused. The code is stable; the message is for people and may change. */
export type SenmlErrorCode =
  | "SENML_BAD_JSON" // not JSON, or not a list of objects
  | "SENML_BAD_CBOR" // not CBOR, cut short, or not a list of maps
  | "SENML_TOO_MANY_RECORDS" // more records than `maxRecords`
  | "SENML_WRONG_TYPE" // a field's value is of another type than the RFC has
  | "SENML_BAD_NAME" // empty, over 1024 characters, or with a character that names may not have
  | "SENML_BAD_NUMBER" // not finite
  | "SENML_NO_VALUE" // neither a value nor a sum
  | "SENML_TWO_VALUES" // more than one of v, vs, vb and vd
  | "SENML_UNKNOWN_UNIT" // not in the units registry
  | "SENML_UNSUPPORTED_VERSION" // a version with features that are not understood here
  | "SENML_MUST_UNDERSTAND"; // a field that ends in `_` and is not understood here

/** Thrown for a pack that is not SenML. */
export class SenmlError extends Error {
  override readonly name = "SenmlError";
  readonly code: SenmlErrorCode;
  /** The record it went wrong in, from 0 on; undefined where it is the pack as a whole. */
  readonly record: number | undefined;

  constructor(
    code: SenmlErrorCode,
    record: number | undefined,
    message: string,
    options?: ErrorOptions,
  ) {
    const place = record === undefined ? "" : ` in record ${record}`;
    super(`${message} (${code}${place})`, options);
    this.code = code;
    this.record = record;
  }
}

/** True for a SenmlError from any copy of this package, also one loaded twice. */
export function isSenmlError(error: unknown): error is SenmlError {
  return error instanceof Error && error.name === "SenmlError" && "record" in error;
}
