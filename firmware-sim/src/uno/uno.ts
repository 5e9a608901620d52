import { Atmega328p, type Atmega328pOptions, type BoardCounts } from "../avr/atmega328p.js";
import type { BoardFault } from "../avr/board-fault.js";
import type { I2cDevice } from "../avr/i2c-bus.js";
import type { ReadingSource } from "../reading-source.js";
import { Bme280 } from "../sensors/bme280.js";
import { PMS5003_BAUD, pms5003Message } from "../sensors/pms5003.js";
import { SDS011_BAUD, sds011Message } from "../sensors/sds011.js";
import { Sht31 } from "../sensors/sht31.js";

/** General purpose I/O registers, in the data space. ATmega328P data sheet, section 8.6. */
const GPIOR1 = 0x4a;
const GPIOR2 = 0x4b;
/** Digital pin that the particle counter's TX is on. */
const COUNTER_PIN = 2;
/** It sends by itself, once a second. */
const COUNTER_PERIOD_MS = 1000;

export interface UnoOptions
  extends Pick<Atmega328pOptions, "program" | "eeprom" | "onInstruction" | "analog"> {
  /**
   * What its sensors sense: `temperature` (°C), `humidity` (%RH) and `pressure` (Pa) at a BME280 on I²C,
   * or without a pressure at an SHT31; `pm25` and `pm10` (µg/m³) at an SDS011 on pin 2, or with `pm1`
   * at a PMS5003 there. A value that is not there is as of a sensor that is not connected. Default: no
   * sensors.
   */
  readonly source?: ReadingSource;
  /** Called with what its UART has sent, at the end of each {@link Uno.runTo}. */
  readonly onBytes?: (bytes: Uint8Array) => void;
  /**
   * Called when the program writes to GPIOR0: a program marks its places by it.
   *
   * @param number - what then stands in GPIOR1, and in GPIOR2 as its high byte
   */
  readonly onMark?: (mark: number, number: number, cycles: number) => void;
}

/** An Arduino Uno with the sensors of a street air station. */
export class Uno {
  readonly #part: Atmega328p;
  readonly #source: ReadingSource;
  readonly #onBytes: ((bytes: Uint8Array) => void) | undefined;
  #sent: number[] = [];
  #counterMs = COUNTER_PERIOD_MS;

  /** @throws {@link FirmwareSimError} `SIM_BAD_PROGRAM` */
  constructor(options: UnoOptions) {
    const { source = () => ({}), onBytes, onMark, ...part } = options;
    this.#source = source;
    this.#onBytes = onBytes;
    this.#part = new Atmega328p({
      ...part,
      i2c: this.#weatherSensors(),
      onByte: (byte) => this.#sent.push(byte),
      ...(onMark && { onMark: (mark, cycles) => onMark(mark, this.#markNumber, cycles) }),
    });
  }

  /** Milliseconds since it was made, by its own clock. */
  get timeMs(): number {
    return this.#part.timeMs;
  }

  get counts(): BoardCounts {
    return this.#part.counts;
  }

  /** Why it stopped; undefined while it runs. */
  get fault(): BoardFault | undefined {
    return this.#part.fault;
  }

  /** Of its UART; undefined where the program has not turned it on. */
  get baudRate(): number | undefined {
    return this.#part.baudRate;
  }

  /** What stands in its EEPROM; give it to the next one, and that has the same memory. */
  get eeprom(): Uint8Array {
    return this.#part.eeprom;
  }

  /** Sends bytes to its UART. */
  receive(bytes: Uint8Array): void {
    this.#part.receive(bytes);
  }

  /** Lets it run until its own clock says `timeMs`, or it stops. */
  runTo(timeMs: number): void {
    while (this.timeMs < timeMs && !this.fault) {
      this.#part.run(Math.min(timeMs, this.#counterMs) - this.timeMs);
      if (this.timeMs >= this.#counterMs) this.#count();
    }
    if (this.#sent.length === 0) return;
    const bytes = Uint8Array.from(this.#sent);
    this.#sent = [];
    this.#onBytes?.(bytes);
  }

  #weatherSensors(): readonly I2cDevice[] {
    const { temperature, pressure } = this.#source(0);
    if (temperature === undefined) return [];
    const now = () => ({
      ...{ temperature: 20, humidity: 50, pressure: 101_325 },
      ...this.#source(this.timeMs),
    });
    return [pressure === undefined ? new Sht31(now) : new Bme280(now)];
  }

  get #markNumber(): number {
    return this.#part.peek(GPIOR1) | (this.#part.peek(GPIOR2) << 8);
  }

  #count(): void {
    const { pm1, pm25, pm10 } = this.#source(this.timeMs);
    if (pm25 !== undefined && pm10 !== undefined) {
      if (pm1 === undefined) {
        this.#part.receiveOnPin(COUNTER_PIN, SDS011_BAUD, sds011Message(pm25, pm10));
      } else {
        this.#part.receiveOnPin(COUNTER_PIN, PMS5003_BAUD, pms5003Message({ pm1, pm25, pm10 }));
      }
    }
    this.#counterMs += COUNTER_PERIOD_MS;
  }
}
