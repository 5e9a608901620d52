import type { I2cDevice } from "./i2c-device.js";

/** What an SHT31 is in: °C, %RH. */
export interface AirState {
  readonly temperature: number;
  readonly humidity: number;
}

/** Single shot without clock stretching, by repeatability. Section 4.3, table 8. */
const MEASURE_HIGH = 0x2400;
const MEASURE_MEDIUM = 0x240b;
const MEASURE_LOW = 0x2416;
/** The same with clock stretching: the result is there at once. */
const MEASURE_STRETCHED = [0x2c06, 0x2c0d, 0x2c10] as const;
const SOFT_RESET = 0x30a2;
const READ_STATUS = 0xf32d;
const CLEAR_STATUS = 0x3041;
/** Status after a reset: it was one. Section 4.11, table 17. */
const RESET_SEEN = 0x0010;
const NOTHING = 0xff;

/**
 * An SHT31 on the I²C bus: commands of 16 bits, raw values of 16 bits with a checksum each. It
 * measures when it is told to; a read without a measurement is not acknowledged, which a master
 * reads as 0xFF.
 *
 * @see Sensirion SHT3x-DIS data sheet, sections 4.3 (single shot), 4.12 (checksum), 4.13 (conversion)
 */
export class Sht31 implements I2cDevice {
  readonly address: number;
  readonly #air: () => AirState;
  #command: number[] = [];
  #answer: number[] = [];
  #status = RESET_SEEN;

  /** @param address - 0x44, or 0x45 with ADDR high. Default: 0x44 */
  constructor(air: () => AirState, address = 0x44) {
    this.#air = air;
    this.address = address;
  }

  begin(isWrite: boolean): void {
    if (isWrite) this.#command = [];
  }

  write(byte: number): boolean {
    this.#command.push(byte);
    if (this.#command.length !== 2) return this.#command.length < 2;
    return this.#run(((this.#command[0] as number) << 8) | byte);
  }

  read(): number {
    return this.#answer.shift() ?? NOTHING;
  }

  #run(command: number): boolean {
    switch (command) {
      case MEASURE_HIGH:
      case MEASURE_MEDIUM:
      case MEASURE_LOW:
      case MEASURE_STRETCHED[0]:
      case MEASURE_STRETCHED[1]:
      case MEASURE_STRETCHED[2]:
        this.#measure();
        return true;
      case SOFT_RESET:
        this.#answer = [];
        this.#status = RESET_SEEN;
        return true;
      case READ_STATUS:
        this.#answer = withChecksum(this.#status);
        return true;
      case CLEAR_STATUS:
        this.#status = 0;
        return true;
      default:
        return false;
    }
  }

  #measure(): void {
    const { temperature, humidity } = this.#air();
    this.#answer = [
      ...withChecksum(rawOf((temperature + 45) / 175)),
      ...withChecksum(rawOf(humidity / 100)),
    ];
  }
}

function rawOf(share: number): number {
  return Math.min(65_535, Math.max(0, Math.round(share * 65_535)));
}

function withChecksum(word: number): number[] {
  const bytes = [word >> 8, word & 0xff];
  return [...bytes, crc8(bytes)];
}

/** CRC-8 with the polynomial 0x31 from 0xFF. Section 4.12, table 19. */
function crc8(bytes: readonly number[]): number {
  let crc = 0xff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x31) & 0xff : crc << 1;
  }
  return crc;
}
