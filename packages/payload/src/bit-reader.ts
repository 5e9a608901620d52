import { PayloadError } from "./error.js";

/** What bits are, to a reader that explains a payload. */
export type BitsPart =
  | "row" // nothing yet: a batch's next row begins; index: which
  | "time"
  | "milliseconds"
  | "presence" // of the field
  | "step" // a whole number; index: slot
  | "blob" // the bytes of a text or of bytes; index: slot
  | "quiet" // whether something beside the busy numbers has changed
  | "presenceChange" // whether a presence bit has changed
  | "clock" // how far a row's time is from its guess
  | "change" // whether the slot has changed
  | "number"; // how far the slot is from its guess

/**
 * Reads bits, the highest of each number first, and never past the end.
 *
 * It looks a few bytes ahead. Its state is open to the code that `compileSchema` makes, which keeps
 * it in variables for as long as a row lasts.
 */
export class BitReader {
  bytes: Uint8Array = new Uint8Array(0);
  /** The next byte to load. */
  position = 0;
  /** Its low `count` bits are loaded and not yet taken; those above are stale. */
  pending = 0;
  count = 0;

  /** Starts anew at a byte. */
  start(bytes: Uint8Array, position: number): void {
    this.bytes = bytes;
    this.position = position;
    this.pending = 0;
    this.count = 0;
  }

  /** Says what the bits taken next are. Only a reader that explains a payload listens. */
  note(_part: BitsPart, _index: number): void {}

  /** The byte that the next bit is in. */
  get offset(): number {
    return this.position - ((this.count + 7) >> 3);
  }

  /** The byte that the bit is in that was next before so many were taken. */
  offsetBefore(bits: number): number {
    return (8 * this.position - this.count - bits) >> 3;
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
    if (this.count < bits) this.#load(bits);
    this.count -= bits;
    return (this.pending >>> this.count) & ((1 << bits) - 1);
  }

  /** Loads bytes as far as there are any, and as far as they fit. */
  #load(bits: number): void {
    const { bytes } = this;
    while (this.count <= 24 && this.position < bytes.length) {
      this.pending = (this.pending << 8) | (bytes[this.position++] ?? 0);
      this.count += 8;
    }
    if (this.count < bits) this.#truncated();
  }

  /**
   * Counts ones up to a 0, and takes both, or `most` ones and no 0 after them.
   *
   * @param most - 1 to 24
   * @throws {@link PayloadError} `PAYLOAD_TRUNCATED`
   */
  takeOnes(most: number): number {
    if (this.count <= most) this.#load(1);
    const ones = Math.min(Math.clz32(~(this.pending << (32 - this.count))), this.count, most);
    if (ones === most) {
      this.count -= most;
      return most;
    }
    if (ones === this.count) this.#truncated();
    this.count -= ones + 1;
    return ones;
  }

  #truncated(): never {
    const offset = this.bytes.length;
    throw new PayloadError("PAYLOAD_TRUNCATED", { offset }, "The payload ends within a row");
  }

  /** Checks that only 0 bits are left, and those within the last byte that was read. */
  finish(): void {
    const paddingBits = this.count & 7;
    const read = this.position - (this.count >> 3);
    const padding = (this.pending >>> (this.count - paddingBits)) & ((1 << paddingBits) - 1);
    if (padding !== 0) {
      const offset = read - 1;
      throw new PayloadError(
        "PAYLOAD_BAD_PADDING",
        { offset },
        "The bits after the last row are not 0",
      );
    }
    if (read < this.bytes.length) {
      const more = this.bytes.length - read;
      const message = `${more} ${more === 1 ? "byte comes" : "bytes come"} after the last row`;
      throw new PayloadError("PAYLOAD_TRAILING_BYTES", { offset: read }, message);
    }
  }
}
