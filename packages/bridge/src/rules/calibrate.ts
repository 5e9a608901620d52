import type { Rule } from "./rule.js";

/**
 * Corrects values by the registry: value × gain + offset, with as many decimals as the field has.
 *
 * Applies to numbers and to each element of an array; a missing value stays missing.
 */
export const calibrate: Rule = (values, { node, schema }) => {
  if (node.calibration.size === 0) return values;
  const corrected = { ...values };
  for (const [name, { gain, offset }] of node.calibration) {
    const decimals = schema.field(name)?.decimals ?? 0;
    const correct = (value: number) => Number((value * gain + offset).toFixed(decimals));
    const value = values[name];
    if (typeof value === "number") corrected[name] = correct(value);
    else if (isNumbers(value)) corrected[name] = value.map(correct);
  }
  return corrected;
};

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}
