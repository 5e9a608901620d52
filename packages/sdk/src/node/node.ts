import {
  compileSchema,
  isPayloadError,
  type MessageKey,
  type PayloadCodec,
  type Reading,
} from "@bollard/payload";
import { layoutFingerprint, type ReadingOf, type SensorSchema } from "@bollard/schema";
import { isSdkError, SdkError } from "../error.js";
import type { DiskQueue } from "./disk-queue.js";
import { type CommandHandler, IncomingCommands } from "./incoming-commands.js";
import { MemoryQueue } from "./memory-queue.js";
import type { MessageQueue } from "./message-queue.js";
import { type BatchOptions, type ClosedBatch, OpenBatches } from "./open-batches.js";
import type { IncomingCommand, OpenTransport, OutgoingMessage, Transport } from "./transport.js";

export interface NodeOptions<Schemas extends readonly SensorSchema[]> {
  /** Who the node is, wherever it hangs: 1 to 64 bytes of UTF-8, without `/`, `+` and `#`. */
  readonly id: string;
  /**
   * How often it has started, 1 to 65535, as `countBoots` tells. 0 where it cannot count, and only
   * on a transport that names messages by itself, such as the serial link. With a `queue` it is the
   * queue's, and left out.
   */
  readonly boot?: number;
  /** The schemas it speaks; no two with one id or name. */
  readonly schemas: Schemas;
  readonly transport: Transport;
  /** Readings go out many to a message. Default: each by itself, at once. */
  readonly batch?: BatchOptions;
  /**
   * Does what the node is asked to, by the commands of its schemas. `false` refuses, an error says
   * that it failed. Default: the node takes no commands.
   */
  readonly onCommand?: CommandHandler<Schemas>;
  /** Keeps messages on disk until the far end has them, as `openQueue` opens it. Default: in memory. */
  readonly queue?: DiskQueue;
  /** In memory: most messages kept until the far end has them. Default: 10000. */
  readonly maxHeld?: number;
  /** In memory: what a full queue does with one more message. Default: dropOldest. */
  readonly whenFull?: "dropOldest" | "refuse";
  /** Wait before a failed message is sent again, ms; doubled each time up to 30 s. Default: 500. */
  readonly retryMs?: number;
}

export interface ReportOptions {
  /** When it was measured: seconds since 1970, or since the boot for `uptime`. Default: now. */
  readonly time?: number;
  /** To be sent and kept for good at once, in no batch. Default: false. */
  readonly alarm?: boolean;
}

export interface CloseOptions {
  /** How long what is held may still be sent, ms. Default: 0. */
  readonly flushMs?: number;
}

/** A node's figures since it was made. */
export interface NodeStats {
  /** Readings taken by `report`. */
  readonly reported: number;
  /** Messages that the far end has for good. */
  readonly delivered: number;
  /** Messages kept here now, those on their way and open batches among them. */
  readonly held: number;
  /** Messages given up since the queue was full, or too long for the transport. */
  readonly dropped: number;
  /** Readings not taken since the queue was full. */
  readonly refused: number;
  /** Sends that failed; all but the dropped are sent again. */
  readonly failed: number;
  /** Commands done, refused, failed or not known. */
  readonly commands: number;
}

/** Those of the schemas that may have this name: one read from a file may have any. */
type NamedSchema<Schema extends SensorSchema, Name> = Schema extends {
  readonly name: infer Own extends string;
}
  ? string extends Own
    ? Schema
    : Own extends Name
      ? Schema
      : never
  : never;

const LONGEST_RETRY_MS = 30_000;

/**
 * A sensor node: takes readings, encodes them by their schema and keeps each until the far end has
 * it for good.
 *
 * `new Node({ id: "air-1", boot: countBoots("boots"), schemas: [streetAir], transport: mqttTransport({ client }) })`
 */
export class Node<const Schemas extends readonly SensorSchema[] = readonly SensorSchema[]> {
  readonly id: string;
  readonly boot: number;
  /** What it speaks. */
  readonly schemas: Schemas;
  readonly #codecs: ReadonlyMap<string, PayloadCodec>;
  readonly #transport: OpenTransport;
  readonly #queue: MessageQueue;
  readonly #batches: OpenBatches | undefined;
  readonly #commands: IncomingCommands | undefined;
  readonly #retryMs: number;
  readonly #startedAt = performance.now();
  readonly #counts = { reported: 0, delivered: 0, refused: 0, failed: 0, commands: 0 };
  /** Too long for the transport, or not taken by the queue after all. */
  #givenUp = 0;
  #inFlight = 0;
  #failuresInARow = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #batchTimer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #awaitingFlush = new Set<() => void>();

  /** @throws {@link SdkError} `SDK_BAD_OPTION` */
  constructor(options: NodeOptions<Schemas>) {
    const { id, schemas, queue, maxHeld = 10_000, whenFull = "dropOldest" } = options;
    const boot = queue?.boot ?? options.boot ?? Number.NaN;
    checkOptions(id, boot, schemas, maxHeld);
    if (options.batch !== undefined) checkBatch(options.batch);
    this.id = id;
    this.boot = boot;
    this.schemas = schemas;
    this.#retryMs = options.retryMs ?? 500;
    this.#queue = queue ?? new MemoryQueue(maxHeld, whenFull);
    this.#queue.onMore = () => this.#moved();
    this.#batches = options.batch && new OpenBatches(options.batch);
    this.#commands = options.onCommand && new IncomingCommands(schemas, options.onCommand);
    this.#codecs = new Map(schemas.map((schema) => [schema.name, compileSchema(schema)]));
    this.#transport = options.transport({
      nodeId: id,
      boot,
      ...(queue === undefined ? {} : { life: queue.life }),
      schemas: schemas.map((schema) => ({ id: schema.id, fingerprint: layoutFingerprint(schema) })),
      ...(this.#commands && { onCommand: (command) => void this.#takeCommand(command) }),
    });
    if (boot === 0 && !this.#transport.carriesKey) {
      void this.#transport.close();
      throw new SdkError("SDK_BAD_OPTION", "boot 0: this transport needs it, from 1 to 65535");
    }
    this.#pump();
  }

  /**
   * Takes a reading of the node's first schema.
   *
   * @returns the key that names it for ever; undefined when the queue is full and refuses
   * @throws {@link PayloadError} for a value that the schema does not allow, with the field
   */
  report(values: ReadingOf<Schemas[0]>, options?: ReportOptions): MessageKey | undefined {
    return this.#report(this.#codecs.values().next().value, values, options);
  }

  /**
   * Takes a reading of one of the node's schemas, by its name.
   *
   * @returns as `report`
   * @throws {@link SdkError} `SDK_UNKNOWN_SCHEMA`; {@link PayloadError} as `report`
   */
  reportOf<Name extends Schemas[number]["name"]>(
    name: Name,
    values: ReadingOf<NamedSchema<Schemas[number], Name>>,
    options?: ReportOptions,
  ): MessageKey | undefined {
    const codec = this.#codecs.get(name);
    if (!codec) {
      const known = [...this.#codecs.keys()].join(", ");
      throw new SdkError("SDK_UNKNOWN_SCHEMA", `"${name}"; this node speaks ${known}`);
    }
    return this.#report(codec, values, options);
  }

  stats(): NodeStats {
    const held = this.#queue.size + (this.#batches?.size ?? 0);
    return { ...this.#counts, held, dropped: this.#queue.dropped + this.#givenUp };
  }

  /** Sends what waits in batches; resolves when the far end has everything for good, or the node is closed. */
  flushed(): Promise<void> {
    this.#closeBatches();
    if (this.#queue.size === 0 || this.#closed) return Promise.resolve();
    return new Promise((resolve) => this.#awaitingFlush.add(resolve));
  }

  /**
   * Closes open batches, stops sending and lets go of the transport and of a queue on disk. What the
   * far end does not have by then is given up, or stays on disk for the next start.
   */
  async close({ flushMs = 0 }: CloseOptions = {}): Promise<void> {
    if (this.#closed) return;
    this.#closeBatches();
    if (flushMs > 0) await within(this.flushed(), flushMs);
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#batchTimer);
    this.#endFlush();
    await this.#transport.close();
    await this.#queue.close();
  }

  #endFlush(): void {
    for (const resolve of this.#awaitingFlush) resolve();
    this.#awaitingFlush.clear();
  }

  #report(
    codec: PayloadCodec | undefined,
    values: object,
    options: ReportOptions = {},
  ): MessageKey | undefined {
    if (this.#closed || !codec) throw new SdkError("SDK_CLOSED", `the node ${this.id} was closed`);
    const { alarm = false } = options;
    const reading = { ...this.#timeOf(codec, options), values: values as Reading["values"] };
    const key = alarm ? undefined : this.#batch(codec, reading);
    if (key !== undefined) return key === "refused" ? undefined : key;
    const payload = codec.encode(reading, this.#carriesKey ? {} : { key: this.#keyAt(0) });
    this.#closeBatches();
    if (!this.#queue.makeRoom(0)) {
      this.#counts.refused++;
      return undefined;
    }
    const sent = this.#keyAt(0);
    const message = { payload: this.#withKey(codec, payload, sent.sequence), readings: 1 };
    if (!this.#send(message, alarm)) {
      this.#counts.refused++;
      return undefined;
    }
    this.#counts.reported++;
    return sent;
  }

  get #carriesKey(): boolean {
    return this.#transport.carriesKey;
  }

  /** The key of the message after so many others. */
  #keyAt(ahead: number): MessageKey {
    return { boot: this.boot, sequence: (this.#queue.nextSequence + ahead) >>> 0 };
  }

  /** The payload under another sequence number than it was encoded with. */
  #withKey({ schema }: Pick<PayloadCodec, "schema">, payload: Uint8Array, sequence: number) {
    if (this.#carriesKey) return payload;
    const offset = 1 + (schema.id < 128 ? 1 : 2) + 2;
    new DataView(payload.buffer, payload.byteOffset).setUint32(offset, sequence, true);
    return payload;
  }

  /** Puts a reading in its schema's batch; undefined for one that goes by itself. */
  #batch({ schema }: PayloadCodec, reading: Reading): MessageKey | "refused" | undefined {
    const batches = this.#batches;
    if (batches === undefined) return undefined;
    const { name } = schema;
    if (!batches.append(name, reading)) {
      if (batches.indexOf(name) >= 0) this.#closeBatches(name);
      if (!this.#queue.makeRoom(batches.size)) {
        this.#counts.refused++;
        return "refused";
      }
      const key = this.#keyAt(batches.size);
      try {
        batches.open(schema, reading, this.#carriesKey ? undefined : key, performance.now());
      } catch (error) {
        // Longer by itself than a batch may be.
        if (isPayloadError(error) && error.code === "PAYLOAD_BUFFER_TOO_SMALL") return undefined;
        throw error;
      }
      this.#closeInTime();
    }
    this.#counts.reported++;
    const key = this.#keyAt(batches.indexOf(name));
    if (batches.isFull(name)) this.#closeBatches(name);
    return key;
  }

  #closeInTime(): void {
    const openedAt = this.#batches?.oldestOpenedAt;
    clearTimeout(this.#batchTimer);
    if (this.#batches === undefined || openedAt === undefined) return;
    const age = performance.now() - openedAt;
    const due = Math.max(0, this.#batches.maxAgeMs - age);
    this.#batchTimer = setTimeout(() => {
      this.#closeBatches(this.#batches?.oldest);
    }, due);
  }

  /** Sends the batches opened up to a schema's one; without a name, all. */
  #closeBatches(name?: string): void {
    for (const batch of this.#batches?.closeThrough(name) ?? []) this.#sendBatch(batch);
    this.#closeInTime();
  }

  #sendBatch({ schema, payload, readings }: ClosedBatch): void {
    const { sequence } = this.#keyAt(0);
    const message = { payload: this.#withKey({ schema }, payload, sequence), readings };
    if (!this.#send(message, false)) this.#givenUp++;
  }

  #send(
    message: Pick<OutgoingMessage, "payload" | "readings" | "result">,
    alarm: boolean,
  ): boolean {
    const isTaken = this.#queue.add({ ...message, alarm });
    this.#pump();
    return isTaken;
  }

  async #takeCommand({ id, payload }: IncomingCommand): Promise<void> {
    const status = (await this.#commands?.take(payload)) ?? "unknown";
    this.#counts.commands++;
    if (this.#closed || !this.#transport.carriesResults) return;
    this.#closeBatches();
    if (!this.#queue.makeRoom(0)) return;
    const result = { commandId: id, status };
    if (!this.#send({ payload: new Uint8Array(0), readings: 0, result }, true)) this.#givenUp++;
  }

  #timeOf({ schema }: PayloadCodec, { time }: ReportOptions): { time?: number } {
    const { mode, milliseconds } = schema.time;
    if (mode === "none") return {};
    const now = mode === "uptime" ? performance.now() - this.#startedAt : Date.now();
    const seconds = time ?? now / 1000;
    return { time: milliseconds ? Math.floor(seconds * 1000) / 1000 : Math.floor(seconds) };
  }

  /** Hands messages to the transport, in order, as far as it takes more. */
  #pump(): void {
    while (this.#inFlight < this.#transport.maxInFlight && !this.#retryTimer && !this.#closed) {
      const message = this.#queue.take();
      if (!message) return;
      this.#inFlight++;
      void this.#carry(message);
    }
  }

  #moved(): void {
    if (this.#queue.size === 0) this.#endFlush();
    this.#pump();
  }

  async #carry(message: OutgoingMessage): Promise<void> {
    const { sequence } = message;
    try {
      await this.#transport.send(message);
      this.#counts.delivered++;
      this.#failuresInARow = 0;
      this.#queue.remove(sequence);
    } catch (error) {
      this.#counts.failed++;
      if (isSdkError(error) && error.code === "SDK_TOO_LONG") {
        this.#givenUp++;
        this.#queue.remove(sequence);
      } else {
        this.#queue.putBack(sequence);
        this.#retryLater();
      }
    }
    this.#inFlight--;
    this.#moved();
  }

  #retryLater(): void {
    if (this.#retryTimer || this.#closed) return;
    const delay = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2 ** this.#failuresInARow++);
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      this.#pump();
    }, delay);
  }
}

/** Resolves with the promise, or after so many milliseconds. */
async function within(promise: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const time = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([promise, time]);
  clearTimeout(timer);
}

function checkBatch({ maxReadings = 255, maxBytes = 1024, maxAgeMs = 60_000 }: BatchOptions): void {
  const refuse = (message: string): never => {
    throw new SdkError("SDK_BAD_OPTION", `batch.${message}`);
  };
  if (!Number.isInteger(maxReadings) || maxReadings < 2 || maxReadings > 255) {
    refuse(`maxReadings ${maxReadings}: give a whole number from 2 to 255`);
  }
  if (!Number.isInteger(maxBytes) || maxBytes < 1 || maxBytes > 65_535) {
    refuse(`maxBytes ${maxBytes}: give a whole number from 1 to 65535`);
  }
  if (!(maxAgeMs >= 0 && maxAgeMs < 2 ** 31)) refuse(`maxAgeMs ${maxAgeMs}: give 0 to 2147483647`);
}

function checkOptions(
  id: string,
  boot: number,
  schemas: readonly SensorSchema[],
  maxHeld: number,
): void {
  const refuse = (message: string): never => {
    throw new SdkError("SDK_BAD_OPTION", message);
  };
  const { length } = new TextEncoder().encode(id);
  if (length < 1 || length > 64 || /[/+#]/.test(id)) {
    refuse(`id "${id}": give 1 to 64 bytes of UTF-8 without /, + and #, such as air-1`);
  }
  if (!Number.isInteger(boot) || boot < 0 || boot > 65_535) {
    refuse(`boot ${boot}: give a whole number from 0 to 65535`);
  }
  if (schemas.length === 0) refuse("schemas: give at least one");
  for (const key of ["id", "name"] as const) {
    if (new Set(schemas.map((schema) => schema[key])).size < schemas.length) {
      refuse(`schemas: two have the same ${key}`);
    }
  }
  if (!Number.isInteger(maxHeld) || maxHeld < 1) {
    refuse(`maxHeld ${maxHeld}: give a whole number from 1 on`);
  }
}
