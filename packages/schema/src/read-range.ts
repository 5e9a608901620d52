import { decimalOf, scaledInteger } from "./decimal.js";

/** The decimals of one range, as a schema has them. */
export interface DecimalRange {
  readonly min: number;
  readonly max: number;
  readonly resolution: number;
  readonly typicalStep?: number;
}

/**
 * A range of decimals as whole numbers, so that every language gives the same value for a step:
 * `value = (min + step × resolution) / scale`, one correctly rounded division.
 */
export interface Steps {
  /** The least value, in units of 1 / `scale`; a 32-bit number, signed or unsigned. */
  readonly min: number;
  /** One step, in units of 1 / `scale`; from 1 on. */
  readonly resolution: number;
  /** Decimals a value is written with, 0 to 15. */
  readonly decimals: number;
  /** 10^`decimals`. */
  readonly scale: number;
  /** The highest step, 1 to 2^32 - 1; step 0 is `min`. */
  readonly last: number;
  /** Bits that a step needs, 1 to 32. */
  readonly bits: number;
  /** Usual absolute change between readings, in steps; it may be a fraction of one. */
  readonly typicalStep?: number;
}

/** Why a range has no integer view, and the key to blame. */
export interface RangeFault {
  readonly key: "min" | "max" | "resolution" | "typicalStep";
  readonly message: string;
}

const MOST_DECIMALS = 15;
const MOST_UINT32 = 2 ** 32 - 1;
const MOST_INT32 = 2 ** 31 - 1;
const LEAST_INT32 = -(2 ** 31);

/** The integer view of a range, or why it has none. */
export function readRange(range: DecimalRange): Steps | RangeFault {
  const least = decimalOf(range.min);
  const most = decimalOf(range.max);
  const step = decimalOf(range.resolution);
  if (least === undefined) return notDecimal("min", range.min);
  if (most === undefined) return notDecimal("max", range.max);
  if (step === undefined) return notDecimal("resolution", range.resolution);
  if (step.mantissa <= 0) return fault("resolution", `${range.resolution} is not above 0`);
  if (range.max <= range.min) return fault("max", `${range.max} is not above min, ${range.min}`);

  const decimals = Math.max(0, -least.exponent, -step.exponent);
  if (decimals > MOST_DECIMALS) {
    return fault("resolution", `it needs ${decimals} decimals; at most ${MOST_DECIMALS}`);
  }
  const scale = 10 ** decimals;
  const min = scaledInteger(least, decimals);
  const resolution = scaledInteger(step, decimals);
  if (min === undefined || resolution === undefined) return tooFine(range);
  if (min % resolution !== 0) {
    const nearest = (Math.floor(min / resolution) * resolution) / scale;
    const multiple = `not a multiple of the resolution, ${range.resolution}`;
    return fault("min", `${range.min} is ${multiple}; ${nearest} is`);
  }

  const finest = Math.max(decimals, -most.exponent);
  const top = scaledInteger(most, finest);
  if (top === undefined) return tooFine(range);
  const highest = Math.floor(top / 10 ** (finest - decimals));
  const last = Math.floor((highest - min) / resolution);
  if (last < 1) return fault("resolution", `${range.resolution} leaves no step from min to max`);
  if (last > MOST_UINT32 || min < LEAST_INT32) return tooFine(range);
  if (highest > (min < 0 ? MOST_INT32 : MOST_UINT32)) return tooFine(range);

  const steps = { min, resolution, decimals, scale, last, bits: 32 - Math.clz32(last) };
  if (range.typicalStep === undefined) return steps;
  const typicalStep = inSteps(range.typicalStep, steps);
  if (typicalStep === undefined) {
    return fault("typicalStep", `${range.typicalStep} is not a decimal from 0 on`);
  }
  return { ...steps, typicalStep };
}

/** One division of whole numbers, so 0.3 by 0.1 is 3. */
function inSteps(change: number, steps: Steps): number | undefined {
  const decimal = decimalOf(change);
  if (decimal === undefined || decimal.mantissa < 0) return undefined;
  const decimals = Math.max(steps.decimals, -decimal.exponent);
  const whole = scaledInteger(decimal, decimals);
  if (whole === undefined) return undefined;
  return Math.min(whole / (steps.resolution * 10 ** (decimals - steps.decimals)), steps.last);
}

function fault(key: RangeFault["key"], message: string): RangeFault {
  return { key, message };
}

function notDecimal(key: RangeFault["key"], value: number): RangeFault {
  return fault(key, `${value} is not a decimal of at most 15 digits`);
}

function tooFine({ min, max, resolution }: DecimalRange): RangeFault {
  const range = `${min} to ${max} by ${resolution}`;
  return fault(
    "resolution",
    `${range} does not fit 32 bits; take a coarser resolution or a narrower range`,
  );
}
