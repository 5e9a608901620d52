import {
  AVRADC,
  AVRClock,
  AVREEPROM,
  AVRIOPort,
  AVRTimer,
  AVRTWI,
  AVRUSART,
  AVRWatchdog,
  adcConfig,
  avrInstruction,
  CPU,
  clockConfig,
  EEPROMMemoryBackend,
  PinState,
  portBConfig,
  portCConfig,
  portDConfig,
  timer0Config,
  timer1Config,
  timer2Config,
  twiConfig,
  usart0Config,
  watchdogConfig,
} from "avr8js";
import type { BoardCounts } from "../board/board.js";
import { type BoardFault, type BoardFaultKind, hex } from "../board/board-fault.js";
import { readIntelHex } from "../board/read-intel-hex.js";
import type { I2cDevice } from "../sensors/i2c-device.js";
import { findDataEnd } from "./find-data-end.js";
import { I2cBus } from "./i2c-bus.js";
import { kindsOf, opcodeKind } from "./opcode-kinds.js";
import { PinLine } from "./pin-line.js";
import { isOverdue, nextPlanned, sleepHorizon, type TimerParts } from "./sleep-horizon.js";
import { stepperOf } from "./stepper.js";

/** Bytes of flash, of SRAM and of EEPROM; the SRAM begins behind the registers. Data sheet, section 8. */
const FLASH_BYTES = 32_768;
const SRAM_BYTES = 2048;
const EEPROM_BYTES = 1024;
const SRAM_START = 0x100;
/** General purpose I/O registers, in the data space. Data sheet, section 8.6. */
const GPIOR0 = 0x3e;
/** SPI control, with its enable bit; sleep mode control. Data sheet, sections 19.5 and 10.11. */
const SPCR = 0x4c;
const SPE = 0x40;
const SMCR = 0x53;
const SLEEP_ENABLE = 0x01;
const SLEEP_MODE = 0x0e;
/** Why the part was reset, and the bit for its watchdog. Data sheet, section 11.9.1. */
const MCUSR = 0x54;
const WDRF = 0x08;
const SREG = 0x5f;
const INTERRUPTS = 0x80;
/** The last interrupt that also wakes the part where its clocks stand still: the watchdog's. */
const LAST_WAKING = 0x0c;
const KEPT_BYTES = 64;
/** Bytes that wait for the part's UART; a host that sends more than it reads loses them. */
const MAX_INCOMING = 4096;

/** What hangs on the part's pins. */
export interface Wiring {
  /** On SDA and SCL. Default: none, so that no address answers. */
  readonly i2c?: readonly I2cDevice[];
  /** Volts at an analogue input, 0 to 7, at a moment in ms since the reset. Default: 0 V. */
  readonly analog?: (channel: number, timeMs: number) => number;
}

export interface Atmega328pOptions extends Wiring {
  /** The program in Intel HEX. */
  readonly program: string;
  /** Default: 16 MHz. */
  readonly frequencyHz?: number;
  /** 1024 bytes that outlive a reset, which the part reads and writes. Default: erased. */
  readonly eeprom?: Uint8Array;
  /** Called with each byte that the part's UART has sent. */
  readonly onByte?: (byte: number) => void;
  /** Called when the program writes to GPIOR0: a program marks its places by it. */
  readonly onMark?: (value: number, cycles: number) => void;
  /** Called before each instruction with its place in bytes. It makes the part several times slower. */
  readonly onInstruction?: (pc: number, opcode: number, cycles: number) => void;
}

/** What a part is made of between two resets. */
interface Core {
  readonly cpu: CPU;
  readonly runPlain: (end: number) => void;
  readonly usart: AVRUSART;
  readonly ports: { readonly B: AVRIOPort; readonly C: AVRIOPort; readonly D: AVRIOPort };
  readonly timers: readonly TimerParts[];
  readonly lines: PinLine[];
}

/**
 * An ATmega328P that runs a real program, cycle by cycle: timers, UART, ADC, I²C, pins, EEPROM,
 * watchdog, sleep, and its 2 KB of memory.
 *
 * Nothing in it waits: time passes when {@link run} is called. Asleep, it costs nothing: time hops to
 * what happens next. A program that goes wrong stops its own board, see {@link fault}.
 */
export class Atmega328p {
  readonly #options: Atmega328pOptions;
  readonly #program: Uint16Array;
  readonly #kinds: Uint8Array;
  readonly #frequencyHz: number;
  readonly #eeprom: EEPROMMemoryBackend;
  readonly #stackLimit: number;
  /** On their way to the UART, which has room for one. */
  readonly #incoming: number[] = [];
  readonly #lastSent: number[] = [];
  /** At the pins from outside; they outlive a reset. */
  readonly #levels = new Map<number, boolean>();
  #core: Core;
  #baseCycles = 0;
  #lowestSp = SRAM_START + SRAM_BYTES - 1;
  #isAsleep = false;
  #isResetting = false;
  #fault: BoardFault | undefined;
  #slept = 0;
  #resets = 0;
  #sent = 0;
  #received = 0;
  #notTaken = 0;

  /** @throws {@link FirmwareSimError} `SIM_BAD_PROGRAM` */
  constructor(options: Atmega328pOptions) {
    this.#options = options;
    this.#program = new Uint16Array(readIntelHex(options.program, FLASH_BYTES).buffer);
    this.#kinds = kindsOf(this.#program);
    this.#frequencyHz = options.frequencyHz ?? 16_000_000;
    this.#stackLimit = findDataEnd(this.#program) ?? SRAM_START;
    this.#eeprom = new EEPROMMemoryBackend(EEPROM_BYTES);
    if (options.eeprom) this.#eeprom.memory.set(options.eeprom);
    this.#core = this.#start();
  }

  /** Cycles since it was made. */
  get cycles(): number {
    return this.#baseCycles + this.#core.cpu.cycles;
  }

  /** Milliseconds since it was made, by the part's own clock. */
  get timeMs(): number {
    return (this.cycles * 1000) / this.#frequencyHz;
  }

  /** Why it stopped; undefined while it runs. */
  get fault(): BoardFault | undefined {
    return this.#fault;
  }

  get counts(): BoardCounts {
    return {
      cycles: this.cycles,
      sleptCycles: this.#slept,
      stackBytes: SRAM_START + SRAM_BYTES - 1 - this.#lowestSp,
      resets: this.#resets,
      sent: this.#sent,
      received: this.#received,
      notTaken: this.#notTaken,
    };
  }

  /** Baud rate of the UART; undefined where the program has not turned it on. */
  get baudRate(): number | undefined {
    const { usart } = this.#core;
    return usart.rxEnable || usart.txEnable ? usart.baudRate : undefined;
  }

  /** The whole SRAM as it is now. */
  get sram(): Uint8Array {
    return this.#core.cpu.data.slice(SRAM_START, SRAM_START + SRAM_BYTES);
  }

  /** A register or a byte of memory, by its data address. */
  peek(address: number): number {
    return this.#core.cpu.data[address] ?? 0;
  }

  /** What the part has in its EEPROM; a copy. */
  get eeprom(): Uint8Array {
    return this.#eeprom.memory.slice();
  }

  /** Sends bytes to the part's UART, one after the other at its baud rate. */
  receive(bytes: Uint8Array): void {
    const room = this.#core.usart.rxEnable ? MAX_INCOMING - this.#incoming.length : 0;
    for (const byte of bytes.subarray(0, room)) this.#incoming.push(byte);
    this.#notTaken += Math.max(0, bytes.length - room);
    this.#feed();
  }

  /**
   * Sends bytes to a pin at a speed of its own, 8N1: a sensor that the program reads bit by bit.
   *
   * @param pin - of port D, 0 to 7
   */
  receiveOnPin(pin: number, baudRate: number, bytes: Uint8Array): void {
    const { cpu, ports, lines } = this.#core;
    lines[pin] ??= new PinLine(cpu, ports.D, pin, Math.round(this.#frequencyHz / baudRate));
    lines[pin].send(bytes);
  }

  /**
   * Sets the level at a pin that the program reads, from now on.
   *
   * @param pin - as on an Arduino: 0 to 7 of port D, 8 to 13 of port B, 14 to 19 of port C (A0 to A5)
   */
  setPin(pin: number, isHigh: boolean): void {
    this.#levels.set(pin, isHigh);
    this.#drive(pin, isHigh);
  }

  /** The level that the program drives a pin to; undefined while it drives none. */
  pinLevel(pin: number): boolean | undefined {
    const [port, index] = this.#pinOf(pin);
    const state = this.#core.ports[port].pinState(index);
    return state === PinState.High || state === PinState.Low ? state === PinState.High : undefined;
  }

  #drive(pin: number, isHigh: boolean): void {
    const [port, index] = this.#pinOf(pin);
    this.#core.ports[port].setPin(index, isHigh);
  }

  #pinOf(pin: number): readonly ["B" | "C" | "D", number] {
    if (pin < 8) return ["D", pin];
    return pin < 14 ? ["B", pin - 8] : ["C", pin - 14];
  }

  /** Lets the part run for `durationMs` of its own time, or less where `done` comes true or it stops. */
  run(durationMs: number, done?: () => boolean): void {
    const end = this.cycles + (durationMs / 1000) * this.#frequencyHz;
    while (!this.#fault && this.cycles < end && !done?.()) {
      this.#runCore(end - this.#baseCycles, done);
      if (this.#isResetting) this.#reset();
    }
  }

  #runCore(end: number, done: (() => boolean) | undefined): void {
    const { cpu, runPlain } = this.#core;
    const { onInstruction } = this.#options;
    const isWatched = done !== undefined || onInstruction !== undefined;
    while (cpu.cycles < end && !this.#isResetting) {
      if (this.#isAsleep) this.#doze(end);
      else {
        const isInterrupted = cpu.interruptsEnabled && cpu.nextInterrupt >= 0;
        if (!isWatched && !isInterrupted) {
          // Nothing happens beside the program until then, and nobody watches.
          const until = Math.min(nextPlanned(cpu), end);
          if (until > cpu.cycles) {
            runPlain(until);
            if (cpu.cycles >= until) cpu.tick();
            if (cpu.cycles >= end || this.#isResetting) return;
          }
        }
        onInstruction?.(cpu.pc * 2, this.#program[cpu.pc] ?? 0, this.cycles);
        const kind = this.#kinds[cpu.pc];
        if (kind === opcodeKind.plain) avrInstruction(cpu);
        else if (kind === opcodeKind.stacks) this.#stack();
        else if (kind === opcodeKind.sleep) this.#sleep();
        else this.#stopAtNothing();
        if (this.#fault) return;
        // What happens while it falls asleep wakes it: that is looked at there.
        if (!this.#isAsleep) cpu.tick();
      }
      if (done?.()) return;
    }
  }

  #stopAtNothing(): void {
    const opcode = this.#program[this.#core.cpu.pc] ?? 0;
    this.#stop("illegal-opcode", `There is no instruction at @: 0x${hex(opcode, 4)}`);
  }

  #stack(): void {
    const { cpu } = this.#core;
    const pc = cpu.pc;
    avrInstruction(cpu);
    if (cpu.SP >= this.#lowestSp) return;
    this.#lowestSp = cpu.SP;
    if (cpu.SP + 1 >= this.#stackLimit) return;
    const what = `The stack grew into the program's data at @: it is below 0x${hex(this.#stackLimit, 4)}`;
    this.#stop("stack-overflow", what, pc);
  }

  /** SLEEP does nothing where it is not enabled. avr8js does not know it. */
  #sleep(): void {
    const { cpu } = this.#core;
    cpu.pc++;
    cpu.cycles++;
    this.#isAsleep = ((cpu.data[SMCR] as number) & SLEEP_ENABLE) !== 0;
  }

  /** Hops from event to event until an interrupt wakes it. */
  #doze(end: number): void {
    const { cpu, timers } = this.#core;
    const { data } = cpu;
    const isDeep = ((data[SMCR] as number) & SLEEP_MODE) !== 0;
    while (cpu.cycles < end && !this.#isResetting) {
      const wakes = cpu.interruptsEnabled && cpu.nextInterrupt >= 0;
      if (wakes && (!isDeep || cpu.nextInterrupt <= LAST_WAKING)) {
        this.#isAsleep = false;
        cpu.tick();
        return;
      }
      const next = sleepHorizon(cpu, timers);
      const from = cpu.cycles;
      cpu.cycles = Math.max(from, Math.min(next, Math.ceil(end)));
      this.#slept += cpu.cycles - from;
      // What happens now must not interrupt before it is known whether that wakes.
      const enabled = (data[SREG] as number) & INTERRUPTS;
      data[SREG] = (data[SREG] as number) & ~INTERRUPTS;
      while (isOverdue(cpu)) cpu.tick();
      data[SREG] = (data[SREG] as number) | enabled;
    }
  }

  #stop(kind: BoardFaultKind, what: string, pc = this.#core.cpu.pc): void {
    const { cpu } = this.#core;
    this.#fault = {
      kind,
      message: what.replace("@", `0x${hex(pc * 2, 4)}`),
      pc: pc * 2,
      sp: cpu.SP,
      stack: cpu.data.slice(cpu.SP + 1, cpu.SP + 33),
      cycles: this.cycles,
      lastSent: Uint8Array.from(this.#lastSent),
    };
  }

  #reset(): void {
    this.#baseCycles += this.#core.cpu.cycles;
    this.#isResetting = false;
    this.#isAsleep = false;
    this.#resets++;
    this.#incoming.length = 0;
    const memory = this.#core.cpu.data.slice(SRAM_START);
    this.#core = this.#start();
    this.#core.cpu.data.set(memory, SRAM_START);
    this.#core.cpu.data[MCUSR] = WDRF;
    for (const [pin, isHigh] of this.#levels) this.#drive(pin, isHigh);
  }

  /** The part as it is after a reset; its memory is what it was, or nothing. */
  #start(): Core {
    const { onMark, i2c = [], analog } = this.#options;
    const hz = this.#frequencyHz;
    const cpu = new CPU(this.#program, SRAM_BYTES);
    const timers = [timer0Config, timer1Config, timer2Config].map((config) => ({
      config,
      timer: new AVRTimer(cpu, config),
    }));
    const ports = {
      B: new AVRIOPort(cpu, portBConfig),
      C: new AVRIOPort(cpu, portCConfig),
      D: new AVRIOPort(cpu, portDConfig),
    };
    const usart = new AVRUSART(cpu, usart0Config, hz);
    usart.onByteTransmit = (byte) => this.#transmit(byte);
    usart.onRxComplete = () => this.#feed();
    new I2cBus(cpu, new AVRTWI(cpu, twiConfig, hz), hz, i2c);
    new AVREEPROM(cpu, this.#eeprom);
    if (analog) this.#wireAnalog(new AVRADC(cpu, adcConfig), analog);
    else new AVRADC(cpu, adcConfig);
    new AVRWatchdog(cpu, watchdogConfig, new AVRClock(cpu, hz, clockConfig));
    // Only the watchdog asks for it: after it the whole part begins anew, not its processor alone.
    cpu.reset = () => {
      this.#isResetting = true;
    };
    if (onMark) cpu.writeHooks[GPIOR0] = (value) => onMark(value, this.cycles);
    cpu.writeHooks[SPCR] = (value) => {
      const what = "The program turned on SPI (SPCR) at @, which is not simulated";
      if (value & SPE) this.#stop("unsupported-peripheral", what);
    };
    return { cpu, runPlain: stepperOf(cpu), usart, ports, timers, lines: [] };
  }

  #wireAnalog(adc: AVRADC, analog: (channel: number, timeMs: number) => number): void {
    const read = adc.onADCRead;
    adc.onADCRead = (input) => {
      if ("channel" in input) {
        adc.channelValues[input.channel] = analog(input.channel, this.timeMs);
      }
      read(input);
    };
  }

  #transmit(byte: number): void {
    this.#sent++;
    this.#lastSent.push(byte);
    if (this.#lastSent.length > KEPT_BYTES) this.#lastSent.shift();
    this.#options.onByte?.(byte);
  }

  #feed(): void {
    const { usart } = this.#core;
    while (this.#incoming.length > 0 && !usart.rxBusy) {
      if (!usart.writeByte(this.#incoming[0] as number)) return;
      this.#incoming.shift();
      this.#received++;
    }
  }
}
