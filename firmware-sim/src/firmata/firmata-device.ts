import type { Duplex } from "node:stream";
import type { I2cDevice } from "../sensors/i2c-device.js";
import {
  ANALOG_MAPPING_QUERY,
  ANALOG_MAPPING_RESPONSE,
  ANALOG_MESSAGE,
  CAPABILITY_QUERY,
  CAPABILITY_RESPONSE,
  DIGITAL_MESSAGE,
  END_SYSEX,
  EXTENDED_ANALOG,
  fromSevenBits,
  I2C_CONFIG,
  I2C_REPLY,
  I2C_REQUEST,
  PIN_MODE,
  PIN_STATE_QUERY,
  PIN_STATE_RESPONSE,
  REPORT_ANALOG,
  REPORT_DIGITAL,
  REPORT_FIRMWARE,
  REPORT_VERSION,
  SAMPLING_INTERVAL,
  SET_DIGITAL_PIN,
  SET_PIN_MODE,
  START_SYSEX,
  STRING_DATA,
  SYSTEM_RESET,
  toSevenBits,
} from "./firmata-messages.js";
import { FirmataParser } from "./firmata-parser.js";

export interface FirmataDeviceOptions {
  /** By analog channel, 0 for A0: what its converter reads, 0 to 1023. Default: 0. */
  readonly analog?: Readonly<Record<number, () => number>>;
  /** By pin: whether it is high. Default: low, or high with its pull-up. */
  readonly digital?: Readonly<Record<number, () => boolean>>;
  /** Devices on the I²C bus. Default: none. */
  readonly i2c?: readonly I2cDevice[];
  /** Default: `BollardFirmata.ino`. */
  readonly firmware?: string;
}

/** What a board has done since its start. */
export interface FirmataDeviceStats {
  readonly messagesReceived: number;
  readonly samplesSent: number;
  readonly i2cReads: number;
  /** Reads that no device on the bus answered. */
  readonly i2cFailures: number;
}

const VERSION = [2, 6] as const;
/** An Uno's: pins 14 to 19 are A0 to A5, and A4 and A5 the I²C bus. */
const PINS = 20;
const FIRST_ANALOG = 14;
const FIRST_I2C = 18;
const PWM_PINS = [3, 5, 6, 9, 10, 11];
const NOT_ANALOG = 127;
const DEFAULT_SAMPLING_MS = 19;
const ADC_BITS = 10;

/** What an I²C request asks for: bits 3 and 4 of its mode. */
const WRITE = 0;
const READ_ONCE = 1;
const READ_CONTINUOUSLY = 2;
const STOP_READING = 3;

interface I2cQuery {
  readonly address: number;
  readonly register: number | undefined;
  readonly count: number;
}

/**
 * An Uno with Firmata at the far end of a byte stream: it answers queries, samples its pins and
 * carries I²C, so that a program for a real board, such as one of johnny-five, runs against it.
 *
 * @see the Firmata protocol 2.6: protocol.md, i2c.md
 */
export class FirmataDevice {
  readonly #stream: Duplex;
  readonly #options: FirmataDeviceOptions;
  readonly #devices: ReadonlyMap<number, I2cDevice>;
  readonly #parser: FirmataParser;
  readonly #modes = new Uint8Array(PINS);
  readonly #outputs = new Uint16Array(PINS);
  readonly #analogReports = new Set<number>();
  readonly #digitalReports = new Set<number>();
  readonly #lastPorts = new Map<number, number>();
  #queries: I2cQuery[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #counts = { messagesReceived: 0, samplesSent: 0, i2cReads: 0, i2cFailures: 0 };

  /** @param stream - to the program; the device tells its version at once, as after a reset */
  constructor(stream: Duplex, options: FirmataDeviceOptions = {}) {
    this.#stream = stream;
    this.#options = options;
    this.#devices = new Map((options.i2c ?? []).map((device) => [device.address, device]));
    this.#parser = new FirmataParser({
      message: (type, channel, data) => this.#message(type, channel, data),
      sysex: (command, data) => this.#sysex(command, data),
    });
    stream.on("data", (bytes: Uint8Array) => this.#parser.push(bytes));
    stream.on("close", () => this.close());
    stream.on("error", () => this.close());
    this.#reset();
    this.#tellVersion();
    this.#tellFirmware();
  }

  /** What a program wrote to a pin: 0 or 1, or its PWM value. */
  output(pin: number): number {
    return this.#outputs[pin] ?? 0;
  }

  stats(): FirmataDeviceStats {
    return { ...this.#counts };
  }

  /** Pulls the plug of the board; the stream is the caller's. */
  close(): void {
    clearInterval(this.#timer);
  }

  #reset(): void {
    this.#modes.fill(PIN_MODE.output);
    this.#modes.fill(PIN_MODE.analog, FIRST_ANALOG);
    this.#outputs.fill(0);
    this.#analogReports.clear();
    this.#digitalReports.clear();
    this.#lastPorts.clear();
    this.#queries = [];
    this.#sampleEvery(DEFAULT_SAMPLING_MS);
  }

  #sampleEvery(ms: number): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#sample(), Math.max(1, ms));
  }

  #message(type: number, channel: number, data: readonly number[]): void {
    this.#counts.messagesReceived++;
    const [first = 0, second = 0] = data;
    switch (type) {
      case REPORT_VERSION:
        this.#tellVersion();
        break;
      case SYSTEM_RESET:
        this.#reset();
        break;
      case SET_PIN_MODE:
        if (first < PINS) this.#modes[first] = second;
        break;
      case SET_DIGITAL_PIN:
        this.#setOutput(first, second & 1);
        break;
      case DIGITAL_MESSAGE:
        this.#setPort(channel, first | (second << 7));
        break;
      case ANALOG_MESSAGE:
        this.#setOutput(channel, first | (second << 7));
        break;
      case REPORT_ANALOG:
        setMember(this.#analogReports, channel, first !== 0);
        break;
      case REPORT_DIGITAL:
        this.#lastPorts.delete(channel);
        setMember(this.#digitalReports, channel, first !== 0);
        break;
    }
  }

  #sysex(command: number, data: readonly number[]): void {
    this.#counts.messagesReceived++;
    const [first = 0, second = 0] = data;
    switch (command) {
      case REPORT_FIRMWARE:
        this.#tellFirmware();
        break;
      case CAPABILITY_QUERY:
        this.#send(CAPABILITY_RESPONSE, pins().flatMap(capabilitiesOf));
        break;
      case ANALOG_MAPPING_QUERY:
        this.#send(ANALOG_MAPPING_RESPONSE, pins().map(channelOf));
        break;
      case PIN_STATE_QUERY:
        this.#tellPin(first);
        break;
      case EXTENDED_ANALOG:
        this.#setOutput(first, second | ((data[2] ?? 0) << 7));
        break;
      case SAMPLING_INTERVAL:
        this.#sampleEvery(first | (second << 7));
        break;
      case I2C_CONFIG:
        this.#modes.fill(PIN_MODE.i2c, FIRST_I2C);
        break;
      case I2C_REQUEST:
        this.#takeI2c(first, second, fromSevenBits(data.slice(2)));
        break;
    }
  }

  #takeI2c(address: number, mode: number, bytes: readonly number[]): void {
    const [register, count] = bytes.length > 1 ? bytes : [undefined, bytes[0]];
    const query = { address, register, count: count ?? 0 };
    switch ((mode >> 3) & 3) {
      case WRITE:
        this.#writeI2c(address, bytes);
        break;
      case READ_ONCE:
        this.#readI2c(query);
        break;
      case READ_CONTINUOUSLY:
        this.#queries.push(query);
        break;
      case STOP_READING:
        this.#queries = this.#queries.filter((one) => one.address !== address);
    }
  }

  #writeI2c(address: number, bytes: readonly number[]): void {
    const device = this.#devices.get(address);
    device?.begin(true);
    for (const byte of bytes) device?.write(byte);
  }

  #readI2c({ address, register, count }: I2cQuery): void {
    const device = this.#devices.get(address);
    if (!device) {
      this.#counts.i2cFailures++;
      this.#send(STRING_DATA, toSevenBits(Buffer.from("I2C: Too few bytes received")));
      return;
    }
    if (register !== undefined) {
      device.begin(true);
      device.write(register);
    }
    device.begin(false);
    const bytes = Array.from({ length: count }, () => device.read());
    this.#counts.i2cReads++;
    this.#send(I2C_REPLY, toSevenBits([address, register ?? 0, ...bytes]));
  }

  #sample(): void {
    for (const port of this.#digitalReports) this.#samplePort(port);
    for (const channel of this.#analogReports) {
      const read = this.#options.analog?.[channel] ?? (() => 0);
      const value = Math.min(1023, Math.max(0, Math.round(read())));
      this.#counts.samplesSent++;
      this.#write([ANALOG_MESSAGE | channel, value & 0x7f, value >> 7]);
    }
    for (const query of this.#queries) this.#readI2c(query);
  }

  /** A port is told when it is not as it was told last. */
  #samplePort(port: number): void {
    let value = 0;
    for (let bit = 0; bit < 8; bit++) {
      const pin = 8 * port + bit;
      const mode = this.#modes[pin];
      if (mode !== PIN_MODE.input && mode !== PIN_MODE.inputPullup) continue;
      const isHigh = this.#options.digital?.[pin]?.() ?? mode === PIN_MODE.inputPullup;
      value |= Number(isHigh) << bit;
    }
    if (this.#lastPorts.get(port) === value) return;
    this.#lastPorts.set(port, value);
    this.#counts.samplesSent++;
    this.#write([DIGITAL_MESSAGE | port, value & 0x7f, value >> 7]);
  }

  #setPort(port: number, value: number): void {
    for (let bit = 0; bit < 8; bit++) {
      const pin = 8 * port + bit;
      if (this.#modes[pin] === PIN_MODE.output) this.#setOutput(pin, (value >> bit) & 1);
    }
  }

  #setOutput(pin: number, value: number): void {
    if (pin < PINS) this.#outputs[pin] = value;
  }

  #tellVersion(): void {
    this.#write([REPORT_VERSION, ...VERSION]);
  }

  #tellFirmware(): void {
    const name = Buffer.from(this.#options.firmware ?? "BollardFirmata.ino");
    this.#send(REPORT_FIRMWARE, [...VERSION, ...toSevenBits(name)]);
  }

  #tellPin(pin: number): void {
    const state = this.#outputs[pin] ?? 0;
    this.#send(PIN_STATE_RESPONSE, [pin, this.#modes[pin] ?? 0, state & 0x7f, state >> 7]);
  }

  #send(command: number, data: readonly number[]): void {
    this.#write([START_SYSEX, command, ...data, END_SYSEX]);
  }

  #write(bytes: readonly number[]): void {
    if (this.#stream.writable) this.#stream.write(Uint8Array.from(bytes));
  }
}

function pins(): number[] {
  return Array.from({ length: PINS }, (_, pin) => pin);
}

function channelOf(pin: number): number {
  return pin >= FIRST_ANALOG ? pin - FIRST_ANALOG : NOT_ANALOG;
}

/** Pairs of a mode and its bits, and an end. Pins 0 and 1 are the serial line. */
function capabilitiesOf(pin: number): number[] {
  if (pin < 2) return [0x7f];
  const { input, inputPullup, output, pwm, servo, analog, i2c } = PIN_MODE;
  return [
    ...[input, 1, inputPullup, 1, output, 1],
    ...(PWM_PINS.includes(pin) ? [pwm, 8] : []),
    ...(pin < FIRST_ANALOG ? [servo, 14] : [analog, ADC_BITS]),
    ...(pin >= FIRST_I2C ? [i2c, 1] : []),
    0x7f,
  ];
}

function setMember(set: Set<number>, member: number, isIn: boolean): void {
  if (isIn) set.add(member);
  else set.delete(member);
}
