/** A decimal number, exactly: `mantissa` × 10^`exponent`. */
export interface Decimal {
  /** A whole number of at most 15 digits that does not end in 0. */
  readonly mantissa: number;
  readonly exponent: number;
}

const MOST_DIGITS = 15;

/**
 * The decimal a person meant by a number: `decimalOf(0.05)` is 5 × 10^-2, `decimalOf(-40)` is
 * -4 × 10^1, though no double is exactly a twentieth.
 *
 * @returns undefined for what is not finite, or has more than 15 significant digits
 */
export function decimalOf(value: number): Decimal | undefined {
  if (!Number.isFinite(value)) return undefined;
  if (value === 0) return { mantissa: 0, exponent: 0 };
  // The shortest decimal that reads back as the same double, as `d.ddde±x`.
  const text = value.toExponential();
  const mark = text.indexOf("e");
  const digits = text.slice(0, mark).replace(".", "");
  const digitCount = digits.length - (value < 0 ? 1 : 0);
  if (digitCount > MOST_DIGITS) return undefined;
  return { mantissa: Number(digits), exponent: Number(text.slice(mark + 1)) - digitCount + 1 };
}

/**
 * The decimal as a whole number of 10^-`decimals`: 0.05 with 3 decimals is 50.
 *
 * @returns undefined where that is not a whole number, or not a safe one
 */
export function scaledInteger(decimal: Decimal, decimals: number): number | undefined {
  const shift = decimal.exponent + decimals;
  if (decimal.mantissa === 0) return 0;
  if (shift < 0 || shift > 22) return undefined;
  const scaled = decimal.mantissa * 10 ** shift;
  return Number.isSafeInteger(scaled) ? scaled : undefined;
}
