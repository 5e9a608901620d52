import { FirmwareSimError } from "../error.js";

const DATA = 0;
const END = 1;
const SEGMENT = 2;
const UPPER_HALF = 4;
/** Start addresses, which these parts do not need. */
const IGNORED = [3, 5];

/**
 * Reads a program in Intel HEX, as `objcopy -O ihex` writes it.
 *
 * @param size - of the flash in bytes; what the program leaves out is 0xff, as erased flash is
 * @param start - address of the flash's first byte. Default: 0
 * @throws {@link FirmwareSimError} `SIM_BAD_PROGRAM` with the line
 */
export function readIntelHex(text: string, size: number, start = 0): Uint8Array {
  const flash = new Uint8Array(size).fill(0xff);
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  let base = 0;
  for (const [index, line] of lines.entries()) {
    const bytes = /^:([0-9a-f]{2})+$/i.test(line) ? Buffer.from(line.slice(1), "hex") : undefined;
    const sum = bytes?.reduce((total, byte) => total + byte, 0) ?? 1;
    const [count = 0, high = 0, low = 0, type = END] = bytes ?? [];
    if (!bytes || bytes.length !== count + 5 || (sum & 0xff) !== 0) {
      throw bad(index, "is no record of Intel HEX");
    }
    if (type === END) return flash;
    if (IGNORED.includes(type)) continue;
    if ((type === SEGMENT || type === UPPER_HALF) && count === 2) {
      base = bytes.readUInt16BE(4) * (type === SEGMENT ? 0x10 : 0x1_0000);
      continue;
    }
    const at = base + ((high << 8) | low) - start;
    if (type !== DATA || at < 0 || at + count > size) throw bad(index, "does not fit this part");
    flash.set(bytes.subarray(4, 4 + count), at);
  }
  throw bad(lines.length, "is missing: the program has no end");
}

function bad(index: number, what: string): FirmwareSimError {
  return new FirmwareSimError("SIM_BAD_PROGRAM", `line ${index + 1}`, `The line ${what}`);
}
