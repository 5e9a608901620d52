import { encodeFrame } from "@bollard/frame";

/** What a frame is: the high four bits of its first byte. 0 and 12 to 15 are reserved. */
export const FRAME_TYPE = {
  /** Node to host: who I am, where I stand. */
  HELLO: 1,
  /** Host to node: the session is open. */
  HELLO_ACK: 2,
  /** Node to host, in the window: one payload. */
  DATA: 3,
  /** Host to node: what was received, and what is durable. */
  ACK: 4,
  /** Host to node: there is no session, say HELLO. */
  RESET: 5,
  /** Either way: are you there? */
  PING: 6,
  /** Node to host: a line for people. */
  LOG: 7,
  /** Node to host and back: what time is it? */
  TIME: 8,
  /** Host to node: do something. */
  CMD: 9,
  /** Node to host, in the window: what came of a command. */
  RESULT: 10,
  /** Host to node and back: a piece of a schema's descriptor. */
  DESC: 11,
} as const;

/** Flag of DATA and RESULT: the body begins with the base, a u16. */
export const FLAG_BASE = 0b0001;
/** Flag of DATA: commit it at once. */
export const FLAG_ALARM = 0b0010;
/** Flag of PING, TIME and DESC: this is the answer. */
export const FLAG_ANSWER = 0b0001;

/** Type and flags in one byte, then the sequence number. */
export const HEADER_BYTES = 3;

/** One frame of the link, taken apart. */
export interface LinkFrame {
  /** 0 to 15. */
  readonly type: number;
  /** 0 to 15. */
  readonly flags: number;
  /** 0 to 65535. */
  readonly seq: number;
  readonly body: Uint8Array;
}

/** The bytes for the wire: header, body, CRC, stuffed and delimited. */
export function formatFrame(
  type: number,
  flags: number,
  seq: number,
  ...body: readonly Uint8Array[]
): Uint8Array {
  const length = body.reduce((sum, part) => sum + part.length, HEADER_BYTES);
  const bytes = new Uint8Array(length);
  bytes[0] = (type << 4) | flags;
  bytes[1] = seq & 0xff;
  bytes[2] = (seq >>> 8) & 0xff;
  let at = HEADER_BYTES;
  for (const part of body) {
    bytes.set(part, at);
    at += part.length;
  }
  return encodeFrame(bytes);
}

/** Takes a frame's bytes apart; undefined when they are too few for a header. */
export function parseFrame(bytes: Uint8Array): LinkFrame | undefined {
  const [first, low, high] = bytes;
  if (first === undefined || low === undefined || high === undefined) return undefined;
  return {
    type: first >> 4,
    flags: first & 0x0f,
    seq: low | (high << 8),
    body: bytes.subarray(HEADER_BYTES),
  };
}
