import { readHeader } from "@bollard/payload";
import type { KnownSchema } from "../schema-set.js";

/**
 * Takes out of a payload the fields that must not come to the disk: the same message, under the same
 * key, with those fields missing.
 *
 * @param schema - the one that the payload is read by
 * @param arrivalS - when it came, Unix seconds: a 16-bit time is completed against it
 * @returns the payload itself where there is nothing to take out; undefined where it cannot be read,
 * so that nobody can tell what is in it
 */
export function stripPayload(
  payload: Uint8Array,
  schema: KnownSchema,
  arrivalS: number,
): Uint8Array | undefined {
  const { beforeSpool } = schema.privacy;
  if (beforeSpool.length === 0) return payload;
  const missing = Object.fromEntries(beforeSpool.map((name) => [name, null]));
  try {
    const { key, schemaId, timeMode, milliseconds, form } = readHeader(payload);
    const { readings } = schema.codec.decode(payload, { arrival: Math.floor(arrivalS) });
    const [first, ...others] = readings;
    if (!first || form !== "single" || others.length > 0) return undefined;
    return schema.codec.encode(
      { ...first, values: { ...first.values, ...missing } },
      { ...(key && { key }), schemaId: schemaId !== undefined, timeMode, milliseconds },
    );
  } catch {
    return undefined;
  }
}
