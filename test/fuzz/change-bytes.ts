import type { Random } from "./random.js";

type Change = (random: Random, bytes: Uint8Array, others: readonly Uint8Array[]) => Uint8Array;

function at(random: Random, bytes: Uint8Array): number {
  return bytes.length === 0 ? 0 : random.below(bytes.length);
}

const changes: readonly Change[] = [
  // A flipped bit, most often behind the header.
  (random, bytes) => {
    const place = at(random, bytes);
    if (bytes.length > 0) bytes[place] = (bytes[place] ?? 0) ^ (1 << random.below(8));
    return bytes;
  },
  // Another byte, the extremes more often.
  (random, bytes) => {
    const place = at(random, bytes);
    const byte = random.pick([0x00, 0xff, 0x80, 0x7f, random.below(256)]);
    if (bytes.length > 0) bytes[place] = byte;
    return bytes;
  },
  // A cut.
  (random, bytes) => bytes.slice(0, at(random, bytes) + 1),
  // A byte more, somewhere.
  (random, bytes) => {
    const place = random.below(bytes.length + 1);
    return Uint8Array.of(...bytes.slice(0, place), random.below(256), ...bytes.slice(place));
  },
  // The start of one and the end of another.
  (random, bytes, others) => {
    const other = random.pick(others);
    return Uint8Array.of(...bytes.slice(0, at(random, bytes)), ...other.slice(at(random, other)));
  },
  // A run of one byte: long prefixes, quiet rows.
  (random, bytes) => {
    const place = at(random, bytes);
    return bytes.fill(random.pick([0x00, 0xff]), place, place + 1 + random.below(6));
  },
  // More zeros at the end, so that a row count that lies finds something.
  (random, bytes) => Uint8Array.of(...bytes, ...new Uint8Array(random.below(12))),
];

/** A copy of a message with one to four changes. */
export function changeBytes(
  random: Random,
  bytes: Uint8Array,
  others: readonly Uint8Array[],
): Uint8Array {
  let changed = Uint8Array.from(bytes);
  for (let count = 1 + random.below(4); count > 0; count--) {
    changed = Uint8Array.from(random.pick(changes)(random, changed, others));
  }
  return changed;
}
