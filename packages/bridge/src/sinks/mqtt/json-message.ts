import type { FieldValue } from "@bollard/payload";
import type { DeliveredReading } from "../../delivery.js";

/**
 * One reading as plain JSON, in the words of its schema; a missing value is `null`, bytes are base64.
 *
 * `{"node":"oak-street-12","schema":"street-air","key":"3-70","time":"2026-09-10T00:26:40.000Z","values":{"pm25":8.4}}`
 *
 * @param name - the node's name
 */
export function toJsonMessage(name: string, schema: string, reading: DeliveredReading): string {
  const { key, timeS, values } = reading;
  const time = new Date(Math.round(timeS * 1000)).toISOString();
  return JSON.stringify({ node: name, schema, key, time, values }, plainOf);
}

function plainOf(_name: string, value: FieldValue): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}
