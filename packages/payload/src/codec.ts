import type { SensorSchema, TimeLayout, TimeMode } from "@bollard/schema";
import { BatchClock } from "./batch-clock.js";
import { BatchRowDecoder } from "./batch-row-decoder.js";
import { BitReader } from "./bit-reader.js";
import { BitWriter } from "./bit-writer.js";
import { PayloadError } from "./error.js";
import { maxHeaderBytes, type PayloadHeader, readHeader, writeHeader } from "./header.js";
import { emptyRow, type Layout, layoutOf } from "./layout.js";
import type { MessageKey, Reading } from "./reading.js";
import { RowPacker } from "./row-packer.js";
import { numberTables } from "./row-state.js";
import { putTime, takeTime, toMilliseconds } from "./row-time.js";
import { type RowValues, rowValuesOf } from "./row-values.js";

/** How a message is written. */
export interface MessageOptions {
  /** Names the message for ever. Default: none. */
  readonly key?: MessageKey;
  /** The schema's id travels; false where the carrier tells it. Default: true. */
  readonly schemaId?: boolean;
  /** How the time travels this once, such as `16`. Default: the schema's. */
  readonly timeMode?: TimeMode;
  /** A millisecond part travels. Default: the schema's, with the schema's time mode. */
  readonly milliseconds?: boolean;
}

export interface EncodeOptions extends MessageOptions {
  /** Where the payload goes, from its first byte. Default: a new array of just its size. */
  readonly out?: Uint8Array;
}

export interface DecodeOptions {
  /** When the message came in, seconds since 1970; a 16-bit time is completed against it. */
  readonly arrival?: number;
}

/** What a payload holds. */
export interface DecodedPayload extends Omit<PayloadHeader, "bodyOffset"> {
  /** One for a single reading, 1 to 255 for a batch, in the order in which they were appended. */
  readonly readings: readonly Reading[];
}

/** Encodes and decodes the readings of one schema. */
export interface PayloadCodec {
  readonly schema: SensorSchema;
  readonly layout: Layout;
  /** Bytes of the longest single reading, with schema id and key. */
  readonly maxSingleBytes: number;
  /**
   * Encodes one reading.
   *
   * @returns a new array, or the part of `out` that it takes
   * @throws PayloadError with the field that is wrong
   */
  encode(reading: Reading, options?: EncodeOptions): Uint8Array;
  /**
   * Encodes one reading into the caller's bytes and allocates nothing.
   *
   * @returns how many bytes it takes
   * @throws PayloadError with the field that is wrong, or `PAYLOAD_BUFFER_TOO_SMALL`
   */
  encodeInto(
    reading: Reading,
    out: Uint8Array,
    offset: number,
    key?: MessageKey,
    options?: MessageOptions,
  ): number;
  /**
   * Decodes a single reading or a batch. Any bytes give readings or a PayloadError.
   *
   * @throws PayloadError with the offset of what is wrong
   */
  decode(bytes: Uint8Array, options?: DecodeOptions): DecodedPayload;
}

export interface CompileOptions {
  /** Make straight-line code, where the host lets one. Default: true. */
  readonly generate?: boolean;
}

/**
 * Makes the codec of a schema. It takes a while and is worth keeping.
 *
 * @param schema - one that `checkSchema` finds nothing wrong with
 */
export function compileSchema(schema: SensorSchema, options: CompileOptions = {}): PayloadCodec {
  return new Codec(schema, options.generate ?? true);
}

const noOptions: MessageOptions = {};

class Codec implements PayloadCodec {
  readonly schema: SensorSchema;
  readonly layout: Layout;
  readonly maxSingleBytes: number;
  readonly #values: RowValues;
  readonly #packer: RowPacker;
  readonly #row;
  readonly #writer = new BitWriter();
  readonly #reader = new BitReader();
  readonly #clock = new BatchClock();
  readonly #generate: boolean;
  #laterRows: BatchRowDecoder | undefined;
  readonly #scratch: Uint8Array;

  constructor(schema: SensorSchema, generate: boolean) {
    this.schema = schema;
    this.#generate = generate;
    this.layout = layoutOf(schema);
    this.#values = rowValuesOf(this.layout, generate);
    this.#packer = new RowPacker(this.layout);
    this.#row = emptyRow(this.layout);
    this.maxSingleBytes = maxHeaderBytes + Math.ceil((32 + 10 + this.layout.maxRowBits) / 8);
    this.#scratch = new Uint8Array(this.maxSingleBytes);
  }

  encode(reading: Reading, options: EncodeOptions = noOptions): Uint8Array {
    const { out } = options;
    if (out !== undefined) {
      return out.subarray(0, this.encodeInto(reading, out, 0, options.key, options));
    }
    const length = this.#encode(reading, this.#scratch, 0, options.key, options);
    return this.#scratch.slice(0, length);
  }

  encodeInto(
    reading: Reading,
    out: Uint8Array,
    offset: number,
    key?: MessageKey,
    options: MessageOptions = noOptions,
  ): number {
    if (out.length - offset >= this.maxSingleBytes) {
      return this.#encode(reading, out, offset, key, options);
    }
    const length = this.#encode(reading, this.#scratch, 0, key, options);
    const room = out.length - offset;
    if (length > room) {
      const message = `The reading takes ${length} bytes and there is room for ${Math.max(0, room)}`;
      throw new PayloadError("PAYLOAD_BUFFER_TOO_SMALL", {}, message);
    }
    for (let index = 0; index < length; index++) out[offset + index] = this.#scratch[index] ?? 0;
    return length;
  }

  #encode(
    reading: Reading,
    out: Uint8Array,
    offset: number,
    key: MessageKey | undefined,
    options: MessageOptions,
  ): number {
    const time = timeLayoutOf(this.schema, options);
    const id = options.schemaId === false ? 0 : this.schema.id;
    const milliseconds = toMilliseconds(reading.time, time);
    this.#values.toRow(reading.values, this.#row);
    const start = writeHeader(out, offset, 0, time.mode, time.milliseconds, id, key);
    this.#writer.start(out, start);
    putTime(milliseconds, time, this.#writer);
    this.#packer.put(this.#row, this.#writer);
    return this.#writer.finish() - offset;
  }

  decode(bytes: Uint8Array, options: DecodeOptions = {}): DecodedPayload {
    const header = readHeader(bytes);
    const { schemaId, key, bodyOffset } = header;
    if (schemaId !== undefined && schemaId !== this.schema.id) {
      const message = `Schema id ${schemaId} is not ${this.schema.id}, ${this.schema.name}`;
      throw new PayloadError("PAYLOAD_WRONG_SCHEMA", { offset: 1 }, message);
    }
    const time = { mode: header.timeMode, milliseconds: header.milliseconds };
    const isBatch = header.form === "batch";
    const rowCount = isBatch ? readRowCount(bytes, bodyOffset) : 1;
    const reader = this.#reader;
    reader.start(bytes, isBatch ? bodyOffset + 1 : bodyOffset);
    const milliseconds = takeTime(time, options.arrival, reader);
    this.#packer.take(this.#row, reader);
    const readings = [this.#toReading(milliseconds, time)];
    if (rowCount > 1) this.#takeLaterRows(rowCount, milliseconds, time, readings);
    reader.finish();
    const { form, timeMode } = header;
    const decoded: { -readonly [Name in keyof DecodedPayload]: DecodedPayload[Name] } = {
      form,
      timeMode,
      milliseconds: header.milliseconds,
      readings,
    };
    if (schemaId !== undefined) decoded.schemaId = schemaId;
    if (key !== undefined) decoded.key = key;
    return decoded;
  }

  #takeLaterRows(
    rowCount: number,
    milliseconds: number,
    time: TimeLayout,
    readings: Reading[],
  ): void {
    this.#laterRows ??= new BatchRowDecoder(this.layout, numberTables(this.layout), this.#generate);
    const rows = this.#laterRows;
    rows.start(this.#row);
    const clock = time.mode === "none" ? undefined : this.#clock;
    clock?.start(this.schema, time, milliseconds);
    for (let row = 1; row < rowCount; row++) {
      const later = rows.take(this.#row, clock, this.#reader);
      readings.push(this.#toReading(later, time));
    }
  }

  #toReading(milliseconds: number, { mode }: TimeLayout): Reading {
    const values = this.#values.toValues(this.#row);
    return mode === "none" ? { values } : { time: milliseconds / 1000, values };
  }
}

function readRowCount(bytes: Uint8Array, offset: number): number {
  const rowCount = bytes[offset];
  if (rowCount === undefined) {
    throw new PayloadError(
      "PAYLOAD_TRUNCATED",
      { offset },
      "The payload ends before its row count",
    );
  }
  if (rowCount > 0) return rowCount;
  throw new PayloadError("PAYLOAD_BAD_ROW_COUNT", { offset }, "A batch of no rows");
}

/** The time as the schema has it, or as this message is to have it. */
export function timeLayoutOf(schema: SensorSchema, options: MessageOptions): TimeLayout {
  if (options.timeMode === undefined && options.milliseconds === undefined) return schema.time;
  const mode = options.timeMode ?? schema.time.mode;
  const milliseconds =
    options.milliseconds ?? (mode === schema.time.mode && schema.time.milliseconds);
  return { mode, milliseconds: milliseconds && mode !== "none" };
}
