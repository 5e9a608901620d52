/**
 * Writes bits into the caller's bytes, the highest bit of each number first.
 *
 * It checks no bounds: who uses it has made sure that the bytes suffice. Its state is open to the code
 * that `compileSchema` makes, which keeps it in variables for as long as a row lasts.
 */
export class BitWriter {
  bytes: Uint8Array = new Uint8Array(0);
  /** The next byte to write. */
  position = 0;
  /** Its low `count` bits wait for a whole byte; those above are stale. */
  pending = 0;
  count = 0;

  /** Starts anew at a byte. */
  start(bytes: Uint8Array, position: number): void {
    this.bytes = bytes;
    this.position = position;
    this.pending = 0;
    this.count = 0;
  }

  /**
   * Appends the low bits of a number.
   *
   * @param value - as a 32-bit pattern; bits above `bits` are 0
   * @param bits - 0 to 32
   */
  put(value: number, bits: number): void {
    if (bits > 24) {
      this.#append(value >>> 16, bits - 16);
      this.#append(value & 0xffff, 16);
    } else {
      this.#append(value, bits);
    }
  }

  #append(value: number, bits: number): void {
    const pending = (this.pending << bits) | value;
    let count = this.count + bits;
    while (count >= 8) {
      count -= 8;
      this.bytes[this.position++] = pending >>> count;
    }
    this.pending = pending;
    this.count = count;
  }

  /** Fills the last byte with 0 bits. */
  finish(): number {
    if (this.count > 0) this.#append(0, 8 - this.count);
    return this.position;
  }
}
