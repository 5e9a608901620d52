/** What may be told of an entry when it is appended. */
export interface AppendOptions {
  /** Whose entry it is, such as a node's id; up to 255 bytes of UTF-8. Thinning and erasing go by it. */
  readonly stream?: string;
  /** Milliseconds since the Unix epoch; default: now. */
  readonly timeMs?: number;
  /** True where thinning must keep it, such as an alarm; default: false. */
  readonly keep?: boolean;
}

/** One entry as it is read back. */
export interface SpoolEntry {
  /** Its place in the log, from 1, always growing; it never changes. */
  readonly position: number;
  readonly bytes: Uint8Array;
  /** Milliseconds since the Unix epoch, as given when it was appended. */
  readonly timeMs: number;
  readonly stream?: string;
  readonly keep: boolean;
}

/** Makes an entry; `stream` is left out where there is none. */
export function makeEntry(
  position: number,
  bytes: Uint8Array,
  timeMs: number,
  stream: string | undefined,
  keep: boolean,
): SpoolEntry {
  return stream === undefined
    ? { position, bytes, timeMs, keep }
    : { position, bytes, timeMs, stream, keep };
}

/** A plain view of bytes: unlike a `Buffer`'s, its `slice` copies. */
export function viewOf(buffer: Buffer, start: number, end: number): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset + start, end - start);
}
