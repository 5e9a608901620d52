import { LinkError } from "../error.js";

const text = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a body's fields in order, least significant byte first.
 *
 * Every method throws {@link LinkError} `LINK_MALFORMED_BODY` when the body ends before its field.
 */
export class BodyReader {
  readonly #name: string;
  readonly #bytes: Uint8Array;
  #at = 0;

  /** @param name - the frame type, for errors */
  constructor(name: string, bytes: Uint8Array) {
    this.#name = name;
    this.#bytes = bytes;
  }

  /** An unsigned number of 1 to 6 bytes that is at least `min` and at most `max`. */
  number(field: string, byteCount: number, min = 0, max = Number.MAX_SAFE_INTEGER): number {
    const bytes = this.bytes(field, byteCount);
    let value = 0;
    for (let i = byteCount - 1; i >= 0; i--) value = value * 256 + (bytes[i] as number);
    if (value < min || value > max) throw this.#malformed(field, `${value} is not allowed`);
    return value;
  }

  /** UTF-8 text after one byte with its length, of at least `min` and at most `max` bytes. */
  text(field: string, min: number, max: number): string {
    const length = this.number(field, 1, min, max);
    try {
      return text.decode(this.bytes(field, length));
    } catch (cause) {
      throw this.#malformed(field, "it is no UTF-8", cause);
    }
  }

  bytes(field: string, count: number): Uint8Array {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw this.#malformed(field, "the body ends before it does");
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  #malformed(field: string, message: string, cause?: unknown): LinkError {
    return new LinkError("LINK_MALFORMED_BODY", `${this.#name}.${field}`, message, { cause });
  }
}
