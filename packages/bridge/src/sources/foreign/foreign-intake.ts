import { crc32 } from "node:zlib";
import type { Logger } from "pino";
import type { Alarms } from "../../alarms.js";
import type { BridgeClock } from "../../clock.js";
import type { SchemaSet } from "../../schema-set.js";
import type { Accept } from "../source.js";
import type { ForeignMapping } from "./foreign-mapping.js";
import type { Row } from "./parse-rows.js";

/** What an intake works with. */
export interface ForeignIntakeOptions {
  /** Of the source in the configuration; names the mapping. */
  readonly name: string;
  readonly mapping: ForeignMapping;
  readonly schemas: SchemaSet;
  readonly accept: Accept;
  readonly alarms: Alarms;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

const MAX_NODE_BYTES = 200;
const MAX_MESSAGE_BYTES = 65_536;
const DAY_S = 86_400;

/**
 * Takes the messages of foreign sensors, from whatever they came by.
 *
 * A message is kept as it came, under a key made of the node, the time and a hash of the bytes; where
 * the sensor tells no time, each message is one of its own. What is not of the format, or names no
 * node, is counted and told, and goes no further.
 */
export class ForeignIntake {
  readonly #options: ForeignIntakeOptions;
  #untimed = 0;
  #messages = 0;
  #errors = 0;

  constructor(options: ForeignIntakeOptions) {
    this.#options = options;
  }

  /** Messages taken. */
  get messages(): number {
    return this.#messages;
  }

  /** Messages that were none. */
  get errors(): number {
    return this.#errors;
  }

  /**
   * Takes a message.
   *
   * @param names - what the topic or the port tells, by name
   * @param isOld - it may be long ago that it was sent, such as one that a broker retained: without a
   *   time it is passed over
   * @param kept - called once it is safe, or is known to be none
   * @returns false where it could not be kept now
   */
  take(
    bytes: Uint8Array,
    names: Readonly<Record<string, string>>,
    isOld: boolean,
    kept: () => void,
  ): boolean {
    const { name, clock, accept } = this.#options;
    const nowS = clock.wallMs() / 1000;
    const read = this.#read(bytes, names, nowS);
    if (typeof read === "string") {
      this.bad(read);
      kept();
      return true;
    }
    const { node, timeS } = read;
    if (timeS === undefined && isOld) {
      kept();
      return true;
    }
    this.#tellUnfit(read.rows);
    const days = Math.floor((timeS ?? nowS) / DAY_S);
    const sequence = timeS === undefined ? this.#ownHash(bytes, clock.wallMs()) : crc32(bytes);
    this.#messages++;
    return accept({
      source: { kind: "foreign", name },
      node,
      boot: days & 0x7fff,
      sequence,
      payload: bytes,
      kept,
    });
  }

  /** Counts and tells what is no message. */
  bad(reason: string): void {
    const { name, alarms, log } = this.#options;
    this.#errors++;
    const message = `What came is no message of the mapping "${name}" and was left out: ${reason}`;
    if (alarms.raise("FOREIGN_MESSAGE_BAD", name, message)) log.warn({ reason }, "a bad message");
  }

  #read(
    bytes: Uint8Array,
    names: Readonly<Record<string, string>>,
    nowS: number,
  ): { readonly node: string; readonly timeS: number | undefined; readonly rows: Row[] } | string {
    const { mapping } = this.#options;
    if (bytes.length > MAX_MESSAGE_BYTES) return `it has ${bytes.length} bytes`;
    try {
      const rows = mapping.rows(bytes, nowS);
      const [first] = rows;
      if (!first) return "there is no reading in it";
      const node = mapping.nodeOf(rows, names);
      if (!node) return "nothing in it tells the node";
      if (Buffer.byteLength(node) > MAX_NODE_BYTES) return "its node's id is too long";
      return { node, timeS: mapping.timeOf(first), rows };
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** It is kept all the same: once the mapping is mended it is read again. */
  #tellUnfit(rows: readonly Row[]): void {
    const { name, mapping, schemas, alarms } = this.#options;
    const schema = schemas.lookUp(mapping.schema);
    if (!schema) return;
    try {
      mapping.readings(rows, schema);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const message = `A message does not fit the mapping "${name}": ${why}. It is held until the mapping is mended.`;
      alarms.raise("FOREIGN_MESSAGE_UNFIT", name, message);
    }
  }

  /** Equal bytes of different moments are different messages. */
  #ownHash(bytes: Uint8Array, wallMs: number): number {
    this.#untimed = (this.#untimed + 1) >>> 0;
    return crc32(`${wallMs}/${this.#untimed}`, crc32(bytes));
  }
}
