import { Buffer } from "node:buffer";
import type { MessageSource, OutgoingMessage } from "../engine/fleet-plan.js";
import { FleetError } from "../error.js";
import type { NodeReadings } from "../readings/node-readings.js";
import { chance } from "../readings/value-noise.js";
import type { PayloadForm } from "./payload-form.js";

/** Faults of a street's payloads, each of a share of its nodes. */
export interface PayloadFaults {
  /** Of a node with it, every so-many-eth payload is damaged. */
  readonly badPayload?: { readonly isFaulty: (node: number) => boolean; readonly every: number };
  /** The clock of a node with it is wrong by so many seconds. */
  readonly clockSkew?: { readonly isFaulty: (node: number) => boolean; readonly seconds: number };
}

/** How readings become the payloads of a street. */
export interface ReadingSourceOptions {
  readonly readings: NodeReadings;
  readonly form: PayloadForm;
  readonly seed: number;
  /** Seconds since 1970 of a reading that is due at a Unix time in ms. */
  readonly timeOf: (dueMs: number) => number;
  /** Share of the messages that a node does not send, 0 to 1. */
  readonly dropout: number;
  readonly faults: PayloadFaults;
}

/** Payloads of readings, in one of the forms, with the faults of their nodes. */
export class ReadingSource implements MessageSource {
  readonly maxBytes: number;
  readonly contentType: string;
  readonly #options: ReadingSourceOptions;

  constructor(options: ReadingSourceOptions) {
    this.#options = options;
    this.maxBytes = options.form.maxBytes;
    this.contentType = options.form.contentType;
  }

  isSkipped({ node, slot }: Readonly<OutgoingMessage>): boolean {
    const { dropout, seed } = this.#options;
    return dropout > 0 && chance(seed + 3, node, slot) < dropout;
  }

  /** @throws {@link FleetError} `FLEET_BAD_SCENARIO` for a payload beyond its bound */
  write(buffer: Buffer, at: number, message: Readonly<OutgoingMessage>): number {
    const { readings, form, timeOf, faults } = this.#options;
    const { node, sequence, hasFaults } = message;
    const { badPayload, clockSkew } = faults;
    const reading = readings.readingOf(node, sequence, timeOf(message.dueMs));
    const skewS = hasFaults && clockSkew?.isFaulty(node) ? clockSkew.seconds : 0;
    const skewed = skewS === 0 ? reading : { ...reading, time: reading.time + skewS };
    const length = form.write(buffer, at, node, sequence, skewed);
    const isBad = hasFaults && badPayload?.isFaulty(node) && sequence % badPayload.every === 0;
    return isBad ? damage(buffer, at, length, sequence) : length;
  }
}

/** What a bad cable or a full buffer does: the end is missing, or a byte is another. */
function damage(buffer: Buffer, at: number, length: number, sequence: number): number {
  if (sequence % 2 === 0) return Math.max(1, length >> 1);
  const place = at + (sequence % Math.max(1, length));
  buffer[place] = (buffer[place] as number) ^ 0x5a;
  return length;
}

/** Puts a text where a payload is to lie. */
export function writeText(buffer: Buffer, at: number, text: string, maxBytes: number): number {
  const length = Buffer.byteLength(text);
  if (length > maxBytes) {
    const message = `a payload of ${length} bytes is longer than the ${maxBytes} that are taken`;
    throw new FleetError("FLEET_BAD_SCENARIO", "payload", message);
  }
  return buffer.write(text, at);
}
