import { BodyReader } from "./body-reader.js";
import { BodyWriter } from "./body-writer.js";
import { MAX_BODY, MAX_WINDOW, MIN_BODY } from "./hello.js";

/** What a host answers to a HELLO. */
export interface HelloAck {
  readonly version: number;
  /** The time is one that a time service has set. */
  readonly timeSynchronised: boolean;
  /** The boot or session number that the messages are kept under, 1 to 65535. */
  readonly boot: number;
  /** The node's own mark of its start, as its HELLO had it. */
  readonly life: number;
  /** Sequence number that the host wants next: all before it were received. */
  readonly next: number;
  /** Milliseconds since the Unix epoch; 0 when the host does not know. */
  readonly timeMs: number;
  /** Longest body on this link, 16 to 2048 bytes. */
  readonly maxBody: number;
  /** Most messages sent and not known to be received, 1 to 8. */
  readonly window: number;
  /** How long the host may keep a message before it makes it durable, 0 to 65535 ms. */
  readonly commitDelayMs: number;
}

/** Bytes of a HELLO_ACK in this version or a later one, whatever bodies the node takes else. */
export const MAX_HELLO_ACK = 32;

const TIME_SYNCHRONISED = 1;

export function encodeHelloAck(ack: HelloAck): Uint8Array {
  return new BodyWriter()
    .number(ack.version, 1)
    .number(ack.timeSynchronised ? TIME_SYNCHRONISED : 0, 1)
    .number(ack.boot, 2)
    .number(ack.life, 2)
    .number(ack.next, 4)
    .number(ack.timeMs, 6)
    .number(ack.maxBody, 2)
    .number(ack.window, 1)
    .number(ack.commitDelayMs, 2)
    .number(0, 1)
    .finish();
}

/** @throws {@link LinkError} `LINK_MALFORMED_BODY` */
export function decodeHelloAck(body: Uint8Array): HelloAck {
  const reader = new BodyReader("HELLO_ACK", body);
  return {
    version: reader.number("version", 1),
    timeSynchronised: (reader.number("flags", 1) & TIME_SYNCHRONISED) !== 0,
    boot: reader.number("boot", 2, 1),
    life: reader.number("life", 2),
    next: reader.number("next", 4),
    timeMs: reader.number("timeMs", 6),
    maxBody: reader.number("maxBody", 2, MIN_BODY, MAX_BODY),
    window: reader.number("window", 1, 1, MAX_WINDOW),
    commitDelayMs: reader.number("commitDelayMs", 2),
  };
}
