import type { SensorSchema, TimeMode } from "@bollard/schema";

/** Their numbers in the format byte, docs/payload-format.md. */
const timeModes: readonly TimeMode[] = ["none", "absolute", "16", "uptime"];

/** Bits of a time without its milliseconds. */
export function timeBits(mode: TimeMode): 0 | 16 | 32 {
  return mode === "none" ? 0 : mode === "16" ? 16 : 32;
}

/** How a message begins. */
export interface HeaderOptions {
  readonly form: "single" | "batch";
  readonly hasKey: boolean;
  readonly withSchemaId: boolean;
}

/** The first bytes of a message up to its key: the format byte and the schema's id. */
export function headerBytes(schema: SensorSchema, options: HeaderOptions): readonly number[] {
  const { mode, milliseconds } = schema.time;
  const format =
    (options.form === "batch" ? 0x40 : 0) |
    (timeModes.indexOf(mode) << 4) |
    (milliseconds ? 0x08 : 0) |
    (options.withSchemaId ? 0x04 : 0) |
    (options.hasKey ? 0x02 : 0);
  if (!options.withSchemaId) return [format];
  if (schema.id < 0x80) return [format, schema.id];
  return [format, 0x80 | (schema.id >> 8), schema.id & 0xff];
}
