/** A program of these instructions, from the first address on, in Intel HEX. */
export function programOf(words: readonly number[]): string {
  const bytes = words.flatMap((word) => [word & 0xff, word >> 8]);
  return `${recordOf([bytes.length, 0, 0, 0, ...bytes])}\n:00000001FF\n`;
}

/** A record of Intel HEX: count, address, type and data get their checksum. */
export function recordOf(bytes: readonly number[]): string {
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return `:${Buffer.from([...bytes, -sum & 0xff]).toString("hex")}`;
}
