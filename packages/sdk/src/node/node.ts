import { compileSchema, type MessageKey, type PayloadCodec, type Reading } from "@bollard/payload";
import { layoutFingerprint, type ReadingOf, type SensorSchema } from "@bollard/schema";
import { isSdkError, SdkError } from "../error.js";
import { HeldMessages } from "./held-messages.js";
import type { OpenTransport, OutgoingMessage, Transport } from "./transport.js";

export interface NodeOptions<Schemas extends readonly SensorSchema[]> {
  /** Who the node is, wherever it hangs: 1 to 64 bytes of UTF-8, without `/`, `+` and `#`. */
  readonly id: string;
  /**
   * How often it has started, 1 to 65535, as `countBoots` tells. 0 where it cannot count, and only
   * on a transport that names messages by itself, such as the serial link.
   */
  readonly boot: number;
  /** The schemas it speaks; no two with one id or name. */
  readonly schemas: Schemas;
  readonly transport: Transport;
  /** Most messages kept until the far end has them. Default: 10000. */
  readonly maxHeld?: number;
  /** What a full queue does with one more message. Default: dropOldest. */
  readonly whenFull?: "dropOldest" | "refuse";
  /** Wait before a failed message is sent again, ms; doubled each time up to 30 s. Default: 500. */
  readonly retryMs?: number;
}

export interface ReportOptions {
  /** When it was measured: seconds since 1970, or since the boot for `uptime`. Default: now. */
  readonly time?: number;
  /** To be kept for good at once, where the transport can ask for it. Default: false. */
  readonly alarm?: boolean;
}

/** A node's figures since it was made. */
export interface NodeStats {
  /** Readings taken by `report`. */
  readonly reported: number;
  /** Messages that the far end has for good. */
  readonly delivered: number;
  /** Messages kept here now, those on their way among them. */
  readonly held: number;
  /** Messages given up since the queue was full, or too long for the transport. */
  readonly dropped: number;
  /** Readings not taken since the queue was full. */
  readonly refused: number;
  /** Sends that failed; all but the dropped are sent again. */
  readonly failed: number;
}

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
  readonly #codecs: ReadonlyMap<string, PayloadCodec>;
  readonly #transport: OpenTransport;
  readonly #held = new HeldMessages();
  readonly #maxHeld: number;
  readonly #whenFull: "dropOldest" | "refuse";
  readonly #retryMs: number;
  readonly #startedAt = performance.now();
  readonly #counts = { reported: 0, delivered: 0, dropped: 0, refused: 0, failed: 0 };
  #nextSequence = 0;
  #inFlight = 0;
  #failuresInARow = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #awaitingFlush = new Set<() => void>();

  /** @throws {@link SdkError} `SDK_BAD_OPTION` */
  constructor(options: NodeOptions<Schemas>) {
    const { id, boot, schemas, maxHeld = 10_000, whenFull = "dropOldest", retryMs = 500 } = options;
    checkOptions(id, boot, schemas, maxHeld);
    this.id = id;
    this.boot = boot;
    this.#maxHeld = maxHeld;
    this.#whenFull = whenFull;
    this.#retryMs = retryMs;
    this.#codecs = new Map(schemas.map((schema) => [schema.name, compileSchema(schema)]));
    this.#transport = options.transport({
      nodeId: id,
      boot,
      schemas: schemas.map((schema) => ({ id: schema.id, fingerprint: layoutFingerprint(schema) })),
    });
    if (boot === 0 && !this.#transport.carriesKey) {
      void this.#transport.close();
      throw new SdkError("SDK_BAD_OPTION", "boot 0: this transport needs it, from 1 to 65535");
    }
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
    values: ReadingOf<Extract<Schemas[number], { readonly name: Name }>>,
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
    return { ...this.#counts, held: this.#held.size };
  }

  /** Resolves when the far end has everything for good, or the node is closed. */
  flushed(): Promise<void> {
    if (this.#held.size === 0 || this.#closed) return Promise.resolve();
    return new Promise((resolve) => this.#awaitingFlush.add(resolve));
  }

  /** Stops sending and lets go of the transport. What is held is given up. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    this.#endFlush();
    await this.#transport.close();
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
    const key = { boot: this.boot, sequence: this.#nextSequence };
    const reading = { ...this.#timeOf(codec, options), values: values as Reading["values"] };
    const payload = codec.encode(reading, this.#transport.carriesKey ? {} : { key });
    if (!this.#makeRoom()) {
      this.#counts.refused++;
      return undefined;
    }
    this.#counts.reported++;
    this.#nextSequence = (this.#nextSequence + 1) >>> 0;
    this.#held.add({ sequence: key.sequence, payload, alarm: options.alarm ?? false });
    this.#pump();
    return key;
  }

  #timeOf({ schema }: PayloadCodec, { time }: ReportOptions): { time?: number } {
    const { mode, milliseconds } = schema.time;
    if (mode === "none") return {};
    const now = mode === "uptime" ? performance.now() - this.#startedAt : Date.now();
    const seconds = time ?? now / 1000;
    return { time: milliseconds ? Math.floor(seconds * 1000) / 1000 : Math.floor(seconds) };
  }

  #makeRoom(): boolean {
    if (this.#held.size < this.#maxHeld) return true;
    if (this.#whenFull === "refuse" || !this.#held.dropOldest()) return false;
    this.#counts.dropped++;
    return true;
  }

  /** Hands messages to the transport, in order, as far as it takes more. */
  #pump(): void {
    while (this.#inFlight < this.#transport.maxInFlight && !this.#retryTimer && !this.#closed) {
      const message = this.#held.take();
      if (!message) return;
      this.#inFlight++;
      void this.#send(message);
    }
  }

  async #send(message: OutgoingMessage): Promise<void> {
    const { sequence } = message;
    try {
      await this.#transport.send(message);
      this.#held.remove(sequence);
      this.#counts.delivered++;
      this.#failuresInARow = 0;
    } catch (error) {
      this.#counts.failed++;
      if (isSdkError(error) && error.code === "SDK_TOO_LONG") {
        this.#held.remove(sequence);
        this.#counts.dropped++;
      } else {
        this.#held.putBack(sequence);
        this.#retryLater();
      }
    }
    this.#inFlight--;
    if (this.#held.size === 0) this.#endFlush();
    this.#pump();
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
