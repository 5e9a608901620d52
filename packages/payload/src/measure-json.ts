import type { SensorSchema } from "@bollard/schema";
import type { FieldValue, Reading } from "./reading.js";
import { utf8Length } from "./utf8.js";

/**
 * The bytes that a reading would take as a JSON object, `{"t":1538352143,"pm25":1.3}`: the figure
 * to hold a payload against. A missing value is left out; bytes are Base64.
 */
export function measureJson(schema: SensorSchema, reading: Reading): number {
  const plain: Record<string, unknown> = {};
  if (reading.time !== undefined) plain.t = reading.time;
  for (const { name } of schema.fields) {
    const value = reading.values[name];
    if (value !== null && value !== undefined) plain[name] = plainOf(value);
  }
  const text = JSON.stringify(plain);
  const length = utf8Length(text);
  return length < 0 ? text.length : length;
}

function plainOf(value: FieldValue): unknown {
  // Only the length counts, so any character of Base64 will do.
  if (value instanceof Uint8Array) return "A".repeat(Math.ceil(value.length / 3) * 4);
  return value;
}
