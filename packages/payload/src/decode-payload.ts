import type { SensorSchema } from "@bollard/schema";
import { codecOf } from "./codec-of.js";
import type { DecodedPayload, DecodeOptions } from "./message-decoder.js";

/**
 * Decodes a payload: a single reading or a batch. Any bytes give readings or a PayloadError.
 *
 * @param bytes - just the payload, as it came
 * @throws {@link PayloadError} with the offset of what is wrong
 * @see docs/payload-format.md
 */
export function decodePayload(
  schema: SensorSchema,
  bytes: Uint8Array,
  options?: DecodeOptions,
): DecodedPayload {
  return codecOf(schema).decode(bytes, options);
}
