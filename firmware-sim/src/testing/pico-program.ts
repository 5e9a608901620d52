import { withBootChecksum } from "../rp2040/boot-stage.js";
import { recordOf } from "./program-of.js";

/** A boot stage: sets VTOR, loads the stack pointer from the vectors, and goes to their start. */
const BOOT = [
  0x4803, // ldr r0, =0x10000100
  0x4904, // ldr r1, =0xe000ed08
  0x6008, // str r0, [r1]
  0x6801, // ldr r1, [r0]
  ...[0xf381, 0x8808], // msr msp, r1
  0x6840, // ldr r0, [r0, #4]
  0x4700, // bx r0
  ...[0x0100, 0x1000, 0xed08, 0xe000],
];
const CODE_AT = 0x1000_0108;

/**
 * A program for a Pico of these instructions, in Intel HEX: a boot stage, two vectors, and them.
 *
 * @param stackTop - where its stack begins. Default: the end of the memory
 */
export function picoProgramOf(words: readonly number[], stackTop = 0x2004_0000): string {
  return imageHex(picoImageOf(words, stackTop));
}

/** The same as it stands in the flash. */
export function picoImageOf(words: readonly number[], stackTop = 0x2004_0000): Uint8Array {
  const image = new Uint8Array(CODE_AT - 0x1000_0000 + 2 * words.length);
  const view = new DataView(image.buffer);
  image.set(withBootChecksum(bytesOf(BOOT)));
  view.setUint32(0x100, stackTop, true);
  view.setUint32(0x104, CODE_AT | 1, true);
  image.set(bytesOf(words), 0x108);
  return image;
}

/** An image of the flash in Intel HEX. */
export function imageHex(image: Uint8Array): string {
  const records = [recordOf([2, 0, 0, 4, 0x10, 0x00])];
  for (let at = 0; at < image.length; at += 16) {
    const bytes = image.subarray(at, at + 16);
    records.push(recordOf([bytes.length, at >> 8, at & 0xff, 0, ...bytes]));
  }
  return [...records, ":00000001FF", ""].join("\n");
}

function bytesOf(words: readonly number[]): Uint8Array {
  return Uint8Array.from(words.flatMap((word) => [word & 0xff, word >> 8]));
}
