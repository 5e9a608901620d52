const formats = new Map<number, Intl.NumberFormat>();

/**
 * A number as the page writes it: `1,204.50`, with a true minus sign.
 *
 * @param decimals - digits behind the point, from 0 to 20
 */
export function formatNumber(value: number, decimals: number): string {
  const digits = Math.min(20, Math.max(0, Math.trunc(decimals)));
  let format = formats.get(digits);
  if (!format) {
    format = new Intl.NumberFormat("en", {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      signDisplay: "negative",
    });
    formats.set(digits, format);
  }
  return format.format(value).replace("-", "−");
}

/** A whole number of things: `1,204`. */
export function formatCount(count: number): string {
  return formatNumber(count, 0);
}

/** A figure of about three digits, such as a rate or a mean: `0.25`, `14.2`, `1,204`. */
export function formatFigure(value: number): string {
  const size = Math.abs(value);
  return formatNumber(value, size === 0 || size >= 100 ? 0 : size >= 1 ? 1 : 2);
}

/**
 * A field's value with the unit a person writes: `3.40 µg/m³`, `74 %`, `open`, `missing`.
 *
 * @param field - `decimals` digits behind the point; `null` is a value its reading did not have
 */
export function formatValue(field: {
  readonly value: number | string | boolean | null;
  readonly unit: string;
  readonly decimals: number;
}): string {
  const { value, unit } = field;
  if (value === null) return "missing";
  if (typeof value === "boolean") return value ? "yes" : "no";
  const text = typeof value === "number" ? formatNumber(value, field.decimals) : value;
  return unit ? `${text} ${unit}` : text;
}
