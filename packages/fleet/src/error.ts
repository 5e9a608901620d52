/** Why a fleet did not run. The code is stable; the message is for people and may change. */
export type FleetErrorCode =
  | "FLEET_BAD_OPTION" // an option is out of its range or does not fit another
  | "FLEET_BAD_SCENARIO" // a scenario, or a file that it names, is wrong; the message has the line
  | "FLEET_BAD_RESULT" // a file is not the result of a run, or does not fit the others
  | "FLEET_NO_CONNECTION" // not one client was let in, or the broker refuses the receivers
  | "FLEET_TOO_FEW_FILES" // more connections than this process may have open files
  | "FLEET_TOO_FEW_PORTS"; // more connections than the source addresses have ports

/** A run that could not be, with what to do about it. */
export class FleetError extends Error {
  override readonly name = "FleetError";
  readonly code: FleetErrorCode;
  /** What it is about: an option such as `payloadBytes`, or an address. */
  readonly place: string;

  constructor(code: FleetErrorCode, place: string, message: string, options?: ErrorOptions) {
    super(`${place}: ${message} (${code})`, options);
    this.code = code;
    this.place = place;
  }
}

/** True for a FleetError from any copy of this package, also one loaded twice. */
export function isFleetError(error: unknown): error is FleetError {
  return error instanceof Error && error.name === "FleetError" && "code" in error;
}
