import {
  AVRTimer,
  AVRUSART,
  avrInstruction,
  CPU,
  timer0Config,
  timer1Config,
  timer2Config,
  usart0Config,
} from "avr8js";
import { readIntelHex } from "./read-intel-hex.js";

/** Bytes of flash and of SRAM; the SRAM begins behind the registers. Data sheet, section 8. */
const FLASH_BYTES = 32_768;
const SRAM_BYTES = 2048;
const SRAM_START = 0x100;
/** General purpose I/O register 0, in the data space. Data sheet, section 8.6.1. */
const GPIOR0 = 0x3e;

export interface Atmega328pOptions {
  /** The program in Intel HEX. */
  readonly program: string;
  /** Default: 16 MHz. */
  readonly frequencyHz?: number;
  /** Called with each byte that the part's UART has sent. */
  readonly onByte?: (byte: number) => void;
  /** Called when the program writes to GPIOR0: a program marks its places by it. */
  readonly onMark?: (value: number, cycles: number) => void;
}

/**
 * An ATmega328P that runs a real program, cycle by cycle: its timers, its UART, its 2 KB of memory.
 *
 * Nothing in it waits: time passes when {@link run} is called.
 */
export class Atmega328p {
  readonly #cpu: CPU;
  readonly #usart: AVRUSART;
  readonly #frequencyHz: number;
  /** On their way to the UART, which has room for one. */
  readonly #incoming: number[] = [];

  /** @throws {@link FirmwareSimError} `SIM_BAD_PROGRAM` */
  constructor(options: Atmega328pOptions) {
    const { program, frequencyHz = 16_000_000, onByte, onMark } = options;
    const flash = readIntelHex(program, FLASH_BYTES);
    this.#frequencyHz = frequencyHz;
    this.#cpu = new CPU(new Uint16Array(flash.buffer), SRAM_BYTES);
    for (const config of [timer0Config, timer1Config, timer2Config])
      new AVRTimer(this.#cpu, config);
    this.#usart = new AVRUSART(this.#cpu, usart0Config, frequencyHz);
    this.#usart.onByteTransmit = onByte ?? null;
    this.#usart.onRxComplete = () => this.#feed();
    if (onMark) {
      this.#cpu.writeHooks[GPIOR0] = (value) => onMark(value, this.#cpu.cycles);
    }
  }

  /** Cycles since the reset. */
  get cycles(): number {
    return this.#cpu.cycles;
  }

  /** Milliseconds since the reset, by the part's own clock. */
  get timeMs(): number {
    return (this.#cpu.cycles * 1000) / this.#frequencyHz;
  }

  /** The whole SRAM as it is now. */
  get sram(): Uint8Array {
    return this.#cpu.data.slice(SRAM_START, SRAM_START + SRAM_BYTES);
  }

  /** Sends bytes to the part's UART, one after the other at its baud rate. */
  receive(bytes: Uint8Array): void {
    this.#incoming.push(...bytes);
    this.#feed();
  }

  /** Lets the part run for `durationMs` of its own time, or less where `done` comes true. */
  run(durationMs: number, done: () => boolean = () => false): void {
    const cpu = this.#cpu;
    const end = cpu.cycles + (durationMs / 1000) * this.#frequencyHz;
    while (cpu.cycles < end && !done()) {
      avrInstruction(cpu);
      cpu.tick();
    }
  }

  /**
   * Bytes of SRAM that a byte other than `paint` was ever written to, from the first one that is
   * painted no more up to the end: how deep the stack was, where the program painted its memory.
   *
   * @param from - the first painted address, such as the linker's `_end`
   */
  stackBytes(from: number, paint: number): number {
    const sram = this.sram;
    let at = from - SRAM_START;
    while (at < sram.length && sram[at] === paint) at++;
    return sram.length - at;
  }

  #feed(): void {
    while (this.#incoming.length > 0 && !this.#usart.rxBusy) {
      if (!this.#usart.writeByte(this.#incoming[0] as number)) return;
      this.#incoming.shift();
    }
  }
}
