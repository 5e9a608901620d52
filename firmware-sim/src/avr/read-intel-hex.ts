import { FirmwareSimError } from "../error.js";

const DATA = 0;
const END = 1;
/** Segment and start addresses, which a part of at most 64 KB of flash does not need. */
const IGNORED = [2, 3, 4, 5];

/**
 * Reads a program in Intel HEX, as `avr-objcopy -O ihex` writes it.
 *
 * @param size - of the flash in bytes; what the program leaves out is 0xff, as erased flash is
 * @throws {@link FirmwareSimError} `SIM_BAD_PROGRAM` with the line
 */
export function readIntelHex(text: string, size: number): Uint8Array {
  const flash = new Uint8Array(size).fill(0xff);
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  for (const [index, line] of lines.entries()) {
    const bytes = /^:([0-9a-f]{2})+$/i.test(line) ? Buffer.from(line.slice(1), "hex") : undefined;
    const sum = bytes?.reduce((total, byte) => total + byte, 0) ?? 1;
    const [count = 0, high = 0, low = 0, type = END] = bytes ?? [];
    if (!bytes || bytes.length !== count + 5 || (sum & 0xff) !== 0) {
      throw bad(index, "is no record of Intel HEX");
    }
    if (type === END) return flash;
    if (IGNORED.includes(type)) continue;
    const address = (high << 8) | low;
    if (type !== DATA || address + count > size) throw bad(index, "does not fit this part");
    flash.set(bytes.subarray(4, 4 + count), address);
  }
  throw bad(lines.length, "is missing: the program has no end");
}

function bad(index: number, what: string): FirmwareSimError {
  return new FirmwareSimError("SIM_BAD_PROGRAM", `line ${index + 1}`, `The line ${what}`);
}
