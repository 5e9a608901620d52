/** Four tables of 256 remainders: the CRC of a byte followed by 0, 1, 2 and 3 zero bytes. */
const TABLES = makeTables();

/**
 * CRC-32 of `bytes`, 0 to 4294967295: the one of Ethernet, zip and PNG (reflected polynomial
 * 0xEDB88320, initial value and final XOR 0xFFFFFFFF). `"123456789"` gives `0xCBF43926`.
 *
 * @param end - the first byte not taken in; default: all of them
 * @param previous - the CRC of the bytes before these, to go on from; default: 0, a fresh start
 * @see ITU-T V.42, clause 8.1.1.6.2
 */
export function crc32(bytes: Uint8Array, end = bytes.length, previous = 0): number {
  const tables = TABLES;
  let crc = ~previous;
  let i = 0;
  for (const last = end - 3; i < last; i += 4) {
    crc ^=
      byteAt(bytes, i) |
      (byteAt(bytes, i + 1) << 8) |
      (byteAt(bytes, i + 2) << 16) |
      (byteAt(bytes, i + 3) << 24);
    crc =
      entry(tables, 768 | (crc & 0xff)) ^
      entry(tables, 512 | ((crc >>> 8) & 0xff)) ^
      entry(tables, 256 | ((crc >>> 16) & 0xff)) ^
      entry(tables, crc >>> 24);
  }
  for (; i < end; i++) {
    crc = entry(tables, (crc ^ byteAt(bytes, i)) & 0xff) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/** The caller keeps `index` inside; the assertion stands for the check the type system asks for. */
function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}

function entry(tables: Int32Array, index: number): number {
  return tables[index] as number;
}

function makeTables(): Int32Array {
  const tables = new Int32Array(4 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    tables[byte] = crc;
  }
  for (let index = 256; index < 1024; index++) {
    const shorter = entry(tables, index - 256);
    tables[index] = entry(tables, shorter & 0xff) ^ (shorter >>> 8);
  }
  return tables;
}
