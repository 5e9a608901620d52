import {
  BatchEncoder,
  compileEncoder,
  isPayloadError,
  layoutOf,
  type Reading,
} from "@bollard/payload";
import type { SensorSchema } from "@bollard/schema";
import { CliError } from "../error.js";

/** How messages are carried: what the carrier tells need not travel. */
export interface CarriedBy {
  /** The schema's id travels within. */
  readonly schemaId: boolean;
}

/** A number in a batch takes at most this many bits more than in a single reading. */
const escapeBits = 16;

/**
 * The most bytes that a message of a schema may take, whatever is read.
 *
 * @param rows - 1 is a single reading
 */
export function mostBytes(schema: SensorSchema, rows: number, { schemaId }: CarriedBy): number {
  const { fields, slots, maskBits, maxRowBits } = layoutOf(schema);
  const { mode, milliseconds } = schema.time;
  const seconds = mode === "none" ? 0 : mode === "16" ? 16 : 32;
  const idBytes = schemaId ? (schema.id < 128 ? 1 : 2) : 0;
  const header = 8 * (1 + idBytes + (rows === 1 ? 0 : 1));
  const first = seconds + (milliseconds ? 10 : 0) + maxRowBits;
  const clock = mode === "none" ? 0 : 32 + escapeBits;
  const marks = slots.reduce((sum, { steps }) => sum + (steps === undefined ? 1 : escapeBits), 0);
  const later = 1 + (maskBits > 0 ? 1 : 0) + clock + marks + maxRowBits;
  const mostRows = fields.length === 0 ? 0 : rows - 1;
  return Math.ceil((header + first + mostRows * later) / 8);
}

/**
 * The mean bytes of messages of so many readings each; readings that do not fill a message are left
 * out, unless there are too few for one.
 *
 * @throws CliError for a reading that the schema refuses; `nameOf` tells which
 */
export function meanBytes(
  schema: SensorSchema,
  readings: readonly Reading[],
  rows: number,
  { schemaId }: CarriedBy,
  nameOf: (index: number) => string,
): number {
  const groups = Math.max(1, Math.floor(readings.length / rows));
  const most = Math.min(rows, readings.length);
  const out = new Uint8Array(mostBytes(schema, rows, { schemaId }));
  const single = compileEncoder(schema);
  const batch = new BatchEncoder(schema, { schemaId });
  let bytes = 0;
  for (let group = 0; group < groups; group++) {
    if (rows > 1) batch.open(out);
    for (let row = group * rows; row < group * rows + most; row++) {
      const reading = readings[row];
      if (reading === undefined) continue;
      try {
        if (rows > 1) batch.append(reading);
        else bytes += single.encodeInto(reading, out, 0, undefined, { schemaId });
      } catch (error) {
        if (!isPayloadError(error)) throw error;
        throw new CliError("CLI_FAILED", `${nameOf(row)} ${error.message}`, { cause: error });
      }
    }
    if (rows > 1) bytes += batch.close().length;
  }
  return bytes / groups;
}

/**
 * How many readings fit a message of so many bytes, in the mean: filled one after the other.
 *
 * @returns 0 where not one does
 */
export function meanRowsThatFit(
  schema: SensorSchema,
  readings: readonly Reading[],
  maxBytes: number,
  { schemaId }: CarriedBy,
): number {
  const batch = new BatchEncoder(schema, { schemaId });
  const out = new Uint8Array(maxBytes);
  const counts: number[] = [];
  batch.open(out);
  for (const reading of readings) {
    try {
      if (batch.append(reading)) continue;
      counts.push(batch.rowCount);
      batch.open(out);
      batch.append(reading);
    } catch (error) {
      if (isPayloadError(error) && error.code === "PAYLOAD_BUFFER_TOO_SMALL") return 0;
      throw error;
    }
  }
  if (counts.length === 0) return batch.rowCount;
  return counts.reduce((sum, count) => sum + count, 0) / counts.length;
}
