import type { SensorSchema } from "@bollard/schema";
import type { FieldValue, Reading } from "./reading.js";
import { utf8Length } from "./utf8.js";

/**
 * The bytes that a reading would take as a JSON object, `{"t":1538352143,"pm25":1.3}`: the figure
 * to hold a payload against. A missing value is left out; bytes are Base64.
 */
export function measureJson(schema: SensorSchema, reading: Reading): number {
  let members = 0;
  let length = 0;
  if (reading.time !== undefined) {
    members++;
    length += `"t":${reading.time}`.length;
  }
  for (const { name } of schema.fields) {
    const value = reading.values[name];
    if (value === null || value === undefined) continue;
    members++;
    // A field's name is of ASCII.
    length += name.length + 3 + lengthOf(value);
  }
  return length + 2 + Math.max(0, members - 1);
}

function lengthOf(value: FieldValue): number {
  if (typeof value === "number" && Number.isFinite(value)) return String(value + 0).length;
  const text = JSON.stringify(plainOf(value));
  const length = utf8Length(text);
  return length < 0 ? text.length : length;
}

function plainOf(value: FieldValue): unknown {
  // Only the length counts, so any character of Base64 will do.
  if (value instanceof Uint8Array) return "A".repeat(Math.ceil(value.length / 3) * 4);
  return value;
}
