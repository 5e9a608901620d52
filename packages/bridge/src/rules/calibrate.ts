import type { Correction } from "../registry/registry.js";
import type { Rule } from "./rule.js";

/**
 * Corrects values by the registry: value × gain + offset, with as many decimals as the field has.
 *
 * The correction is the latest of those that held when the reading was observed. Applies to numbers
 * and to each element of an array; a missing value stays missing.
 */
export const calibrate: Rule = (values, { node, schema, timeS }) => {
  if (node.calibration.size === 0) return values;
  const corrected = { ...values };
  for (const [name, corrections] of node.calibration) {
    const held = heldAt(corrections, timeS);
    if (!held) continue;
    const decimals = schema.field(name)?.decimals ?? 0;
    const correct = (value: number) => Number((value * held.gain + held.offset).toFixed(decimals));
    const value = values[name];
    if (typeof value === "number") corrected[name] = correct(value);
    else if (isNumbers(value)) corrected[name] = value.map(correct);
  }
  return corrected;
};

function heldAt(corrections: readonly Correction[], timeS: number): Correction | undefined {
  return corrections.findLast(({ validFromS }) => validFromS <= timeS);
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}
