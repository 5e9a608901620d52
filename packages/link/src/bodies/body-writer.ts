const encoder = new TextEncoder();

/** Collects a body's fields in order, least significant byte first. */
export class BodyWriter {
  readonly #bytes: number[] = [];

  /** An unsigned number in 1 to 6 bytes. */
  number(value: number, byteCount: number): this {
    let rest = value;
    for (let i = 0; i < byteCount; i++) {
      this.#bytes.push(rest % 256);
      rest = Math.floor(rest / 256);
    }
    return this;
  }

  /** UTF-8 text after one byte with its length. The caller has checked that length. */
  text(value: string): this {
    const bytes = encoder.encode(value);
    return this.number(bytes.length, 1).bytes(bytes);
  }

  bytes(bytes: Uint8Array): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
