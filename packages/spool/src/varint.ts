/** Bytes of a whole number of 0 to 2^53 - 1 in groups of seven bits, lowest first: 1 to 8. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/** Writes the number; returns the offset after it. */
export function writeVarint(out: Buffer, at: number, value: number): number {
  let rest = value;
  let next = at;
  while (rest >= 0x80) {
    out[next++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  out[next++] = rest;
  return next;
}

/** Reads numbers one after the other; `failed` is set once one runs past the limit or is too long. */
export class VarintReader {
  at = 0;
  failed = false;

  /** The number at `at`, which moves on; 0 when it failed. */
  next(bytes: Buffer, limit: number): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 8 && this.at < limit; count++) {
      const byte = bytes[this.at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    this.failed = true;
    return 0;
  }
}

/** Maps …, -2, -1, 0, 1, 2, … to …, 3, 1, 0, 2, 4, … */
export function zigzag(value: number): number {
  return value < 0 ? -value * 2 - 1 : value * 2;
}

/** The inverse of `zigzag`. */
export function unzigzag(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
}
