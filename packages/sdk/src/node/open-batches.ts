import { BatchEncoder, type MessageKey, type Reading } from "@bollard/payload";
import type { SensorSchema } from "@bollard/schema";

/**
 * When a batch is closed and sent: whichever comes first.
 *
 * An open batch is in memory, also with a queue on disk: a crash or a power cut loses it, one batch
 * for each schema, and the numbers in its keys are given again. `maxAgeMs` bounds how much that is in
 * time, `maxReadings` in readings. An alarm, `flushed` and `close` close the open batches at once.
 */
export interface BatchOptions {
  /** Readings in a batch, 2 to 255. Default: 255. */
  readonly maxReadings?: number;
  /** Bytes of a batch, such as 51 for LoRaWAN at its slowest. Default: 1024. */
  readonly maxBytes?: number;
  /** How long its first reading waits, ms. Default: 60000. */
  readonly maxAgeMs?: number;
}

/** A batch that is closed. */
export interface ClosedBatch {
  readonly schema: SensorSchema;
  readonly payload: Uint8Array;
  readonly readings: number;
}

interface Open {
  readonly encoder: BatchEncoder;
  readonly openedAt: number;
}

/**
 * The batches that are open, one for each schema, in the order in which they were opened. One is
 * closed only with all that were opened before it, so that messages go out in the order of their keys.
 */
export class OpenBatches {
  readonly maxReadings: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly #encoders = new Map<string, BatchEncoder>();
  readonly #open = new Map<string, Open>();

  constructor(options: BatchOptions) {
    this.maxReadings = options.maxReadings ?? 255;
    this.maxBytes = options.maxBytes ?? 1024;
    this.maxAgeMs = options.maxAgeMs ?? 60_000;
  }

  get size(): number {
    return this.#open.size;
  }

  /** When the oldest was opened. */
  get oldestOpenedAt(): number | undefined {
    return this.#open.values().next().value?.openedAt;
  }

  /** The schema whose batch is the oldest. */
  get oldest(): string | undefined {
    return this.#open.keys().next().value;
  }

  /** Which of the open ones a schema's is, from 0 on; -1 for none. */
  indexOf(name: string): number {
    return [...this.#open.keys()].indexOf(name);
  }

  isFull(name: string): boolean {
    return (this.#open.get(name)?.encoder.rowCount ?? 0) >= this.maxReadings;
  }

  /**
   * Opens a schema's batch with its first reading.
   *
   * @throws PayloadError with the field that is wrong; `PAYLOAD_BUFFER_TOO_SMALL`
   */
  open(schema: SensorSchema, reading: Reading, key: MessageKey | undefined, now: number): void {
    const encoder = this.#encoders.get(schema.name) ?? new BatchEncoder(schema);
    this.#encoders.set(schema.name, encoder);
    encoder.open(new Uint8Array(this.maxBytes), key);
    encoder.append(reading);
    this.#open.set(schema.name, { encoder, openedAt: now });
  }

  /** False where there is none open, or the reading does not fit it any more. */
  append(name: string, reading: Reading): boolean {
    return this.#open.get(name)?.encoder.append(reading) ?? false;
  }

  /** Closes all that were opened up to a schema's one, that one too; without a name, all. */
  closeThrough(name?: string): ClosedBatch[] {
    const closed: ClosedBatch[] = [];
    for (const [each, { encoder }] of this.#open) {
      const readings = encoder.rowCount;
      closed.push({ schema: encoder.schema, payload: encoder.close().slice(), readings });
      this.#open.delete(each);
      if (each === name) break;
    }
    return closed;
  }
}
