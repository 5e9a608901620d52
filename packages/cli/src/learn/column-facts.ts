import { decimalPattern } from "../recording/parse-cell.js";

/** What a recording tells of a column of numbers. */
export interface NumberFacts {
  readonly kind: "number";
  readonly min: number;
  readonly max: number;
  /** Decimals that the numbers are written with, 0 to 9. */
  readonly decimals: number;
  /** Greatest 1, 2 or 5 by a power of ten that every number is a multiple of, in the last decimal. */
  readonly resolution: number;
  /** Mean absolute difference between one number and the next. */
  readonly meanStep: number;
  /** It never falls, and rises: a counter, it seems. */
  readonly neverFalls: boolean;
}

/** What a recording tells of a column. */
export type ColumnFacts =
  | NumberFacts
  | { readonly kind: "boolean" }
  | { readonly kind: "names"; readonly names: readonly string[] }
  | { readonly kind: "text"; readonly maxBytes: number }
  | { readonly kind: "empty" };

const mostNames = 16;
const mostDecimals = 9;

/** Looks at a column's cells; empty ones are missing values. */
export function columnFacts(cells: readonly string[]): ColumnFacts {
  const given = cells.filter((cell) => cell !== "");
  if (given.length === 0) return { kind: "empty" };
  if (given.every((cell) => /^(true|false)$/i.test(cell))) return { kind: "boolean" };
  if (given.every((cell) => decimalPattern.test(cell))) return numberFacts(given);
  const names = [...new Set(given)];
  const areNames = names.every((name) => /^[A-Za-z][A-Za-z0-9_-]{0,47}$/.test(name));
  if (areNames && names.length >= 2 && names.length <= mostNames) return { kind: "names", names };
  const longest = given.reduce((most, cell) => Math.max(most, Buffer.byteLength(cell)), 1);
  return { kind: "text", maxBytes: Math.min(255, longest) };
}

function numberFacts(cells: readonly string[]): NumberFacts {
  const numbers = cells.map(Number);
  const decimals = cells.reduce((most, cell) => Math.max(most, decimalsOf(cell)), 0);
  const scale = 10 ** decimals;
  let divisor = 0;
  let change = 0;
  let neverFalls = true;
  for (const [index, number] of numbers.entries()) {
    divisor = greatestDivisor(divisor, Math.abs(Math.round(number * scale)));
    const before = numbers[index - 1];
    if (before === undefined) continue;
    change += Math.abs(number - before);
    if (number < before) neverFalls = false;
  }
  const min = numbers.reduce((least, number) => Math.min(least, number));
  const max = numbers.reduce((most, number) => Math.max(most, number));
  return {
    kind: "number",
    min,
    max,
    decimals,
    resolution: roundStep(divisor) / scale,
    meanStep: numbers.length > 1 ? change / (numbers.length - 1) : 0,
    neverFalls: neverFalls && max > min && numbers.length >= 20,
  };
}

function decimalsOf(cell: string): number {
  const [, fraction = "", exponent = "0"] = /^[^.e]*(?:\.(\d*))?(?:e(.*))?$/i.exec(cell) ?? [];
  return Math.min(mostDecimals, Math.max(0, fraction.length - Number(exponent)));
}

function greatestDivisor(one: number, other: number): number {
  let [a, b] = [one, other];
  while (b > 0) [a, b] = [b, a % b];
  return a;
}

/** The greatest 1, 2 or 5 by a power of ten that a whole number is a multiple of. */
function roundStep(whole: number): number {
  if (whole === 0) return 1;
  let step = 1;
  while (whole % (step * 10) === 0) step *= 10;
  for (const factor of [5, 2]) if (whole % (step * factor) === 0) return step * factor;
  return step;
}
