import type { I2cDevice } from "./i2c-device.js";

/** What a BME280 is in: °C, %RH, Pa. */
export interface Weather {
  readonly temperature: number;
  readonly humidity: number;
  readonly pressure: number;
}

/** Registers. BST-BME280-DS002, section 5.3. */
const CALIBRATION_1 = 0x88;
const CHIP_ID = 0xd0;
const CALIBRATION_2 = 0xe1;
const CTRL_HUM = 0xf2;
const STATUS = 0xf3;
const CTRL_MEAS = 0xf4;
const DATA = 0xf7;
const MODE = 0x03;
const FORCED = 0x01;
const NORMAL = 0x03;
/** Trimming values, of the size that those of real parts are. Section 4.2.2. */
const T = [27_504, 26_435, -1000] as const;
const P = [36_477, -10_685, 3024, 2855, 140, -7, 15_500, -14_600, 6000] as const;
const H = [75, 370, 0, 313, 50, 30] as const;

/**
 * A BME280 on the I²C bus: registers, trimming values, and raw values that a program's compensation
 * makes the weather of. It measures when it is told to, in forced mode, and when it is read, in normal
 * mode.
 *
 * @see BST-BME280-DS002, sections 4.2.3 (compensation), 5 (registers) and 6.2 (I²C)
 */
export class Bme280 implements I2cDevice {
  readonly address: number;
  readonly #weather: () => Weather;
  readonly #registers = new Uint8Array(256);
  #pointer = 0;
  #isPointerNext = false;

  /** @param address - 0x76, or 0x77 with SDO high. Default: 0x76 */
  constructor(weather: () => Weather, address = 0x76) {
    this.#weather = weather;
    this.address = address;
    this.#registers[CHIP_ID] = 0x60;
    const view = new DataView(this.#registers.buffer);
    view.setUint16(CALIBRATION_1, T[0], true);
    view.setInt16(CALIBRATION_1 + 2, T[1], true);
    view.setInt16(CALIBRATION_1 + 4, T[2], true);
    view.setUint16(CALIBRATION_1 + 6, P[0], true);
    P.slice(1).forEach((value, i) => void view.setInt16(CALIBRATION_1 + 8 + 2 * i, value, true));
    view.setUint8(0xa1, H[0]);
    view.setInt16(CALIBRATION_2, H[1], true);
    view.setUint8(CALIBRATION_2 + 2, H[2]);
    view.setInt8(CALIBRATION_2 + 3, H[3] >> 4);
    view.setUint8(CALIBRATION_2 + 4, (H[3] & 0x0f) | ((H[4] & 0x0f) << 4));
    view.setInt8(CALIBRATION_2 + 5, H[4] >> 4);
    view.setInt8(CALIBRATION_2 + 6, H[5]);
  }

  begin(isWrite: boolean): void {
    this.#isPointerNext = isWrite;
  }

  write(byte: number): boolean {
    if (this.#isPointerNext) this.#point(byte);
    else this.#set(this.#pointer, byte);
    // Pairs of register and value follow each other.
    this.#isPointerNext = !this.#isPointerNext;
    return true;
  }

  read(): number {
    const byte = this.#registers[this.#pointer] as number;
    this.#pointer = (this.#pointer + 1) & 0xff;
    return byte;
  }

  #point(register: number): void {
    this.#pointer = register;
    const mode = (this.#registers[CTRL_MEAS] as number) & MODE;
    if (register >= DATA && mode === NORMAL) this.#measure();
  }

  #set(register: number, value: number): void {
    if (register !== CTRL_HUM && register !== CTRL_MEAS) return;
    this.#registers[register] = value;
    if (register !== CTRL_MEAS || (value & MODE) !== FORCED) return;
    this.#measure();
    this.#registers[CTRL_MEAS] = value & ~MODE;
    this.#registers[STATUS] = 0;
  }

  #measure(): void {
    const { temperature, humidity, pressure } = this.#weather();
    const rawT = search(2 ** 20, (raw) => fine(raw) / 5120 < temperature);
    const t = fine(rawT);
    const rawP = search(2 ** 20, (raw) => pressureOf(raw, t) > pressure);
    const rawH = search(2 ** 16, (raw) => humidityOf(raw, t) < humidity);
    const bytes = [
      ...[rawP >> 12, rawP >> 4, rawP << 4],
      ...[rawT >> 12, rawT >> 4, rawT << 4],
      ...[rawH >> 8, rawH],
    ];
    bytes.forEach((byte, index) => {
      this.#registers[DATA + index] = byte;
    });
  }
}

/** The lowest raw value for which `isBefore` no longer holds. */
function search(end: number, isBefore: (raw: number) => boolean): number {
  let [low, high] = [0, end - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Temperature in 1/5120 °C. */
function fine(raw: number): number {
  const difference = raw / 131_072 - T[0] / 8192;
  return (raw / 16_384 - T[0] / 1024) * T[1] + difference * difference * T[2];
}

/** Pascals. */
function pressureOf(raw: number, t: number): number {
  const a = t / 2 - 64_000;
  const b = (a * a * P[5]) / 32_768 + a * P[4] * 2;
  const c = b / 4 + P[3] * 65_536;
  const d = ((P[2] * a * a) / 524_288 + P[1] * a) / 524_288;
  const scale = (1 + d / 32_768) * P[0];
  const p = ((1_048_576 - raw - c / 4096) * 6250) / scale;
  return p + ((P[8] * p * p) / 2_147_483_648 + (p * P[7]) / 32_768 + P[6]) / 16;
}

/** %RH. */
function humidityOf(raw: number, t: number): number {
  const h = t - 76_800;
  const scale = (H[1] / 65_536) * (1 + (H[5] / 67_108_864) * h * (1 + (H[2] / 67_108_864) * h));
  const first = (raw - (H[3] * 64 + (H[4] / 16_384) * h)) * scale;
  return first * (1 - (H[0] * first) / 524_288);
}
