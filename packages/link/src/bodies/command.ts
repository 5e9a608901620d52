import { BodyReader } from "./body-reader.js";
import { BodyWriter } from "./body-writer.js";

/** What a host asks of a node. The command's id travels in the frame's header. */
export interface CommandBody {
  /** Milliseconds left in which it may begin, from the moment it is sent, 1 to 4294967295. */
  readonly withinMs: number;
  readonly payload: Uint8Array;
}

/** What came of a command: the number is what travels. */
export const COMMAND_STATUS = {
  done: 0,
  refused: 1,
  unknown: 2,
  failed: 3,
} as const;

export type CommandStatus = keyof typeof COMMAND_STATUS;

/** What a node answers. */
export interface ResultBody {
  /** The command's id, 0 to 65535. */
  readonly commandId: number;
  readonly status: CommandStatus;
  readonly payload: Uint8Array;
}

const STATUSES = Object.keys(COMMAND_STATUS) as CommandStatus[];

export function encodeCommand(command: CommandBody): Uint8Array {
  return new BodyWriter().number(command.withinMs, 4).bytes(command.payload).finish();
}

/** @throws {@link LinkError} `LINK_MALFORMED_BODY` */
export function decodeCommand(body: Uint8Array): CommandBody {
  const reader = new BodyReader("CMD", body);
  return { withinMs: reader.number("withinMs", 4, 1), payload: reader.rest() };
}

export function encodeResult(result: ResultBody): Uint8Array {
  return new BodyWriter()
    .number(result.commandId, 2)
    .number(COMMAND_STATUS[result.status], 1)
    .bytes(result.payload)
    .finish();
}

/** @throws {@link LinkError} `LINK_MALFORMED_BODY` */
export function decodeResult(body: Uint8Array): ResultBody {
  const reader = new BodyReader("RESULT", body);
  const commandId = reader.number("commandId", 2);
  const status = STATUSES[reader.number("status", 1, 0, STATUSES.length - 1)] ?? "failed";
  return { commandId, status, payload: reader.rest() };
}
