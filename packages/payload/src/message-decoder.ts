import type { SensorSchema, TimeLayout } from "@bollard/schema";
import { BatchClock } from "./batch-clock.js";
import { BatchRowDecoder } from "./batch-row-decoder.js";
import { BitReader } from "./bit-reader.js";
import { PayloadError } from "./error.js";
import { type PayloadHeader, readHeader } from "./header.js";
import { emptyRow, type Layout, type Row } from "./layout.js";
import type { Reading } from "./reading.js";
import { type RowReader, rowReaderOf } from "./row-reader.js";
import { numberTables } from "./row-state.js";
import { takeTime } from "./row-time.js";
import { RowUnpacker } from "./row-unpacker.js";

export interface DecodeOptions {
  /** When the message came in, seconds since 1970; a 16-bit time is completed against it. */
  readonly arrival?: number;
}

/** What a payload holds. */
export interface DecodedPayload extends Omit<PayloadHeader, "bodyOffset"> {
  /** One for a single reading, 1 to 255 for a batch, in the order in which they were appended. */
  readonly readings: readonly Reading[];
}

/** Decodes the payloads of one schema, single readings and batches. */
export class MessageDecoder {
  readonly #schema: SensorSchema;
  readonly #layout: Layout;
  readonly #toValues: RowReader;
  readonly #unpacker: RowUnpacker;
  readonly #row: Row;
  readonly #reader: BitReader;
  readonly #clock = new BatchClock();
  readonly #generate: boolean;
  #laterRows: BatchRowDecoder | undefined;

  /** @param reader - told what it reads, to explain a payload. Default: one that only reads */
  constructor(schema: SensorSchema, layout: Layout, generate: boolean, reader = new BitReader()) {
    this.#schema = schema;
    this.#layout = layout;
    this.#generate = generate;
    this.#reader = reader;
    this.#toValues = rowReaderOf(layout, generate);
    this.#unpacker = new RowUnpacker(layout, generate);
    this.#row = emptyRow(layout);
  }

  /**
   * Decodes a payload. Any bytes give readings or a PayloadError.
   *
   * @param readings - filled row by row, so that what was read before an error is there
   * @throws PayloadError with the offset of what is wrong
   */
  decode(bytes: Uint8Array, options: DecodeOptions = {}, readings: Reading[] = []): DecodedPayload {
    const header = readHeader(bytes);
    const { schemaId, key, bodyOffset } = header;
    if (schemaId !== undefined && schemaId !== this.#schema.id) {
      const message = `Schema id ${schemaId} is not ${this.#schema.id}, ${this.#schema.name}`;
      throw new PayloadError("PAYLOAD_WRONG_SCHEMA", { offset: 1 }, message);
    }
    const time = { mode: header.timeMode, milliseconds: header.milliseconds };
    const isBatch = header.form === "batch";
    const rowCount = isBatch ? readRowCount(bytes, bodyOffset) : 1;
    const reader = this.#reader;
    reader.start(bytes, isBatch ? bodyOffset + 1 : bodyOffset);
    const milliseconds = takeTime(time, options.arrival, reader);
    this.#unpacker.take(this.#row, reader);
    readings.push(this.#toReading(milliseconds, time));
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
    this.#laterRows ??= new BatchRowDecoder(
      this.#layout,
      numberTables(this.#layout),
      this.#generate,
    );
    const rows = this.#laterRows;
    rows.start(this.#row);
    const clock = time.mode === "none" ? undefined : this.#clock;
    clock?.start(this.#schema, time, milliseconds);
    for (let row = 1; row < rowCount; row++) {
      this.#reader.note("row", row);
      const later = rows.take(this.#row, clock, this.#reader);
      readings.push(this.#toReading(later, time));
    }
  }

  #toReading(milliseconds: number, { mode }: TimeLayout): Reading {
    const values = this.#toValues(this.#row);
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
