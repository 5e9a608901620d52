/**
 * What the fleet writes at the start of a payload, so that whoever receives it can tell which message
 * of which node it is, and when it was due.
 *
 * ```
 *  0  2  0xB0 0x7A   marks a stamp
 *  2  2  run         tells this run's messages from another's
 *  4  4  node
 *  8  4  sequence    of the node, from 0 on
 * 12  8  due         ms since the Unix epoch, a double
 * 20  4  late        µs from when it was due to when it was sent
 * ```
 * All big-endian.
 */
export const STAMP_BYTES = 24;

const MARK = 0xb07a;
const LONG = 2 ** 32;
const scratch = new DataView(new ArrayBuffer(8));

/** A stamp that was read. */
export interface MessageStamp {
  readonly run: number;
  readonly node: number;
  readonly sequence: number;
  /** ms since the Unix epoch. */
  readonly dueMs: number;
  /** µs from when it was due to when it was sent, at most 71 minutes. */
  readonly lateUs: number;
}

/** Writes a stamp at an offset; the caller has made sure of its 24 bytes. */
export function writeStamp(
  buffer: Uint8Array,
  at: number,
  run: number,
  node: number,
  sequence: number,
  dueMs: number,
  lateUs: number,
): void {
  put16(buffer, at, MARK);
  put16(buffer, at + 2, run);
  put32(buffer, at + 4, node);
  put32(buffer, at + 8, sequence);
  scratch.setFloat64(0, dueMs);
  put32(buffer, at + 12, scratch.getUint32(0));
  put32(buffer, at + 16, scratch.getUint32(4));
  put32(buffer, at + 20, Math.min(lateUs, LONG - 1));
}

/** Reads a stamp; undefined where there is none. */
export function readStamp(buffer: Uint8Array, at: number, end: number): MessageStamp | undefined {
  if (end - at < STAMP_BYTES || get16(buffer, at) !== MARK) return undefined;
  scratch.setUint32(0, get32(buffer, at + 12));
  scratch.setUint32(4, get32(buffer, at + 16));
  return {
    run: get16(buffer, at + 2),
    node: get32(buffer, at + 4),
    sequence: get32(buffer, at + 8),
    dueMs: scratch.getFloat64(0),
    lateUs: get32(buffer, at + 20),
  };
}

function put16(buffer: Uint8Array, at: number, value: number): void {
  buffer[at] = value >>> 8;
  buffer[at + 1] = value;
}

function put32(buffer: Uint8Array, at: number, value: number): void {
  put16(buffer, at, value >>> 16);
  put16(buffer, at + 2, value);
}

function get16(buffer: Uint8Array, at: number): number {
  return ((buffer[at] as number) << 8) | (buffer[at + 1] as number);
}

function get32(buffer: Uint8Array, at: number): number {
  return (get16(buffer, at) * 65_536 + get16(buffer, at + 2)) % LONG;
}
