import type { AVRTWI, CPU, TWIEventHandler } from "avr8js";
import type { I2cDevice } from "../sensors/i2c-device.js";

/** Bits of a byte on the bus, its acknowledgement included. */
const BITS_PER_BYTE = 9;

/** The bus of a board: each byte takes the time that it takes at the clock which the program set. */
export class I2cBus implements TWIEventHandler {
  readonly #cpu: CPU;
  readonly #twi: AVRTWI;
  readonly #frequencyHz: number;
  readonly #devices = new Map<number, I2cDevice>();
  #device: I2cDevice | undefined;

  constructor(cpu: CPU, twi: AVRTWI, frequencyHz: number, devices: readonly I2cDevice[]) {
    this.#cpu = cpu;
    this.#twi = twi;
    this.#frequencyHz = frequencyHz;
    for (const device of devices) this.#devices.set(device.address, device);
    twi.eventHandler = this;
  }

  start(): void {
    this.#after(1, () => this.#twi.completeStart());
  }

  stop(): void {
    this.#device = undefined;
    this.#after(1, () => this.#twi.completeStop());
  }

  connectToSlave(address: number, isWrite: boolean): void {
    this.#device = this.#devices.get(address);
    this.#device?.begin(isWrite);
    const isThere = this.#device !== undefined;
    this.#after(BITS_PER_BYTE, () => this.#twi.completeConnect(isThere));
  }

  writeByte(byte: number): void {
    const isTaken = this.#device?.write(byte) ?? false;
    this.#after(BITS_PER_BYTE, () => this.#twi.completeWrite(isTaken));
  }

  readByte(): void {
    const byte = this.#device?.read() ?? 0xff;
    this.#after(BITS_PER_BYTE, () => this.#twi.completeRead(byte));
  }

  #after(bits: number, then: () => void): void {
    const cycles = (bits * this.#frequencyHz) / this.#twi.sclFrequency;
    this.#cpu.addClockEvent(then, Math.round(cycles));
  }
}
