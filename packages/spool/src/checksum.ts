import { crc32 } from "node:zlib";

/** Below this many bytes the call into zlib costs more than a table in JavaScript. */
const ZLIB_FROM_BYTES = 80;
const TABLE = makeTable();

/**
 * CRC-32 of `bytes[start, end)`, begun from `seed` in place of 0.
 *
 * Each segment has a seed of its own, so what an earlier life of a reused file left behind does
 * not pass for a record of this one.
 */
export function checksum(bytes: Buffer, start: number, end: number, seed: number): number {
  if (end - start >= ZLIB_FROM_BYTES) return crc32(bytes.subarray(start, end), seed);
  let crc = ~seed;
  for (let i = start; i < end; i++) {
    crc = (TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

function makeTable(): Int32Array {
  const table = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    table[byte] = crc;
  }
  return table;
}
