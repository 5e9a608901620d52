import { BodyReader } from "./body-reader.js";
import { BodyWriter } from "./body-writer.js";

/** What a host has of a node's messages. `received` itself travels in the frame's header. */
export interface AckBody {
  /** Bit i is set when the message `received` + 1 + i is there too. */
  readonly map: number;
  /** Low 16 bits of the first sequence number that is not durable. */
  readonly durable: number;
}

export function encodeAck(ack: AckBody): Uint8Array {
  return new BodyWriter().number(ack.map, 1).number(ack.durable, 2).finish();
}

/** @throws {@link LinkError} `LINK_MALFORMED_BODY` */
export function decodeAck(body: Uint8Array): AckBody {
  const reader = new BodyReader("ACK", body);
  return { map: reader.number("map", 1), durable: reader.number("durable", 2) };
}
