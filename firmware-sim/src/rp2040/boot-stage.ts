import { FirmwareSimError } from "../error.js";

/** The second stage of the boot, at the beginning of the flash, with its checksum in the last word. */
export const BOOT_STAGE_BYTES = 256;
const CHECKED_BYTES = 252;
const POLYNOMIAL = 0x04c11db7;

/**
 * The second stage that a program brings, checked as the boot ROM does before it starts it.
 *
 * @throws {@link FirmwareSimError} `SIM_BAD_PROGRAM`: the boot ROM would not start this program
 * @see RP2040 data sheet, section 2.8.1.3.1
 */
export function bootStageOf(flash: Uint8Array): Uint8Array {
  const stage = flash.slice(0, BOOT_STAGE_BYTES);
  const stated = new DataView(stage.buffer).getUint32(CHECKED_BYTES, true);
  const checksum = bootChecksum(stage.subarray(0, CHECKED_BYTES));
  if (stated === checksum) return stage;
  const hex = (value: number) => `0x${value.toString(16).padStart(8, "0")}`;
  const message = `The boot stage's checksum is ${hex(stated)}, and that of its 252 bytes ${hex(checksum)}; no Pico would start this program. Its first 256 bytes must be a second boot stage`;
  throw new FirmwareSimError("SIM_BAD_PROGRAM", "0x100000fc", message);
}

/**
 * A second boot stage as it stands in the flash: its code, filled up with zeros, and their checksum.
 *
 * @param code - at most 252 bytes
 * @throws {@link FirmwareSimError} `SIM_BAD_PROGRAM`: it is longer
 */
export function withBootChecksum(code: Uint8Array): Uint8Array {
  if (code.length > CHECKED_BYTES) {
    const message = `A second boot stage has at most ${CHECKED_BYTES} bytes, not ${code.length}`;
    throw new FirmwareSimError("SIM_BAD_PROGRAM", "boot stage", message);
  }
  const stage = new Uint8Array(BOOT_STAGE_BYTES);
  stage.set(code);
  const checksum = bootChecksum(stage.subarray(0, CHECKED_BYTES));
  new DataView(stage.buffer).setUint32(CHECKED_BYTES, checksum, true);
  return stage;
}

/** CRC-32 of the boot ROM: highest bit first, begun with all ones, and not inverted at its end. */
function bootChecksum(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++)
      crc = crc < 0 || crc >>> 31 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  }
  return crc >>> 0;
}
