import type { ReadingSource } from "../reading-source.js";
import { Bme280 } from "../sensors/bme280.js";
import type { I2cDevice } from "../sensors/i2c-device.js";
import { PMS5003_BAUD, pms5003Message } from "../sensors/pms5003.js";
import { SDS011_BAUD, sds011Message } from "../sensors/sds011.js";
import { Sht31 } from "../sensors/sht31.js";
import type { Board, BoardCounts } from "./board.js";
import type { BoardFault } from "./board-fault.js";

/** A particle counter sends by itself, once a second. */
const COUNTER_PERIOD_MS = 1000;

/** What a board's sensors sense, and where what it says goes. */
export interface StreetBoardOptions {
  /**
   * What its sensors sense: `temperature` (°C), `humidity` (%RH) and `pressure` (Pa) at a BME280 on I²C,
   * or without a pressure at an SHT31; `pm25` and `pm10` (µg/m³) at an SDS011, or with `pm1` at a PMS5003.
   * A value that is not there is as of a sensor that is not connected. Default: no sensors.
   */
  readonly source?: ReadingSource;
  /** Called with what its UART has sent, at the end of each `runTo`. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}

/** A part that runs a program. */
export interface Part extends Omit<Board, "runTo"> {
  run(durationMs: number): void;
}

/** What a part is wired to on such a board. */
export interface StreetWiring {
  readonly i2c: readonly I2cDevice[];
  readonly onByte: (byte: number) => void;
}

/** A board with the sensors of a street air station, whatever part it has. */
export abstract class StreetBoard<P extends Part> implements Board {
  protected readonly part: P;
  readonly #source: ReadingSource;
  readonly #onBytes: ((bytes: Uint8Array) => void) | undefined;
  #sent: number[] = [];
  #counterMs = COUNTER_PERIOD_MS;

  protected constructor(options: StreetBoardOptions, makePart: (wiring: StreetWiring) => P) {
    const { source = () => ({}), onBytes } = options;
    this.#source = source;
    this.#onBytes = onBytes;
    this.part = makePart({
      i2c: this.#weatherSensors(),
      onByte: (byte) => this.#sent.push(byte),
    });
  }

  get timeMs(): number {
    return this.part.timeMs;
  }

  get counts(): BoardCounts {
    return this.part.counts;
  }

  get fault(): BoardFault | undefined {
    return this.part.fault;
  }

  get baudRate(): number | undefined {
    return this.part.baudRate;
  }

  receive(bytes: Uint8Array): void {
    this.part.receive(bytes);
  }

  setPin(pin: number, isHigh: boolean): void {
    this.part.setPin(pin, isHigh);
  }

  pinLevel(pin: number): boolean | undefined {
    return this.part.pinLevel(pin);
  }

  runTo(timeMs: number): void {
    while (this.timeMs < timeMs && !this.fault) {
      this.part.run(Math.min(timeMs, this.#counterMs) - this.timeMs);
      if (this.timeMs >= this.#counterMs) this.#count();
    }
    if (this.#sent.length === 0) return;
    const bytes = Uint8Array.from(this.#sent);
    this.#sent = [];
    this.#onBytes?.(bytes);
  }

  /** Sends what the particle counter says to where it is connected. */
  protected abstract receiveFromCounter(baudRate: number, bytes: Uint8Array): void;

  #weatherSensors(): readonly I2cDevice[] {
    const { temperature, pressure } = this.#source(0);
    if (temperature === undefined) return [];
    const now = () => ({
      ...{ temperature: 20, humidity: 50, pressure: 101_325 },
      ...this.#source(this.timeMs),
    });
    return [pressure === undefined ? new Sht31(now) : new Bme280(now)];
  }

  #count(): void {
    const { pm1, pm25, pm10 } = this.#source(this.timeMs);
    if (pm25 !== undefined && pm10 !== undefined) {
      if (pm1 === undefined) this.receiveFromCounter(SDS011_BAUD, sds011Message(pm25, pm10));
      else this.receiveFromCounter(PMS5003_BAUD, pms5003Message({ pm1, pm25, pm10 }));
    }
    this.#counterMs += COUNTER_PERIOD_MS;
  }
}
