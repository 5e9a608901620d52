import {
  ANALOG_MESSAGE,
  DIGITAL_MESSAGE,
  END_SYSEX,
  REPORT_ANALOG,
  REPORT_DIGITAL,
  SET_DIGITAL_PIN,
  SET_PIN_MODE,
  START_SYSEX,
} from "./firmata-messages.js";

/** Data bytes after the first, by message type; those of a channel have it in their low half. */
const DATA_BYTES: Readonly<Record<number, number>> = {
  [DIGITAL_MESSAGE]: 2,
  [ANALOG_MESSAGE]: 2,
  [REPORT_ANALOG]: 1,
  [REPORT_DIGITAL]: 1,
  [SET_PIN_MODE]: 2,
  [SET_DIGITAL_PIN]: 2,
};
/** As much as StandardFirmata takes: `MAX_DATA_BYTES`. */
const MOST_SYSEX_BYTES = 64;

/** What a parser hands on. */
export interface FirmataEvents {
  /** @param type - without the channel */
  message(type: number, channel: number, data: readonly number[]): void;
  sysex(command: number, data: readonly number[]): void;
}

/**
 * Cuts a stream of bytes into Firmata messages. Every message begins with a byte of 128 or more, and
 * only such a byte does: noise costs the message that it hits.
 */
export class FirmataParser {
  readonly #events: FirmataEvents;
  #first = 0;
  #data: number[] = [];
  #isTooLong = false;

  constructor(events: FirmataEvents) {
    this.#events = events;
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) this.#take(byte);
  }

  #take(byte: number): void {
    if (byte < 0x80) {
      this.#takeData(byte);
      return;
    }
    const [command, ...data] = this.#data;
    const isWhole = byte === END_SYSEX && this.#first === START_SYSEX && !this.#isTooLong;
    this.#begin(byte);
    if (isWhole && command !== undefined) this.#events.sysex(command, data);
    else if (byte !== START_SYSEX && byte !== END_SYSEX && dataBytesOf(byte) === 0) this.#hand();
  }

  #takeData(byte: number): void {
    if (this.#first === 0) return;
    const most = this.#first === START_SYSEX ? MOST_SYSEX_BYTES : dataBytesOf(this.#first);
    if (this.#data.length < most) this.#data.push(byte);
    else this.#isTooLong = true;
    if (this.#first !== START_SYSEX && this.#data.length === most) this.#hand();
  }

  #begin(first: number): void {
    this.#first = first;
    this.#data = [];
    this.#isTooLong = false;
  }

  #hand(): void {
    const first = this.#first;
    const data = this.#data;
    this.#begin(0);
    if (first < START_SYSEX) this.#events.message(first & 0xf0, first & 0x0f, data);
    else this.#events.message(first, 0, data);
  }
}

function dataBytesOf(first: number): number {
  return DATA_BYTES[first < START_SYSEX ? first & 0xf0 : first] ?? 0;
}
