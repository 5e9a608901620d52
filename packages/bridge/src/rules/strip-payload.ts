import { BatchEncoder, type DecodedPayload } from "@bollard/payload";
import type { KnownSchema } from "../schema-set.js";

/**
 * Takes fields out of a payload: the same message, under the same key, with those fields missing in
 * each of its readings.
 *
 * @param schema - the one that the payload is read by
 * @param arrivalS - when it came, Unix seconds: a 16-bit time is completed against it
 * @param names - fields that are optional in the schema
 * @returns the payload itself where there is nothing to take out; undefined where it cannot be read,
 * so that nobody can tell what is in it
 */
export function stripPayload(
  payload: Uint8Array,
  schema: KnownSchema,
  arrivalS: number,
  names: readonly string[],
): Uint8Array | undefined {
  if (names.length === 0) return payload;
  try {
    const decoded = schema.codec.decode(payload, { arrival: Math.floor(arrivalS) });
    const isThere = names.some((name) =>
      decoded.readings.some(({ values }) => values[name] !== null),
    );
    return isThere ? encodeWithout(names, decoded, schema) : payload;
  } catch {
    return undefined;
  }
}

function encodeWithout(
  names: readonly string[],
  { form, key, schemaId, timeMode, milliseconds, readings }: DecodedPayload,
  { schema, codec }: KnownSchema,
): Uint8Array | undefined {
  const how = { schemaId: schemaId !== undefined, timeMode, milliseconds };
  const missing = Object.fromEntries(names.map((name) => [name, null]));
  const stripped = readings.map(({ time, values }) => ({
    ...(time !== undefined && { time }),
    values: { ...values, ...missing },
  }));
  const [first] = stripped;
  if (form === "single") return first && codec.encode(first, { ...(key && { key }), ...how });
  // A row of a batch may take a few bits a field more than it takes alone.
  const batch = new BatchEncoder(schema, { ...how, generate: false });
  batch.open(new Uint8Array(2 * codec.maxSingleBytes * (stripped.length + 1)), key);
  return stripped.every((reading) => batch.append(reading)) ? batch.close() : undefined;
}
