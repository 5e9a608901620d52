import { FirmwareSimError } from "../error.js";

const BLOCK_BYTES = 512;
const MAX_DATA_BYTES = 476;
/** Data of a block as the boot ROM wants it: a page of the flash. */
const PAGE_BYTES = 256;
/** First two words and the last of a block, and the word that says which family of parts it is for. */
const MAGIC = [0x0a324655, 0x9e5d5157] as const;
const END = 0x0ab16f30;
const FAMILY_FLAG = 0x2000;
const RP2040_FAMILY = 0xe48bff56;

/** Whether a file says that it is one. */
export function isUf2(file: Uint8Array): boolean {
  return file.length >= 4 && viewOf(file).getUint32(0, true) === MAGIC[0];
}

/**
 * Reads a program in UF2, the format that is dropped on a Pico in its boot mode.
 *
 * @param size - of the flash in bytes; what the program leaves out is 0xff, as erased flash is
 * @param start - address of the flash's first byte
 * @throws {@link FirmwareSimError} `SIM_BAD_PROGRAM` with the block
 * @see https://github.com/microsoft/uf2
 */
export function readUf2(file: Uint8Array, size: number, start: number): Uint8Array {
  const flash = new Uint8Array(size).fill(0xff);
  const view = viewOf(file);
  for (let at = 0; at < file.length; at += BLOCK_BYTES) {
    const number = at / BLOCK_BYTES;
    if (at + BLOCK_BYTES > file.length) throw bad(number, "is cut short: a block has 512 bytes");
    const word = (offset: number) => view.getUint32(at + offset, true);
    if (word(0) !== MAGIC[0] || word(4) !== MAGIC[1] || word(508) !== END) {
      throw bad(number, "is no block of UF2");
    }
    const [flags, target, count, family] = [word(8), word(12), word(16), word(28)];
    if (flags & FAMILY_FLAG && family !== RP2040_FAMILY) {
      throw bad(number, `is for another part, of the family 0x${family.toString(16)}`);
    }
    const to = target - start;
    if (count > MAX_DATA_BYTES || to < 0 || to + count > size) {
      throw bad(number, `does not fit this part: ${count} bytes at 0x${target.toString(16)}`);
    }
    flash.set(file.subarray(at + 32, at + 32 + count), to);
  }
  return flash;
}

/**
 * A program in UF2, for a Pico in its boot mode: 256 bytes a block.
 *
 * @param image - the flash's first bytes
 * @param start - address of the flash's first byte
 */
export function toUf2(image: Uint8Array, start: number): Uint8Array {
  const blocks = Math.ceil(image.length / PAGE_BYTES);
  const file = new Uint8Array(blocks * BLOCK_BYTES);
  const view = viewOf(file);
  for (let number = 0; number < blocks; number++) {
    const [at, from] = [number * BLOCK_BYTES, number * PAGE_BYTES];
    const head = [...MAGIC, FAMILY_FLAG, start + from, PAGE_BYTES, number, blocks, RP2040_FAMILY];
    head.forEach((word, index) => void view.setUint32(at + 4 * index, word, true));
    file.set(image.subarray(from, from + PAGE_BYTES), at + 32);
    view.setUint32(at + BLOCK_BYTES - 4, END, true);
  }
  return file;
}

function viewOf(file: Uint8Array): DataView {
  return new DataView(file.buffer, file.byteOffset, file.byteLength);
}

function bad(number: number, what: string): FirmwareSimError {
  return new FirmwareSimError("SIM_BAD_PROGRAM", `block ${number}`, `The block ${what}`);
}
