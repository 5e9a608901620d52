import type { AVRIOPort, CPU } from "avr8js";

/** Bits of a byte on the line: start, eight, stop. */
const BITS_PER_BYTE = 10;

/**
 * A serial device on a pin of the part, 8N1, which a program reads bit by bit, as SoftwareSerial does.
 */
export class PinLine {
  readonly #cpu: CPU;
  readonly #set: (level: boolean) => void;
  readonly #bitCycles: number;
  readonly #waiting: number[] = [];
  #bit = 0;
  #isBusy = false;

  constructor(cpu: CPU, port: AVRIOPort, pin: number, bitCycles: number) {
    this.#cpu = cpu;
    this.#set = (level) => port.setPin(pin, level);
    this.#bitCycles = bitCycles;
    this.#set(true);
  }

  send(bytes: Uint8Array): void {
    this.#waiting.push(...bytes);
    if (!this.#isBusy) this.#next();
  }

  #next(): void {
    const byte = this.#waiting[0];
    this.#isBusy = byte !== undefined;
    if (byte === undefined) return;
    // Start bit low, then the bits from the lowest, then the stop bit high.
    const bits = (byte << 1) | 0x200;
    this.#set(((bits >> this.#bit) & 1) === 1);
    this.#bit++;
    if (this.#bit === BITS_PER_BYTE) {
      this.#bit = 0;
      this.#waiting.shift();
    }
    this.#cpu.addClockEvent(() => this.#next(), this.#bitCycles);
  }
}
