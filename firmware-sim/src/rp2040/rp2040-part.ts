import { GPIOPinState, type Logger, RP2040 } from "rp2040js";
import type { BoardCounts } from "../board/board.js";
import { type BoardFault, type BoardFaultKind, hex } from "../board/board-fault.js";
import { readIntelHex } from "../board/read-intel-hex.js";
import { FirmwareSimError } from "../error.js";
import type { I2cDevice } from "../sensors/i2c-device.js";
import { FLASH_START, SRAM_START } from "./addresses.js";
import { BOOT_STAGE_BYTES, bootStageOf } from "./boot-stage.js";
import { wireI2c } from "./i2c-lines.js";
import { PartClock } from "./part-clock.js";
import { stepperOf } from "./stepper.js";
import { UartLine } from "./uart-line.js";
import { isUf2, readUf2 } from "./uf2.js";

/** The Pico's flash. */
const FLASH_BYTES = 2 * 1024 * 1024;
/** The last sector of the flash is where a program keeps its settings. */
const SECTOR_BYTES = 4096;
/** Where the boot ROM copies the second stage to, and its stack. Section 2.8.1.3.1. */
const BOOT_STAGE_AT = 0x2004_1f00;
const BOOT_STACK = 0x2004_1f00;
/** Watchdog: why it started, and words of the program's own. Section 4.7.6. */
const WATCHDOG = 0x40058;
const SCRATCH_0 = 0x0c;
/** GPIO functions of the pins. Section 2.19.2. */
const UART_FUNCTION = 2;
const I2C_FUNCTION = 3;
/** What a pad is after a reset: input on, pull-down on. Section 2.19.6.3; rp2040js has the input off. */
const PAD_AT_RESET = 0x56;
const MOST_PUSHED_BYTES = 36;
const KEPT_BYTES = 64;

export interface Rp2040Options {
  /** The program in Intel HEX or UF2, its second boot stage included. */
  readonly program: string | Uint8Array;
  /** At most 4096 bytes in the last sector of the 2 MB flash, for a program's settings. Default: erased. */
  readonly settings?: Uint8Array;
  /** On I²C controller 0, its SDA and SCL on GP4 and GP5. Default: none, so that no address answers. */
  readonly i2c?: readonly I2cDevice[];
  /** Volts at an analogue input, 0 to 3 for GP26 to GP29, at a moment in ms since the start. Default: 0 V. */
  readonly analog?: (channel: number, timeMs: number) => number;
  /** Called with each byte that UART 0 has sent on GP0. */
  readonly onByte?: (byte: number) => void;
  /**
   * Called when the program writes to the watchdog's SCRATCH0: a program marks its places by it.
   *
   * @param number - what then stands in SCRATCH1
   */
  readonly onMark?: (mark: number, number: number, cycles: number) => void;
  /** Called before each instruction with its place in bytes. It makes the part slower. */
  readonly onInstruction?: (pc: number, opcode: number, cycles: number) => void;
}

/** What a part is made of between two resets. */
interface Core {
  readonly chip: RP2040;
  readonly clock: PartClock;
  readonly runPlain: (room: number) => number;
  readonly host: UartLine;
  readonly counter: UartLine;
  readonly watchdog: Watchdog;
}

/** What is used of rp2040js' watchdog. */
interface Watchdog {
  reason: number;
  readonly scratchData: Uint32Array;
  onWatchdogTrigger: () => void;
  writeUint32(offset: number, value: number): void;
}

/**
 * An RP2040 that runs a real program on its first core: clocks, timer, UARTs, I²C, ADC, pins, watchdog,
 * sleep. It starts as the boot ROM would start it: by the program's second boot stage, whose checksum is
 * checked. The boot ROM's own functions, the second core's start among them, are not there.
 *
 * Nothing in it waits: time passes when {@link run} is called. Asleep, it costs nothing: time hops to
 * what happens next. A program that goes wrong stops its own board, see {@link fault}.
 */
export class Rp2040Part {
  readonly #options: Rp2040Options;
  readonly #flash: Uint8Array;
  readonly #bootStage: Uint8Array;
  /** Where the stack begins: the first word of the vectors, which stand behind the boot stage. */
  readonly #stackTop: number;
  readonly #lastSent: number[] = [];
  /** At the pins from outside; they outlive a reset. */
  readonly #levels = new Map<number, boolean>();
  #core: Core;
  #baseNanos = 0;
  #cycles = 0;
  #slept = 0;
  #stackBytes = 0;
  #isResetting = false;
  #fault: BoardFault | undefined;
  #resets = 0;
  #sent = 0;
  #received = 0;
  #notTaken = 0;
  #pc = 0;

  /** @throws {@link FirmwareSimError} `SIM_BAD_PROGRAM`, `SIM_BAD_OPTION` */
  constructor(options: Rp2040Options) {
    const { program, settings = new Uint8Array(0) } = options;
    if (settings.length > SECTOR_BYTES) {
      const message = `Settings have at most ${SECTOR_BYTES} bytes, not ${settings.length}`;
      throw new FirmwareSimError("SIM_BAD_OPTION", "settings", message);
    }
    this.#options = options;
    this.#flash = readProgram(program);
    this.#flash.set(settings, FLASH_BYTES - SECTOR_BYTES);
    this.#bootStage = bootStageOf(this.#flash);
    this.#stackTop = new DataView(this.#flash.buffer).getUint32(BOOT_STAGE_BYTES, true);
    this.#core = this.#start();
  }

  /** Milliseconds since it was made, by the part's own clock. */
  get timeMs(): number {
    return this.#nanos / 1e6;
  }

  get #nanos(): number {
    return this.#baseNanos + this.#core.clock.nanos;
  }

  /** Of the system clock now, as the program has set it. */
  get frequencyHz(): number {
    return this.#core.chip.clkSys;
  }

  get fault(): BoardFault | undefined {
    return this.#fault;
  }

  get counts(): BoardCounts {
    const { host } = this.#core;
    return {
      cycles: this.#cycles + Math.round(this.#slept),
      sleptCycles: Math.round(this.#slept),
      stackBytes: this.#stackBytes,
      resets: this.#resets,
      sent: this.#sent,
      received: this.#received + host.received,
      notTaken: this.#notTaken + host.notTaken,
    };
  }

  get baudRate(): number | undefined {
    const { chip, host } = this.#core;
    return host.isOn ? chip.uart[0]?.baudRate : undefined;
  }

  /** Sends bytes to UART 0, one after the other at its baud rate; they come on GP1. */
  receive(bytes: Uint8Array): void {
    const { chip, host } = this.#core;
    if (hasFunction(chip, 1, UART_FUNCTION)) host.send(bytes);
    else this.#notTaken += bytes.length;
  }

  /** Sends bytes to UART 1 at a speed of their own; they come on GP9. */
  receiveOnUart1(baudRate: number, bytes: Uint8Array): void {
    const { chip, counter } = this.#core;
    if (hasFunction(chip, 9, UART_FUNCTION)) counter.send(bytes, baudRate);
  }

  /** Sets the level at a pin that the program reads, from now on. @param pin - 0 to 29, for GP0 to GP29 */
  setPin(pin: number, isHigh: boolean): void {
    this.#levels.set(pin, isHigh);
    this.#core.chip.gpio[pin]?.setInputValue(isHigh);
  }

  /** The level that the program drives a pin to; undefined while it drives none. */
  pinLevel(pin: number): boolean | undefined {
    const state = this.#core.chip.gpio[pin]?.value;
    if (state !== GPIOPinState.High && state !== GPIOPinState.Low) return undefined;
    return state === GPIOPinState.High;
  }

  /** Lets the part run for `durationMs` of its own time, or less where it stops. */
  run(durationMs: number): void {
    // Whole nanoseconds: however short the time is, it passes.
    const end = Math.ceil(this.#nanos + Math.max(1, durationMs * 1e6));
    while (!this.#fault && this.#nanos < end) {
      this.#runCore(end - this.#baseNanos);
      if (this.#isResetting) this.#reset();
    }
  }

  #runCore(end: number): void {
    const { chip, clock, runPlain } = this.#core;
    const { core } = chip;
    const isWatched = this.#options.onInstruction !== undefined;
    while (clock.nanos < end && !this.#isResetting && !this.#fault) {
      if (core.waiting) {
        this.#doze(end);
        continue;
      }
      if (!isWatched && !core.interruptsUpdated) {
        const nanos = Math.min(clock.nextNanos, end) - clock.nanos;
        const room = Math.ceil((nanos * chip.clkSys) / 1e9);
        const cycles = runPlain(room);
        this.#pass(cycles);
        if (cycles > 0) continue;
      }
      this.#step();
    }
  }

  /** One instruction, whatever it does. */
  #step(): void {
    const { core } = this.#core.chip;
    const pc = core.PC;
    this.#pc = pc;
    if (pc < FLASH_START) {
      this.#stop("illegal-opcode", "There is no program at @: the boot ROM is not simulated");
      return;
    }
    this.#options.onInstruction?.(pc, this.#core.chip.readUint16(pc), this.counts.cycles);
    this.#pass(core.executeInstruction());
  }

  #pass(cycles: number): void {
    const { chip, clock } = this.#core;
    this.#cycles += cycles;
    this.#stackBytes = Math.max(this.#stackBytes, this.#stackTop - chip.core.SP);
    clock.advanceTo(clock.nanos + (cycles * 1e9) / chip.clkSys);
  }

  /** Hops from alarm to alarm until an interrupt wakes it. */
  #doze(end: number): void {
    const { chip, clock } = this.#core;
    const { core } = chip;
    while (core.waiting && clock.nanos < end && !this.#isResetting) {
      // rp2040js wakes for an interrupt that comes now; one that has come before wakes a real part too.
      if (core.interruptsUpdated || (core.pendingInterrupts & core.enabledInterrupts) !== 0) {
        core.waiting = false;
        return;
      }
      const from = clock.nanos;
      clock.advanceTo(Math.min(clock.nextNanos, end));
      this.#slept += ((clock.nanos - from) * chip.clkSys) / 1e9;
    }
  }

  #stop(kind: BoardFaultKind, what: string): void {
    if (this.#fault) return;
    const { chip } = this.#core;
    const [sp, pc] = [chip.core.SP, this.#pc];
    const at = sp - SRAM_START;
    this.#fault = {
      kind,
      message: what.replace("@", `0x${hex(pc, 8)}`),
      pc,
      sp,
      stack: at < 0 ? new Uint8Array(0) : chip.sram.slice(at, at + 32),
      cycles: this.counts.cycles,
      lastSent: Uint8Array.from(this.#lastSent),
    };
  }

  #reset(): void {
    const { clock, host, chip, watchdog } = this.#core;
    this.#baseNanos += Math.ceil(clock.nanos);
    this.#isResetting = false;
    this.#resets++;
    this.#received += host.received;
    this.#notTaken += host.notTaken;
    this.#core = this.#start();
    this.#core.chip.sram.set(chip.sram);
    this.#core.watchdog.reason = watchdog.reason;
    this.#core.watchdog.scratchData.set(watchdog.scratchData);
    this.#boot(this.#core.chip);
    for (const [pin, isHigh] of this.#levels) this.#core.chip.gpio[pin]?.setInputValue(isHigh);
  }

  /** The part as it is after a reset. */
  #start(): Core {
    const { i2c = [], analog, onMark, onByte } = this.#options;
    const clock = new PartClock();
    const chip = new RP2040(clock);
    chip.logger = this.#logger;
    // A Pico's 2 MB in the place of rp2040js' 16.
    const flash = this.#flash.slice();
    const views = { flash16: new Uint16Array(flash.buffer), flashView: new DataView(flash.buffer) };
    Object.assign(chip, { flash, ...views });
    chip.clkSys = chip.roscFreq;
    chip.clkPeri = chip.roscFreq;
    for (const pin of chip.gpio) pin.padValue = PAD_AT_RESET;
    chip.onBreak = (code) =>
      this.#stop("illegal-opcode", `The program stopped itself at @: ${code}`);
    const [uart0, uart1] = chip.uart;
    const [bus] = chip.i2c;
    if (!uart0 || !uart1 || !bus) throw new Error("rp2040js has two UARTs and two I2C controllers");
    uart0.onByte = (byte) => {
      if (hasFunction(chip, 0, UART_FUNCTION)) this.#transmit(byte, onByte);
    };
    wireI2c(bus, clock, () => chip.clkSys, i2c);
    const connect = bus.onConnect;
    bus.onConnect = (address, mode) => {
      if (hasFunction(chip, 4, I2C_FUNCTION) && hasFunction(chip, 5, I2C_FUNCTION)) {
        connect(address, mode);
      } else bus.completeConnect(false);
    };
    if (analog) this.#wireAnalog(chip, analog);
    const watchdog = chip.peripherals[WATCHDOG] as unknown as Watchdog;
    watchdog.onWatchdogTrigger = () => {
      this.#isResetting = true;
    };
    if (onMark) this.#watchMarks(watchdog, onMark);
    this.#boot(chip);
    return {
      ...{ chip, clock, watchdog },
      runPlain: stepperOf(chip),
      host: new UartLine(uart0, clock),
      counter: new UartLine(uart1, clock),
    };
  }

  /** What the boot ROM does: the second stage is copied to memory and begun. */
  #boot(chip: RP2040): void {
    chip.sram.set(this.#bootStage, BOOT_STAGE_AT - SRAM_START);
    chip.core.SP = BOOT_STACK;
    chip.core.LR = 0;
    chip.core.PC = BOOT_STAGE_AT;
  }

  #wireAnalog(chip: RP2040, analog: (channel: number, timeMs: number) => number): void {
    const { adc } = chip;
    const read = adc.onADCRead;
    adc.onADCRead = (channel) => {
      const share = analog(channel, this.timeMs) / 3.3;
      adc.channelValues[channel] = Math.max(0, Math.min(4095, Math.round(share * 4096)));
      read(channel);
    };
  }

  #watchMarks(watchdog: Watchdog, onMark: NonNullable<Rp2040Options["onMark"]>): void {
    const write = watchdog.writeUint32.bind(watchdog);
    watchdog.writeUint32 = (offset, value) => {
      write(offset, value);
      if (offset === SCRATCH_0) onMark(value, watchdog.scratchData[1] ?? 0, this.counts.cycles);
    };
  }

  /** rp2040js goes on where a real part would not, and says so: that is where a program stops. */
  get #logger(): Logger {
    const tell = (component: string, message: string) => {
      const [kind, what] = faultOf(component, message);
      // A push comes before the stack pointer is changed.
      const isDeep = this.#core.chip.core.SP < SRAM_START + MOST_PUSHED_BYTES;
      const isStack = isDeep && /\b1fff[0-9a-f]{4}\b/.test(message);
      if (isStack) this.#stop("stack-overflow", "The stack grew below the memory at @");
      else this.#stop(kind, what);
    };
    return { debug: () => {}, info: () => {}, warn: tell, error: tell };
  }

  #transmit(byte: number, onByte: ((byte: number) => void) | undefined): void {
    this.#sent++;
    this.#lastSent.push(byte);
    if (this.#lastSent.length > KEPT_BYTES) this.#lastSent.shift();
    onByte?.(byte);
  }
}

/** @throws {@link FirmwareSimError} `SIM_BAD_PROGRAM` */
function readProgram(program: string | Uint8Array): Uint8Array {
  if (typeof program !== "string" && isUf2(program)) {
    return readUf2(program, FLASH_BYTES, FLASH_START);
  }
  const text = typeof program === "string" ? program : Buffer.from(program).toString("latin1");
  return readIntelHex(text, FLASH_BYTES, FLASH_START);
}

function hasFunction(chip: RP2040, pin: number, wanted: number): boolean {
  return chip.gpio[pin]?.functionSelect === wanted;
}

/** What a warning of rp2040js means for the program. */
function faultOf(component: string, message: string): [BoardFaultKind, string] {
  if (component === "CortexM0Core") return ["illegal-opcode", "There is no instruction at @"];
  if (component === "RP2040") return ["bad-address", `The program at @ went astray: ${message}`];
  const what = `The program at @ used ${component} in a way that is not simulated: ${message}`;
  return ["unsupported-peripheral", what];
}
