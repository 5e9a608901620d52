/** How far `a` is after `b`, as 32-bit sequence numbers that wrap: -2147483648 to 2147483647. */
export function sequenceDistance(a: number, b: number): number {
  return (a - b) | 0;
}

/** `sequence` plus `count`, modulo 2^32. */
export function addSequence(sequence: number, count: number): number {
  return (sequence + count) >>> 0;
}

/**
 * The 32-bit sequence number whose low 16 bits are `low16`, nearest to `near`: at most 32768 before
 * it, or 32767 after.
 */
export function extendSequence(low16: number, near: number): number {
  const distance = ((low16 - near) << 16) >> 16;
  return addSequence(near, distance);
}
