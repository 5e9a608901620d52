import type { SensorSchema, TimeLayout } from "@bollard/schema";
import { BatchClock } from "./batch-clock.js";
import { BatchRowEncoder } from "./batch-row-encoder.js";
import { BitWriter } from "./bit-writer.js";
import { PayloadError } from "./error.js";
import { maxHeaderBytes, writeHeader } from "./header.js";
import { emptyRow, type PreparedSchema, type Row } from "./layout.js";
import { type CompileOptions, type MessageOptions, timeLayoutOf } from "./message-options.js";
import type { MessageKey, Reading } from "./reading.js";
import { RowPacker } from "./row-packer.js";
import { numberTables } from "./row-state.js";
import { putTime, timeBits, toMilliseconds } from "./row-time.js";
import { type RowWriter, rowWriterOf } from "./row-writer.js";

/** How a batch's messages are written: all of them alike. */
export type BatchOptions = Omit<MessageOptions, "key"> & CompileOptions;

/** The most rows of one batch. */
export const mostRows = 255;

/**
 * Writes a batch row by row into the caller's bytes, and allocates nothing on the way.
 *
 * `append` says no where a row does not fit any more; the batch is then as it was, to be closed and
 * sent: fill 51 bytes, send, go on. What is appended is never held back anywhere else.
 *
 * @see docs/payload-format.md, section 7
 */
export class PreparedBatchEncoder {
  readonly schema: SensorSchema;
  readonly #time: TimeLayout;
  readonly #id: number;
  readonly #toRow: RowWriter;
  readonly #packer: RowPacker;
  readonly #rows: BatchRowEncoder;
  readonly #clock: BatchClock | undefined;
  readonly #row: Row;
  readonly #writer = new BitWriter();
  #out: Uint8Array = new Uint8Array(0);
  #key: MessageKey | undefined;
  #countAt = 0;
  #rowCount = 0;
  #bits = 0;

  /** @param prepared - as `prepareSchema` makes it */
  constructor({ schema, layout }: PreparedSchema, options: BatchOptions = {}) {
    this.schema = schema;
    this.#time = timeLayoutOf(schema, options);
    this.#id = options.schemaId === false ? 0 : schema.id;
    const generate = options.generate ?? true;
    this.#toRow = rowWriterOf(layout, generate);
    this.#packer = new RowPacker(layout);
    this.#clock = this.#time.mode === "none" ? undefined : new BatchClock();
    this.#rows = new BatchRowEncoder(layout, numberTables(layout), this.#clock, generate);
    this.#row = emptyRow(layout);
  }

  /** Rows in the batch that is open. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Bytes that `close` would give; 0 before the first row. */
  get byteLength(): number {
    return (this.#bits + 7) >> 3;
  }

  /**
   * Starts a batch, and forgets one that was not closed.
   *
   * @param out - where it goes, from its first byte; as long as the message may be
   * @param key - names the message for ever. Default: none
   */
  open(out: Uint8Array, key?: MessageKey): void {
    this.#out = out;
    this.#key = key;
    this.#rowCount = 0;
    this.#bits = 0;
  }

  /**
   * Appends a reading.
   *
   * @returns false where it does not fit, or is the 256th, or lies more than 24 days from the row
   * before in a time with milliseconds: close this batch and append it to the next
   * @throws {@link PayloadError} with the field that is wrong; `PAYLOAD_BUFFER_TOO_SMALL` where not
   * even the first row fits. The batch stays as it was
   */
  append(reading: Reading): boolean {
    const row = this.#row;
    const milliseconds = toMilliseconds(reading.time, this.#time);
    this.#toRow(reading.values, row);
    if (this.#rowCount === 0) {
      this.#putFirst(row, milliseconds);
      return true;
    }
    if (this.#rowCount === mostRows) return false;
    const number = this.#clock === undefined ? 0 : this.#clock.numberOf(milliseconds);
    if (number < 0) return false;
    const bits = this.#rows.append(row, number, 8 * this.#out.length - this.#bits, this.#writer);
    if (bits < 0) return false;
    this.#bits += bits;
    this.#rowCount++;
    return true;
  }

  #putFirst(row: Row, milliseconds: number): void {
    const time = this.#time;
    const header = headerBytes;
    const length = writeHeader(header, 0, 1, time.mode, time.milliseconds, this.#id, this.#key);
    const bits = 8 * (length + 1) + timeBits(time) + this.#packer.bitsOf(row);
    if (bits > 8 * this.#out.length) {
      const message = `The first row takes ${(bits + 7) >> 3} bytes and there is room for ${this.#out.length}`;
      throw new PayloadError("PAYLOAD_BUFFER_TOO_SMALL", {}, message);
    }
    for (let index = 0; index < length; index++) this.#out[index] = header[index] ?? 0;
    this.#countAt = length;
    this.#writer.start(this.#out, length + 1);
    putTime(milliseconds, time, this.#writer);
    this.#packer.put(row, this.#writer);
    this.#rows.start(row);
    this.#clock?.start(this.schema, time, milliseconds);
    this.#bits = bits;
    this.#rowCount = 1;
  }

  /**
   * Ends the batch: writes its row count and fills its last byte.
   *
   * @returns the part of the caller's bytes that it takes
   * @throws {@link PayloadError} `PAYLOAD_BAD_ROW_COUNT` for a batch without a row
   */
  close(): Uint8Array {
    if (this.#rowCount === 0) {
      throw new PayloadError("PAYLOAD_BAD_ROW_COUNT", {}, "The batch has no row to send");
    }
    this.#out[this.#countAt] = this.#rowCount;
    const length = this.#writer.finish();
    this.#rowCount = 0;
    this.#bits = 0;
    return this.#out.subarray(0, length);
  }
}

const headerBytes = new Uint8Array(maxHeaderBytes);
