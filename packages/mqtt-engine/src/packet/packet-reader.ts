import { Buffer, isUtf8 } from "node:buffer";
import { MqttError } from "../error.js";

/**
 * Reads one packet's fields one after the other and never past its end. Positions are indexes into
 * the buffer; error offsets count from the packet's first byte.
 */
export class PacketReader {
  #buffer: Buffer = Buffer.alloc(0);
  #packetStart = 0;
  position = 0;
  end = 0;

  /**
   * Starts on a packet.
   *
   * @param packetStart - where the packet's first byte is, or would be: it may be negative when the
   *   header came in an earlier chunk
   */
  reset(buffer: Buffer, packetStart: number, bodyStart: number, end: number): this {
    this.#buffer = buffer;
    this.#packetStart = packetStart;
    this.position = bodyStart;
    this.end = end;
    return this;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  u8(): number {
    return this.#buffer[this.#take(1)] as number;
  }

  u16(): number {
    const at = this.#take(2);
    return ((this.#buffer[at] as number) << 8) | (this.#buffer[at + 1] as number);
  }

  u32(): number {
    return this.#buffer.readUInt32BE(this.#take(4));
  }

  /** A variable byte integer in its shortest form, as the standard asks (section 1.5.5). */
  varint(): number {
    const start = this.position;
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.u8();
      value |= (byte & 0x7f) << shift;
      if (byte < 128) {
        if (byte === 0 && shift > 0)
          throw this.malformed("a number not in its shortest form", start);
        return value;
      }
    }
    throw this.malformed("a variable byte integer of more than four bytes", start);
  }

  /** A UTF-8 string after its length in two bytes: well-formed, and without U+0000. */
  string(): string {
    const start = this.position;
    const length = this.u16();
    const from = this.#take(length);
    const buffer = this.#buffer;
    for (let at = from; at < this.position; at++) {
      const byte = buffer[at] as number;
      if (byte === 0) throw this.malformed("U+0000 in a string", at);
      if (byte > 127) return this.#wideString(start, from);
    }
    return buffer.toString("latin1", from, this.position);
  }

  /** Bytes after their length in two bytes: a copy. */
  binary(): Uint8Array {
    const length = this.u16();
    const from = this.#take(length);
    return new Uint8Array(this.#buffer.subarray(from, this.position));
  }

  /** The rest of the packet: a view that lives as long as the buffer holds these bytes. */
  rest(): Buffer {
    const from = this.position;
    this.position = this.end;
    return this.#buffer.subarray(from, this.end);
  }

  /** @throws {@link MqttError} when bytes are left */
  done(): void {
    if (this.position !== this.end) throw this.malformed(`${this.remaining} bytes too many`);
  }

  /** The error for what stands at `position`. */
  malformed(what: string, position = this.position): MqttError {
    return new MqttError("MQTT_MALFORMED_PACKET", what, { offset: position - this.#packetStart });
  }

  #wideString(start: number, from: number): string {
    const bytes = this.#buffer.subarray(from, this.position);
    if (!isUtf8(bytes)) throw this.malformed("a string that is not UTF-8", start);
    if (bytes.includes(0)) throw this.malformed("U+0000 in a string", start);
    return bytes.toString("utf8");
  }

  #take(bytes: number): number {
    const at = this.position;
    if (bytes > this.end - at) throw this.malformed("the packet ends too early");
    this.position = at + bytes;
    return at;
  }
}
