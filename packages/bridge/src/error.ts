/** Why the bridge refused. The code is stable; the message is for people and may change. */
export type BridgeErrorCode =
  | "BRIDGE_CONFIG_INVALID" // a key of the configuration is missing, unknown or out of range
  | "BRIDGE_CONFIG_UNREADABLE" // a file that the configuration names cannot be read
  | "BRIDGE_SCHEMA_CONFLICT" // two schemas carry the same id or the same name
  | "BRIDGE_DATA_DIR" // the data folder cannot be made, locked or written
  | "BRIDGE_ADDRESS_IN_USE" // no free port for the page and the API
  | "BRIDGE_ENTRY_MALFORMED" // a stored entry is not what this or an older version wrote
  | "BRIDGE_PORT_CLOSED" // the serial port went away while it was in use
  | "BRIDGE_NODE_UNKNOWN" // the registry has no node of this id
  | "BRIDGE_NODE_FIXED" // a node of the configuration itself, which page and API may not change
  | "BRIDGE_REGISTRY_UNWRITABLE" // the registry file cannot be written; nothing was changed
  | "BRIDGE_SINK_UNKNOWN" // no sink of this name keeps what was refused
  | "BRIDGE_RETRY_UNDER_WAY" // what a sink refused is tried again already
  | "BRIDGE_NOT_RUNNING"; // asked for what only a running bridge has

/** An error of the bridge, with a stable code and the place it is about. */
export class BridgeError extends Error {
  override readonly name = "BridgeError";
  readonly code: BridgeErrorCode;
  /** What it is about: a key such as `sinks.mqtt[0].url`, a file, a device path, a folder. */
  readonly place: string;

  constructor(code: BridgeErrorCode, place: string, message: string, options?: ErrorOptions) {
    super(`${message} (${code} at ${place})`, options);
    this.code = code;
    this.place = place;
  }
}

/** True for a BridgeError from any copy of this package, also one loaded twice. */
export function isBridgeError(error: unknown): error is BridgeError {
  return error instanceof Error && error.name === "BridgeError" && "code" in error;
}
