import { type Field, type Steps, stepOfValue, valueOfStep } from "@bollard/schema";
import { PayloadError, type PayloadErrorCode } from "./error.js";
import type { Slot } from "./layout.js";

/** Throws for a value that its field does not take. */
export function refuse(field: Field, code: PayloadErrorCode, message: string): never {
  throw new PayloadError(code, { field: field.name }, message);
}

/** Throws for a value of another type than the field's kind has. */
export function wrongType(field: Field, value: unknown, wanted: string): never {
  const shown = typeof value === "object" ? Object.prototype.toString.call(value) : String(value);
  return refuse(field, "PAYLOAD_WRONG_TYPE", `${shown} is not ${wanted}`);
}

/** The scale of a slot that has one by its field's kind. */
export function stepsIn(slots: readonly Slot[], index: number): Steps {
  const steps = slots[index]?.steps;
  if (steps === undefined) throw new RangeError(`slot ${index} has no scale`);
  return steps;
}

/**
 * The step nearest to a value, by the field's rule where that is out of range.
 *
 * A counter wraps: 65 536 is 0 in one of 16 bits.
 *
 * @returns -1 for a value to be sent as missing
 * @throws PayloadError by the rule `refuse`, and for what is no number
 */
export function toStep(field: Field, steps: Steps, value: unknown): number {
  if (typeof value !== "number") wrongType(field, value, "a number");
  const step = stepOfValue(steps, value);
  if (step >= 0 && step <= steps.last) return step;
  if (field.kind === "counter" && step > 0 && step < Number.POSITIVE_INFINITY) {
    return step % (steps.last + 1);
  }
  if (field.outOfRange === "missing") return -1;
  if (Number.isNaN(step)) refuse(field, "PAYLOAD_NOT_A_NUMBER", "NaN has no place in the range");
  if (field.outOfRange === "clamp") return step < 0 ? 0 : steps.last;
  const range = `${valueOfStep(steps, 0)} to ${valueOfStep(steps, steps.last)}`;
  return refuse(field, "PAYLOAD_OUT_OF_RANGE", `${value} is out of its range, ${range}`);
}
