import type { BitReader } from "./bit-reader.js";
import type { BitWriter } from "./bit-writer.js";

/** Ones before the low bits; with 16 of them the whole number follows. */
const mostOnes = 16;

/**
 * The low bits that a number is split by, from the mean of those before it.
 *
 * @param mean - in sixteenths, 0 to 65520
 * @returns 0 to 11
 * @see docs/payload-format.md, section 7.3
 */
export function lowBits(mean: number): number {
  return 32 - Math.clz32((mean + 6) >> 5);
}

/** The bits that `putNumber` writes. */
export function numberBits(number: number, low: number, bits: number): number {
  const high = number >>> low;
  if (high < 4) return high + 1 + low;
  const more = 31 - Math.clz32(high - 3);
  return more < mostOnes - 4 ? 5 + 2 * more + low : mostOnes + bits;
}

/**
 * Writes a number of steps, short where it is near its mean.
 *
 * @param number - 0 to 2^32 - 1
 * @param low - by `lowBits`
 * @param bits - of the largest it may be
 * @see docs/payload-format.md, section 7.3
 */
export function putNumber(number: number, low: number, bits: number, writer: BitWriter): void {
  const high = number >>> low;
  if (high < 4) {
    const ones = (2 << high) - 2;
    writer.put((ones << low) | (number & ((1 << low) - 1)), high + 1 + low);
    return;
  }
  const more = 31 - Math.clz32(high - 3);
  if (more < mostOnes - 4) {
    writer.put((2 << (4 + more)) - 2, 5 + more);
    const rest = low + more;
    writer.put((number - (3 << low)) & ((1 << rest) - 1), rest);
  } else {
    writer.put(0xffff, mostOnes);
    writer.put(number, bits);
  }
}

/**
 * Reads what `putNumber` writes.
 *
 * @returns 0 to 2^32 - 1; it may be more than the largest that it should be
 */
export function takeNumber(low: number, bits: number, reader: BitReader): number {
  const ones = reader.takeOnes(mostOnes);
  if (ones < 4) return (ones << low) | reader.take(low);
  if (ones === mostOnes) return reader.take(bits);
  const rest = low + ones - 4;
  return ((1 << rest) | reader.take(rest)) + (3 << low);
}
