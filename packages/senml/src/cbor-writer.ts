const MOST_DIGITS = 15;

/** The half-precision bits of a number that half precision holds exactly, else undefined. */
function halfBits(value: number): number | undefined {
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === 0) return sign;
  const exponent = Math.max(Math.floor(Math.log2(size)), -14);
  if (exponent > 15) return undefined;
  const fraction = size * 2 ** (10 - exponent);
  if (!Number.isInteger(fraction) || fraction >= 2048) return undefined;
  return sign | (fraction < 1024 ? fraction : ((exponent + 15) << 10) | (fraction - 1024));
}

/** `mantissa` × 10^`exponent` as the shortest decimal of a number, where it has few enough digits. */
function decimalOf(value: number): { mantissa: number; exponent: number } | undefined {
  const text = value.toExponential();
  const mark = text.indexOf("e");
  const digits = text.slice(0, mark).replace(".", "");
  const count = digits.length - (value < 0 ? 1 : 0);
  if (count > MOST_DIGITS) return undefined;
  return { mantissa: Number(digits), exponent: Number(text.slice(mark + 1)) - count + 1 };
}

function headSize(size: number): number {
  if (size < 24) return 1;
  if (size < 0x100) return 2;
  if (size < 0x10000) return 3;
  return size < 0x100000000 ? 5 : 9;
}

function integerSize(value: number): number {
  return headSize(value < 0 ? -1 - value : value);
}

/**
 * Writes CBOR, each item in its shortest form, to a buffer that grows.
 *
 * @see RFC 8949, section 4.2.1
 */
export class CborWriter {
  readonly #encoder = new TextEncoder();
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** What was written so far; a copy. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }

  /** A major type and its argument: a whole number from 0 to 2^53. */
  head(major: number, argument: number): void {
    const size = headSize(argument);
    const at = this.#reserve(size);
    if (size === 1) {
      this.#bytes[at] = (major << 5) | argument;
      return;
    }
    this.#bytes[at] = (major << 5) | (size === 2 ? 24 : size === 3 ? 25 : size === 5 ? 26 : 27);
    if (size === 2) this.#view.setUint8(at + 1, argument);
    else if (size === 3) this.#view.setUint16(at + 1, argument);
    else if (size === 5) this.#view.setUint32(at + 1, argument);
    else {
      this.#view.setUint32(at + 1, Math.floor(argument / 0x100000000));
      this.#view.setUint32(at + 5, argument >>> 0);
    }
  }

  /** A whole number within ±2^53. */
  integer(value: number): void {
    if (value < 0) this.head(1, -1 - value);
    else this.head(0, value);
  }

  /**
   * A finite number: as an integer where it is one, else as the shortest float that is exactly it,
   * or on option as a decimal fraction where that is shorter.
   */
  number(value: number, withDecimalFractions: boolean): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      this.integer(value);
      return;
    }
    const half = halfBits(value);
    const floatSize = half !== undefined ? 3 : Math.fround(value) === value ? 5 : 9;
    if (withDecimalFractions) {
      const decimal = decimalOf(value);
      if (decimal !== undefined) {
        const { mantissa, exponent } = decimal;
        if (2 + integerSize(exponent) + integerSize(mantissa) < floatSize) {
          this.head(6, 4);
          this.head(4, 2);
          this.integer(exponent);
          this.integer(mantissa);
          return;
        }
      }
    }
    const at = this.#reserve(floatSize);
    this.#bytes[at] = floatSize === 3 ? 0xf9 : floatSize === 5 ? 0xfa : 0xfb;
    if (half !== undefined) this.#view.setUint16(at + 1, half);
    else if (floatSize === 5) this.#view.setFloat32(at + 1, value);
    else this.#view.setFloat64(at + 1, value);
  }

  boolean(value: boolean): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value ? 0xf5 : 0xf4;
  }

  bytes(value: Uint8Array): void {
    this.head(2, value.length);
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
  }

  text(value: string): void {
    const bytes = this.#encoder.encode(value);
    this.head(3, bytes.length);
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }
}
