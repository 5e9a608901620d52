/**
 * Chance that is the same each time: numbers that look random and follow from a seed and two others.
 * Nothing is kept, so a node draws the same ones whoever plays it, and in whatever order.
 *
 * @returns 0 to below 1
 * @see the finaliser of MurmurHash3, by Austin Appleby
 */
export function chance(seed: number, one: number, other: number): number {
  let hash = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) ^ Math.imul(one + 0x7f4a_7c15, 0xc2b2_ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b) ^ Math.imul(other + 0x165_667b1, 0x27d4_eb2f);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296;
}

/** The same, spread as measurement noise is: mean 0, deviation 1, within ±3. */
export function bell(seed: number, one: number, other: number): number {
  const sum =
    chance(seed, one, other) + chance(seed + 1, one, other) + chance(seed + 2, one, other);
  return (sum - 1.5) * 2;
}

/** A course that wanders between -1 and 1 and has no jumps; `at` 1 further it is another value. */
export function wander(seed: number, at: number): number {
  const whole = Math.floor(at);
  const share = at - whole;
  const from = chance(seed, whole, 0) * 2 - 1;
  const to = chance(seed, whole + 1, 0) * 2 - 1;
  const smooth = share * share * (3 - 2 * share);
  return from + (to - from) * smooth;
}
