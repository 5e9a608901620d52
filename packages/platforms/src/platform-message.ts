/** A message for an MQTT broker. */
export interface PlatformMessage {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  /** Default: false. */
  readonly retain?: boolean;
}

/** A command that a platform asks of a node, and how it wants to hear what came of it. */
export interface PlatformCommand {
  /** The owner's name of the node. */
  readonly node: string;
  /** Names the asking on this connection: the same again is done once. */
  readonly id: string;
  /** The command's name in the schema. */
  readonly command: string;
  /** Values of its fields, by name. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** What came of a command. */
export interface PlatformResult {
  /** `done`, `sent`, `refused`, `failed`, `expired`, `unreachable`, `invalid`, `unknown-command`. */
  readonly status: string;
  /** In words, where there is more to say. */
  readonly message?: string;
}

/** JSON in a message's payload; undefined where it is none, or longer than a command may be. */
export function parseJson(payload: Uint8Array | string): unknown {
  if (payload.length > MAX_COMMAND_BYTES) return undefined;
  try {
    return JSON.parse(typeof payload === "string" ? payload : new TextDecoder().decode(payload));
  } catch {
    return undefined;
  }
}

const MAX_COMMAND_BYTES = 16_384;

/** The members of a JSON object; undefined for anything else. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
}
