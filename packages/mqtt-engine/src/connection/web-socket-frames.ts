import { Buffer } from "node:buffer";
import { MqttError } from "../error.js";

const CONTINUATION = 0;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** Longest header of a frame from a server, which is not masked: 2 bytes and 8 of length. */
const MAX_HEADER = 10;
/** Longest payload of a control frame (RFC 6455, section 5.5). */
const MAX_CONTROL = 125;

/** Takes what the frames carry. */
export interface FrameReceiver {
  /** Bytes of a binary message, from `start` to before `end`, valid only during the call. */
  data(chunk: Buffer, start: number, end: number): void;
  /** To be answered by a pong with the same payload. */
  ping(payload: Buffer): void;
  close(): void;
}

/**
 * Takes a server's WebSocket frames apart, cut anywhere. MQTT's own packets run over the borders of
 * frames, so a payload is handed on as it comes and nothing but headers and control frames is held.
 *
 * @see RFC 6455, section 5; MQTT 5.0, section 6
 */
export class WebSocketFrameDecoder {
  readonly #header = Buffer.alloc(MAX_HEADER + MAX_CONTROL);
  #have = 0;
  /** Bytes of a data frame's payload that are still to come. */
  #left = 0;
  #inMessage = false;

  /** @throws {@link MqttError} `MQTT_PROTOCOL_ERROR` for a frame that RFC 6455 or MQTT forbids */
  push(chunk: Buffer, start: number, end: number, receiver: FrameReceiver): void {
    let at = start;
    while (at < end) {
      if (this.#left > 0) {
        const take = Math.min(this.#left, end - at);
        this.#left -= take;
        receiver.data(chunk, at, at + take);
        at += take;
        continue;
      }
      this.#header[this.#have++] = chunk[at++] as number;
      this.#headerByte(receiver);
    }
  }

  #headerByte(receiver: FrameReceiver): void {
    const header = this.#header;
    const first = header[0] as number;
    const opcode = first & 0x0f;
    if (this.#have === 1) {
      this.#checkFirst(first, opcode);
      return;
    }
    const second = header[1] as number;
    if (second > 127) throw violation("a masked frame from a server");
    if (opcode >= CLOSE) {
      if (second > MAX_CONTROL) throw violation("a control frame of more than 125 bytes");
      if (this.#have === 2 + second) {
        this.#have = 0;
        const payload = Buffer.from(header.subarray(2, 2 + second));
        if (opcode === PING) receiver.ping(payload);
        else if (opcode === CLOSE) receiver.close();
      }
      return;
    }
    const size = second === 127 ? 10 : second === 126 ? 4 : 2;
    if (this.#have < size) return;
    this.#have = 0;
    this.#inMessage = (first & 0x80) === 0;
    this.#left = size === 2 ? second : size === 4 ? header.readUInt16BE(2) : longLength(header);
  }

  #checkFirst(first: number, opcode: number): void {
    if ((first & 0x70) !== 0) throw violation("a reserved bit");
    const final = first > 127;
    if (opcode >= CLOSE) {
      if (!final) throw violation("a control frame in fragments");
      if (opcode > PONG) throw violation(`opcode ${opcode}`);
      return;
    }
    if (opcode !== (this.#inMessage ? CONTINUATION : BINARY)) {
      throw violation(opcode === 1 ? "a text frame" : `opcode ${opcode}`);
    }
  }
}

function longLength(header: Buffer): number {
  const length = header.readBigUInt64BE(2);
  if (length > BigInt(Number.MAX_SAFE_INTEGER)) throw violation("a frame beyond all bounds");
  return Number(length);
}

function violation(what: string): MqttError {
  return new MqttError("MQTT_PROTOCOL_ERROR", `${what} over the WebSocket`);
}

/**
 * One frame from a client: final, and masked, as RFC 6455 asks of a client.
 *
 * @param mask - four bytes that a stranger cannot foresee
 */
export function encodeClientFrame(opcode: number, payload: Uint8Array, mask: Uint8Array): Buffer {
  const length = payload.length;
  const size = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(size + 4 + length);
  frame[0] = 0x80 | opcode;
  if (size === 2) {
    frame[1] = 0x80 | length;
  } else if (size === 4) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 0x80 | 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.set(mask, size);
  for (let index = 0; index < length; index++) {
    frame[size + 4 + index] = (payload[index] as number) ^ (mask[index & 3] as number);
  }
  return frame;
}

/** A binary frame that carries MQTT. */
export function binaryFrame(payload: Uint8Array, mask: Uint8Array): Buffer {
  return encodeClientFrame(BINARY, payload, mask);
}

/** The answer to a ping. */
export function pongFrame(payload: Uint8Array, mask: Uint8Array): Buffer {
  return encodeClientFrame(PONG, payload, mask);
}

/** The end, with status 1000: normal closure. */
export function closeFrame(mask: Uint8Array): Buffer {
  return encodeClientFrame(CLOSE, Uint8Array.of(0x03, 0xe8), mask);
}
