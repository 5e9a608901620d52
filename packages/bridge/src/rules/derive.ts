import { deriveValues, type SensorSchema } from "@bollard/schema";
import type { Rule } from "./rule.js";

/** Adds the values of the fields that the schema derives from others, after their calibration. */
export function deriveBy(schema: SensorSchema): Rule {
  return (values) => ({ ...values, ...deriveValues(schema, values) });
}
