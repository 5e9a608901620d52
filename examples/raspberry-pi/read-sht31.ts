/** As much as is used of a bus of `i2c-bus`. */
export interface I2cBus {
  i2cWrite(address: number, length: number, buffer: Buffer): Promise<unknown>;
  i2cRead(address: number, length: number, buffer: Buffer): Promise<unknown>;
}

const ADDRESS = 0x44;
const MEASURE = Buffer.from([0x24, 0x00]);
/** The longest that a measurement takes. SHT3x-DIS data sheet, table 4. */
const MEASURE_MS = 16;

/**
 * Measures once.
 *
 * @returns °C and %RH
 * @throws where the sensor does not answer, or what came is damaged
 * @see Sensirion SHT3x-DIS data sheet, sections 4.3, 4.12 and 4.13
 */
export async function readSht31(bus: I2cBus): Promise<{ temperature: number; humidity: number }> {
  await bus.i2cWrite(ADDRESS, MEASURE.length, MEASURE);
  await new Promise((resolve) => setTimeout(resolve, MEASURE_MS));
  const answer = Buffer.alloc(6);
  await bus.i2cRead(ADDRESS, answer.length, answer);
  for (const at of [0, 3]) {
    if (crc8(answer.subarray(at, at + 2)) !== answer[at + 2]) {
      throw new Error(`SHT31: the checksum at byte ${at + 2} is wrong`);
    }
  }
  return {
    temperature: -45 + (175 * answer.readUInt16BE(0)) / 65_535,
    humidity: (100 * answer.readUInt16BE(3)) / 65_535,
  };
}

function crc8(bytes: Uint8Array): number {
  let crc = 0xff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x31) & 0xff : crc << 1;
  }
  return crc;
}
