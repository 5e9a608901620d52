import type { SensorSchema } from "@bollard/schema";
import { BitWriter } from "./bit-writer.js";
import { PayloadError } from "./error.js";
import { maxHeaderBytes, writeHeader } from "./header.js";
import { emptyRow, type Layout, type PreparedSchema, type Row } from "./layout.js";
import { type CompileOptions, type MessageOptions, timeLayoutOf } from "./message-options.js";
import type { MessageKey, Reading } from "./reading.js";
import { RowPacker } from "./row-packer.js";
import { putTime, toMilliseconds } from "./row-time.js";
import { type RowWriter, rowWriterOf } from "./row-writer.js";

export interface EncodeOptions extends MessageOptions {
  /** Where the payload goes, from its first byte. Default: a new array of just its size. */
  readonly out?: Uint8Array;
}

/** Encodes single readings of one schema. */
export interface PayloadEncoder {
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
}

const noOptions: MessageOptions = {};

/** @see PayloadEncoder */
export class MessageEncoder implements PayloadEncoder {
  readonly schema: SensorSchema;
  readonly layout: Layout;
  readonly maxSingleBytes: number;
  readonly #toRow: RowWriter;
  readonly #packer: RowPacker;
  readonly #row: Row;
  readonly #writer = new BitWriter();
  readonly #scratch: Uint8Array;

  constructor({ schema, layout }: PreparedSchema, options: CompileOptions) {
    this.schema = schema;
    this.layout = layout;
    this.#toRow = rowWriterOf(layout, options.generate ?? true);
    this.#packer = new RowPacker(layout);
    this.#row = emptyRow(layout);
    this.maxSingleBytes = maxHeaderBytes + Math.ceil((32 + 10 + layout.maxRowBits) / 8);
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
    this.#toRow(reading.values, this.#row);
    const start = writeHeader(out, offset, 0, time.mode, time.milliseconds, id, key);
    this.#writer.start(out, start);
    putTime(milliseconds, time, this.#writer);
    this.#packer.put(this.#row, this.#writer);
    return this.#writer.finish() - offset;
  }
}
