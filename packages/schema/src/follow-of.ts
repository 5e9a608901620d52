import type { Steps } from "./read-range.js";
import type { Field } from "./sensor-schema.js";
import { positionStepsOf, stepsOf } from "./steps.js";

/** How a number moves with the one before it in the row: by that one's change / 2^`shift`. */
export interface Follow {
  /** One rises where the other falls. */
  readonly negative: boolean;
  /** 0 to 15. */
  readonly shift: number;
}

const MOST_SHIFT = 15;

/**
 * How a field moves with the number before it, from its `follows`: the nearest power of two, in
 * steps. The elements of an array move each with the one before it.
 *
 * @param fields - of a schema that `checkSchema` finds nothing wrong with
 * @returns undefined for a field that follows nothing
 */
export function followOf(fields: readonly Field[], index: number): Follow | undefined {
  const field = fields[index];
  if (field === undefined || !("follows" in field) || field.follows === undefined) return undefined;
  const own = stepsOf(field);
  const before = field.kind === "array" ? own : stepsBefore(fields, index);
  if (before === undefined) return undefined;
  const unitsPerStep = (steps: Steps) => steps.resolution / steps.scale;
  let ratio = (Math.abs(field.follows) * unitsPerStep(before)) / unitsPerStep(own);
  let shift = 0;
  for (; ratio < Math.SQRT1_2 && shift < MOST_SHIFT; shift++) ratio *= 2;
  return { negative: field.follows < 0, shift };
}

/** The scale of the last number before a field; names, flags and texts are passed over. */
function stepsBefore(fields: readonly Field[], index: number): Steps | undefined {
  for (const field of fields.slice(0, index).reverse()) {
    switch (field.kind) {
      case "quantity":
      case "counter":
      case "duration":
      case "array":
        return stepsOf(field);
      case "position": {
        const { longitude, altitude } = positionStepsOf(field);
        return altitude ?? longitude;
      }
    }
  }
  return undefined;
}
