/**
 * What is left of a number behind its guess, as a number from 0 on: one apart, above or below, are
 * 1 and 2, and so on to the nearer end of the range, behind which only one side is left.
 *
 * @param value - 0 to `last`
 * @param guess - 0 to `last`
 * @returns 0 to `last`
 * @see docs/payload-format.md, section 7.2
 */
export function foldError(value: number, guess: number, last: number): number {
  const error = value - guess;
  const size = error < 0 ? -error : error;
  const above = last - guess;
  const near = Math.min(guess, above);
  if (size > near) return near + size;
  return error < 0 ? 2 * size - 1 : 2 * size;
}

/** The value that `foldError` made a number of. */
export function unfoldError(number: number, guess: number, last: number): number {
  const above = last - guess;
  const near = Math.min(guess, above);
  if (number > 2 * near) {
    const size = number - near;
    return guess < above ? guess + size : guess - size;
  }
  return number % 2 === 1 ? guess - (number + 1) / 2 : guess + number / 2;
}

/**
 * A guess moved with the number before it in the row.
 *
 * @param change - how far that number was from its own guess
 * @param sign - 1, or -1 where the one rises as the other falls
 * @param shift - the change counts divided by 2^`shift`
 */
export function followed(
  guess: number,
  change: number,
  sign: number,
  shift: number,
  last: number,
): number {
  const by = change < 0 ? -(-change >>> shift) : change >>> shift;
  return moveWithin(guess, sign * by, last);
}

/**
 * The guess of the next value.
 *
 * @param change - how far the value was from its own guess
 * @param trend - -1 takes half of that back, 1 adds half of it once more
 */
export function nextGuess(value: number, change: number, trend: number, last: number): number {
  if (trend === 0) return value;
  const half = change < 0 ? -(-change >>> 1) : change >>> 1;
  return moveWithin(value, trend * half, last);
}

function moveWithin(number: number, by: number, last: number): number {
  const moved = number + by;
  return Math.max(0, Math.min(moved, last));
}

/** The next mean, in sixteenths, after a number; faster in a batch's first rows. */
export function nextMean(mean: number, number: number, shift: number): number {
  return mean - (mean >> shift) + (Math.min(number, 4095) << (4 - shift));
}
