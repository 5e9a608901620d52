import { PayloadError } from "./error.js";

/** Reads bits, the highest of each number first, and never past the end. */
export class BitReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #position = 0;
  #pending = 0;
  #pendingBits = 0;

  /** Starts anew at a byte. */
  start(bytes: Uint8Array, position: number): void {
    this.#bytes = bytes;
    this.#position = position;
    this.#pending = 0;
    this.#pendingBits = 0;
  }

  /** The byte that the next bit is in. */
  get offset(): number {
    return this.#position - (this.#pendingBits > 0 ? 1 : 0);
  }

  /**
   * The next bits as a number.
   *
   * @param bits - 0 to 32
   * @returns 0 to 2^32 - 1
   * @throws {@link PayloadError} `PAYLOAD_TRUNCATED`
   */
  take(bits: number): number {
    if (bits > 24) return this.#next(bits - 16) * 0x10000 + this.#next(16);
    return this.#next(bits);
  }

  #next(bits: number): number {
    let pending = this.#pending;
    let count = this.#pendingBits;
    while (count < bits) {
      if (this.#position >= this.#bytes.length) this.#truncated();
      pending = (pending << 8) | (this.#bytes[this.#position++] ?? 0);
      count += 8;
    }
    count -= bits;
    this.#pending = pending;
    this.#pendingBits = count;
    return (pending >>> count) & ((1 << bits) - 1);
  }

  /**
   * Counts ones up to a 0, and takes both, or `most` ones and no 0 after them.
   *
   * @param most - at least 1
   * @throws {@link PayloadError} `PAYLOAD_TRUNCATED`
   */
  takeOnes(most: number): number {
    let ones = 0;
    for (;;) {
      if (this.#pendingBits === 0) {
        if (this.#position >= this.#bytes.length) this.#truncated();
        this.#pending = this.#bytes[this.#position++] ?? 0;
        this.#pendingBits = 8;
      }
      const left = this.#pendingBits;
      const run = Math.min(Math.clz32(~(this.#pending << (32 - left))), left, most - ones);
      ones += run;
      this.#pendingBits = left - run;
      if (ones === most) return ones;
      if (run < left) {
        this.#pendingBits--;
        return ones;
      }
    }
  }

  #truncated(): never {
    const offset = this.#bytes.length;
    throw new PayloadError("PAYLOAD_TRUNCATED", { offset }, "The payload ends within a row");
  }

  /** Checks that only 0 bits are left, and those within the last byte that was read. */
  finish(): void {
    const padding = this.#pending & ((1 << this.#pendingBits) - 1);
    if (padding !== 0) {
      const offset = this.#position - 1;
      throw new PayloadError(
        "PAYLOAD_BAD_PADDING",
        { offset },
        "The bits after the last row are not 0",
      );
    }
    if (this.#position < this.#bytes.length) {
      const offset = this.#position;
      const more = this.#bytes.length - offset;
      const message = `${more} bytes come after the last row`;
      throw new PayloadError("PAYLOAD_TRAILING_BYTES", { offset }, message);
    }
  }
}
