/**
 * SHA-256 of a short text of ASCII, on 32-bit integers alone.
 *
 * Ours and not a library's: those are made for speed and carry five times the code, a tenth of what
 * the whole core of a small device may take. It keeps no secret; it names layouts.
 *
 * @returns 8 words of 32 bits
 * @see FIPS 180-4, section 6.2
 */
export function sha256(text: string): Uint32Array {
  const { length } = text;
  const words = new Uint32Array(((length + 8) >> 6) * 16 + 16);
  for (let index = 0; index < length; index++) {
    put(words, index, text.charCodeAt(index));
  }
  put(words, length, 0x80);
  words[words.length - 1] = length * 8;
  const hash = Uint32Array.from(primes(8), (prime) => fraction(prime ** (1 / 2)));
  const constants = Uint32Array.from(primes(64), (prime) => fraction(prime ** (1 / 3)));
  for (let block = 0; block < words.length; block += 16) {
    mix(hash, words.subarray(block, block + 16), constants);
  }
  return hash;
}

function put(words: Uint32Array, index: number, byte: number): void {
  words[index >> 2] = (words[index >> 2] ?? 0) | (byte << (24 - 8 * (index & 3)));
}

/** The first primes. */
function primes(count: number): number[] {
  const found: number[] = [];
  for (let number = 2; found.length < count; number++) {
    if (found.every((prime) => number % prime !== 0)) found.push(number);
  }
  return found;
}

/** The first 32 bits behind the point. */
function fraction(number: number): number {
  return (number % 1) * 2 ** 32;
}

function turn(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** Mixes one block of 16 words into the hash. */
function mix(hash: Uint32Array, block: Uint32Array, constants: Uint32Array): void {
  const schedule = new Uint32Array(64);
  schedule.set(block);
  const at = (index: number) => schedule[index] ?? 0;
  for (let t = 16; t < 64; t++) {
    const [early, late] = [at(t - 15), at(t - 2)];
    const low = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
    const high = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
    schedule[t] = at(t - 16) + low + at(t - 7) + high;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
  for (let t = 0; t < 64; t++) {
    const choice = (e & f) ^ (~e & g);
    const high = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const first = (h + high + choice + (constants[t] ?? 0) + at(t)) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) {
    hash[index] = (hash[index] ?? 0) + word;
  }
}
