import { type DecimalRange, readRange, type Steps } from "./read-range.js";
import type {
  ArrayField,
  CounterField,
  DurationField,
  PositionField,
  QuantityField,
} from "./sensor-schema.js";

/** A field whose values travel as one step count, or as one for each element of an array. */
export type SteppedField = QuantityField | CounterField | DurationField | ArrayField;

/** The integer views of a position's parts. Latitude is -90 to 90, longitude -180 to 180 degrees. */
export interface PositionSteps {
  readonly latitude: Steps;
  readonly longitude: Steps;
  readonly altitude?: Steps;
}

/**
 * The range of decimals that a field declares, or that its kind implies.
 *
 * A counter of 8 bits is 0 to 255 by 1; a duration starts at 0.
 */
export function rangeOf(field: SteppedField): DecimalRange {
  const typical = field.typicalStep === undefined ? {} : { typicalStep: field.typicalStep };
  switch (field.kind) {
    case "counter":
      return { min: 0, max: 2 ** field.bits - 1, resolution: 1, ...typical };
    case "duration":
      return { min: 0, max: field.max, resolution: field.resolution, ...typical };
    default:
      return field;
  }
}

/** The ranges of a position's latitude and longitude, in degrees. */
export function positionRangesOf(
  field: Pick<PositionField, "resolution" | "typicalStep">,
): Readonly<Record<"latitude" | "longitude", DecimalRange>> {
  const { resolution } = field;
  const typical = field.typicalStep === undefined ? {} : { typicalStep: field.typicalStep };
  return {
    latitude: { min: -90, max: 90, resolution, ...typical },
    longitude: { min: -180, max: 180, resolution, ...typical },
  };
}

function requireSteps(range: DecimalRange): Steps {
  const steps = readRange(range);
  if ("key" in steps) throw new RangeError(`${steps.key}: ${steps.message}`);
  return steps;
}

/**
 * The integer view of a quantity, counter, duration or of one element of an array.
 *
 * -40 to 85 `Cel` by 0.01 gives min -4000, resolution 1, decimals 2, scale 100, last 12500, bits 14.
 *
 * @param field - of a schema that `checkSchema` finds nothing wrong with
 * @throws RangeError for a range that has no integer view, which `checkSchema` would have told
 */
export function stepsOf(field: SteppedField): Steps {
  return requireSteps(rangeOf(field));
}

/**
 * The integer views of a position's latitude, longitude and, where declared, altitude.
 *
 * @throws RangeError for a resolution that 90 degrees is no multiple of
 */
export function positionStepsOf(field: PositionField): PositionSteps {
  const { latitude, longitude } = positionRangesOf(field);
  const parts = { latitude: requireSteps(latitude), longitude: requireSteps(longitude) };
  return field.altitude === undefined
    ? parts
    : { ...parts, altitude: requireSteps(field.altitude) };
}

/** The value of a step: one correctly rounded division, the same in every language. */
export function valueOfStep(steps: Steps, step: number): number {
  return (steps.min + step * steps.resolution) / steps.scale;
}

/**
 * The step nearest to a value, a half upwards.
 *
 * @returns below 0 or above `steps.last` for a value out of range; NaN for NaN
 */
export function stepOfValue(steps: Steps, value: number): number {
  // The sum makes 0 of -0.
  return Math.round((value * steps.scale - steps.min) / steps.resolution) + 0;
}
