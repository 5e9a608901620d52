/** Why something could not become NGSI-LD. The code is stable; the message is for people and may change. */
export type NgsiLdErrorCode =
  | "NGSI_LD_UNKNOWN_UNIT" // the unit has no UN/CEFACT code here
  | "NGSI_LD_UNIT_MISMATCH" // the unit cannot become the one the model asks for
  | "NGSI_LD_NO_VALUE" // the record has neither value, string, boolean, data nor sum
  | "NGSI_LD_BAD_TIME" // no time, a relative one, or one after the year 9999
  | "NGSI_LD_BAD_LOCATION" // latitude or longitude out of range
  | "NGSI_LD_BAD_ID" // the name does not last, or the type is not a term
  | "NGSI_LD_UNKNOWN_MODEL" // no schema or context of that type is shipped
  | "NGSI_LD_UNKNOWN_CONTEXT" // the context is neither shipped nor given in the options
  | "NGSI_LD_BROKER_AWAY" // the broker cannot be reached, or hung up
  | "NGSI_LD_BROKER_SLOW" // no answer within the time allowed
  | "NGSI_LD_BROKER_BUSY" // it says: try again later (429, 500, 502, 503, 504)
  | "NGSI_LD_BROKER_DENIED" // token, certificate or tenant not accepted (401, 403, unknown tenant)
  | "NGSI_LD_BROKER_CONTEXT" // it cannot fetch a context: serve it where the broker can reach it
  | "NGSI_LD_BROKER_ANSWER"; // an answer that NGSI-LD does not have: no NGSI-LD broker there

/** Anything this package refuses. Match on `code`. */
export class NgsiLdError extends Error {
  override readonly name = "NgsiLdError";
  readonly code: NgsiLdErrorCode;
  /** What it is about: a record's name, a property, an entity's id or type, a URL. */
  readonly place: string;

  constructor(code: NgsiLdErrorCode, place: string, message: string, options?: ErrorOptions) {
    super(`${message} (${code} at ${place})`, options);
    this.code = code;
    this.place = place;
  }
}

/** True for an NgsiLdError from any copy of this package, also one loaded twice. */
export function isNgsiLdError(error: unknown): error is NgsiLdError {
  return error instanceof Error && error.name === "NgsiLdError" && "code" in error;
}
