import { eu868DataRates, layoutOf, lorawanAirtime, type Reading } from "@bollard/payload";
import type { SensorSchema } from "@bollard/schema";
import { coarsenings, coarsest } from "./coarsen.js";
import { meanBytes, meanRowsThatFit, mostBytes } from "./message-bytes.js";

/** What a message of so many readings takes. */
export interface MessageSize {
  readonly readings: number;
  /** Mean bytes of a message. */
  readonly typicalBytes: number;
  /** Bytes that none is longer than. */
  readonly mostBytes: number;
}

/** What LoRaWAN makes of a schema at one data rate. */
export interface LorawanSize {
  readonly dataRate: number;
  readonly spreadingFactor: number;
  readonly maxPayloadBytes: number;
  /** Seconds on air of one reading alone; absent where it does not fit. */
  readonly singleAirtime?: number;
  /** Readings that fit one message, in the mean, and its seconds on air; absent where none does. */
  readonly full?: { readonly readings: number; readonly airtime: number };
}

/** What a coarser resolution would save. */
export interface CoarserSize {
  /** Absent for all fields at once. */
  readonly field?: string;
  readonly unit?: string;
  readonly from?: number;
  readonly to?: number;
  /** Bits of a single reading, now and then. */
  readonly singleBits: number;
  readonly coarserSingleBits: number;
  /** Bytes of a reading within a batch, now and then. */
  readonly batchBytes: number;
  readonly coarserBatchBytes: number;
}

/** What the readings of a schema take. */
export interface SchemaSize {
  readonly schema: SensorSchema;
  /** The recording that was measured; absent for readings made from the typical steps. */
  readonly recording?: { readonly file: string; readonly readings: number };
  readonly messages: readonly MessageSize[];
  readonly lorawan: readonly LorawanSize[];
  /** Readings of a batch that `coarser` is about. */
  readonly coarserRows: number;
  readonly coarser: readonly CoarserSize[];
}

/** What is to be measured. */
export interface SizeOptions {
  readonly rows: readonly number[];
  readonly readings: readonly Reading[];
  readonly recording?: { readonly file: string; readonly readings: number };
  /** Names a reading, for errors. */
  readonly nameOf: (index: number) => string;
}

/** Measures what messages of a schema take, on the air too, and what coarser resolutions would save. */
export function measureSize(schema: SensorSchema, options: SizeOptions): SchemaSize {
  const { rows, readings, recording, nameOf } = options;
  const carried = { schemaId: true };
  const messages = rows.map((count) => ({
    readings: count,
    typicalBytes: meanBytes(schema, readings, count, carried, nameOf),
    mostBytes: mostBytes(schema, count, carried),
  }));
  const coarserRows = Math.max(...rows, 2);
  const inBatch = (of: SensorSchema) =>
    meanBytes(of, readings, coarserRows, carried, nameOf) / coarserRows;
  const singleBits = layoutOf(schema).maxRowBits;
  const batchBytes = inBatch(schema);
  const compare = (coarser: SensorSchema) => ({
    singleBits,
    coarserSingleBits: layoutOf(coarser).maxRowBits,
    batchBytes,
    coarserBatchBytes: inBatch(coarser),
  });
  const single = coarsenings(schema).map(({ field, unit, from, to, schema: coarser }) => ({
    field,
    ...(unit === undefined ? {} : { unit }),
    from,
    to,
    ...compare(coarser),
  }));
  return {
    schema,
    ...(recording === undefined ? {} : { recording }),
    messages,
    lorawan: lorawanSizes(schema, readings, nameOf),
    coarserRows,
    coarser: single.length === 0 ? [] : [...single, compare(coarsest(schema))],
  };
}

/** In LoRaWAN the port tells the schema, so its id does not travel. */
function lorawanSizes(
  schema: SensorSchema,
  readings: readonly Reading[],
  nameOf: (index: number) => string,
): LorawanSize[] {
  const carried = { schemaId: false };
  const alone = Math.ceil(meanBytes(schema, readings, 1, carried, nameOf));
  return eu868DataRates.map((rate) => {
    const { dataRate, spreadingFactor, maxPayloadBytes } = rate;
    const count = meanRowsThatFit(schema, readings, maxPayloadBytes, carried);
    return {
      dataRate,
      spreadingFactor,
      maxPayloadBytes,
      ...(alone <= maxPayloadBytes ? { singleAirtime: lorawanAirtime(alone, rate) } : {}),
      ...(count < 1
        ? {}
        : { full: { readings: count, airtime: lorawanAirtime(maxPayloadBytes, rate) } }),
    };
  });
}
