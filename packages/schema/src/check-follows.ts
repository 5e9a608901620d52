import { type Checker, isKeyed, join } from "./checker.js";

const numbers: readonly unknown[] = [
  undefined,
  "quantity",
  "counter",
  "duration",
  "array",
  "position",
];

/** Checks that each field that follows the number before it has one before it. */
export function checkFollows(fields: unknown, path: string, checker: Checker): void {
  if (!Array.isArray(fields)) return;
  let hasNumber = false;
  for (const [index, field] of fields.entries()) {
    if (!isKeyed(field)) continue;
    const place = join(join(path, index), "follows");
    if (field.follows === 0) {
      checker.add("SCHEMA_OUT_OF_BOUNDS", place, "0 follows nothing; leave it out");
    } else if (field.follows !== undefined && field.kind !== "array" && !hasNumber) {
      const message = "no number comes before this field; put the one it follows there";
      checker.add("SCHEMA_BAD_RULE", place, message);
    }
    hasNumber ||= numbers.includes(field.kind);
  }
}
