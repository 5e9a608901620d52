import { Buffer } from "node:buffer";
import { MqttError } from "../error.js";
import { MAX_REMAINING_LENGTH } from "./packet-type.js";

/** Bytes kept free for a packet's first byte and its Remaining Length. */
const HEADER_BYTES = 5;

/**
 * A growing buffer that packets are written into one after the other, so that many leave in one
 * write to the socket. It allocates only when it has to grow.
 */
export class PacketWriter {
  #buffer: Buffer;
  #length = 0;
  #open = 0;

  /** @param capacity - bytes to begin with; default: 1024 */
  constructor(capacity = 1024) {
    this.#buffer = Buffer.allocUnsafeSlow(capacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of memory it holds. */
  get capacity(): number {
    return this.#buffer.length;
  }

  /** The bytes written so far: a view that the next write may change. */
  bytes(from = 0): Buffer {
    return this.#buffer.subarray(from, this.#length);
  }

  /** Forgets what was written and keeps the memory. */
  clear(): void {
    this.#length = 0;
  }

  /** Forgets what was written and takes new memory: for when somebody still reads the old. */
  renew(capacity: number): void {
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(capacity, 1024));
    this.#length = 0;
  }

  /** Takes back what was written after `length`. */
  rewind(length: number): void {
    this.#length = length;
  }

  /** Makes room for `bytes` more and returns the buffer; use {@link advance} after writing to it. */
  reserve(bytes: number): Buffer {
    const wanted = this.#length + bytes;
    if (wanted > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(wanted, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    return this.#buffer;
  }

  /** Says that `bytes` were written into the buffer that {@link reserve} returned. */
  advance(bytes: number): void {
    this.#length += bytes;
  }

  /** Begins a packet whose length is not known yet; {@link end} fills it in. */
  begin(firstByte: number): void {
    this.reserve(HEADER_BYTES);
    this.#open = this.#length;
    this.#buffer[this.#length] = firstByte;
    this.#length += HEADER_BYTES;
  }

  /**
   * Ends the packet: writes its Remaining Length and closes the gap before its body.
   *
   * @throws {@link MqttError} `MQTT_PACKET_TOO_LARGE` beyond 268,435,455 bytes
   */
  end(): void {
    const start = this.#open + HEADER_BYTES;
    const remaining = this.#length - start;
    if (remaining > MAX_REMAINING_LENGTH) {
      this.#length = this.#open;
      throw new MqttError("MQTT_PACKET_TOO_LARGE", `a packet of ${remaining} bytes`);
    }
    const size = varintSize(remaining);
    writeVarint(this.#buffer, this.#open + 1, remaining);
    this.#buffer.copyWithin(this.#open + 1 + size, start, this.#length);
    this.#length -= HEADER_BYTES - 1 - size;
  }

  u8(value: number): void {
    this.reserve(1)[this.#length++] = value;
  }

  u16(value: number): void {
    const buffer = this.reserve(2);
    buffer[this.#length++] = value >>> 8;
    buffer[this.#length++] = value;
  }

  u32(value: number): void {
    this.reserve(4).writeUInt32BE(value, this.#length);
    this.#length += 4;
  }

  /** A variable byte integer, 0 to 268,435,455 (MQTT 5.0, section 1.5.5). */
  varint(value: number): void {
    const buffer = this.reserve(4);
    this.#length = writeVarint(buffer, this.#length, value);
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length).set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /**
   * A UTF-8 string after its length in two bytes.
   *
   * @throws {@link MqttError} `MQTT_INVALID_ARGUMENT` beyond 65,535 bytes
   */
  string(text: string): void {
    const size = Buffer.byteLength(text);
    checkSize(size, "a string");
    this.u16(size);
    this.reserve(size).write(text, this.#length);
    this.#length += size;
  }

  /**
   * Bytes after their length in two bytes.
   *
   * @throws {@link MqttError} `MQTT_INVALID_ARGUMENT` beyond 65,535 bytes
   */
  binary(bytes: Uint8Array): void {
    checkSize(bytes.length, "binary data");
    this.u16(bytes.length);
    this.raw(bytes);
  }
}

function checkSize(size: number, what: string): void {
  if (size > 0xffff) {
    throw new MqttError("MQTT_INVALID_ARGUMENT", `${what} of ${size} bytes; at most 65535 fit`);
  }
}

/** Bytes that `value` takes as a variable byte integer, 1 to 4. */
export function varintSize(value: number): number {
  if (value < 128) return 1;
  if (value < 16_384) return 2;
  return value < 2_097_152 ? 3 : 4;
}

/** Writes a variable byte integer and returns the offset after it. */
export function writeVarint(buffer: Uint8Array, offset: number, value: number): number {
  let at = offset;
  let rest = value;
  while (rest > 127) {
    buffer[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[at++] = rest;
  return at;
}
