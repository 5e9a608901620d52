import type { ReadingOf, SensorSchema } from "@bollard/schema";
import { codecOf } from "./codec-of.js";
import type { EncodeOptions } from "./message-encoder.js";
import type { Reading } from "./reading.js";

/**
 * Encodes one reading as a payload.
 *
 * @param reading - `{ time: 1538352143, values: { pm25: 1.3 } }`, its values rounded to the nearest step
 * @returns format byte, schema id, key where given, then the reading's bits
 * @throws {@link PayloadError} with the field that is wrong
 * @see docs/payload-format.md
 */
export function encodePayload<Schema extends SensorSchema>(
  schema: Schema,
  reading: Reading<ReadingOf<Schema>>,
  options?: EncodeOptions,
): Uint8Array {
  return codecOf(schema).encode(reading as Reading, options);
}
