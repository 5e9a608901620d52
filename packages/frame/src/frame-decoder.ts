import { crc32 } from "./crc32.js";
import { CRC_BYTES } from "./encode-frame.js";
import { FrameError } from "./error.js";

/** What a chunk completed: a frame's body, or bytes that were none and why. */
export type FrameEvent =
  | { readonly kind: "frame"; readonly body: Uint8Array }
  | { readonly kind: "discarded"; readonly bytes: Uint8Array; readonly error: FrameError };

export interface FrameDecoderOptions {
  /**
   * Most bytes between two delimiters, and with that the decoder's memory: bytes, 6 or more.
   * `maxFrameLength(bodyBytes) - 2` lets bodies of `bodyBytes` through. Default: 4096.
   */
  readonly maxFrameBytes?: number;
}

const DEFAULT_MAX_FRAME_BYTES = 4096;
const DELIMITER = 0;

/**
 * Splits a serial byte stream into frames and checks each frame's CRC.
 *
 * Noise is normal on a UART, so a bad frame is an event and not a throw: the caller counts it and
 * the decoder goes on after the next delimiter. Memory stays at `maxFrameBytes` whatever arrives.
 * It starts dirty: what comes before the first delimiter may be the tail of a frame, and is
 * discarded.
 */
export class FrameDecoder {
  readonly #pending: Uint8Array;
  #length = 0;
  #state: "joining" | "inFrame" | "skipping" = "joining";
  #discardedBytes = 0;

  constructor(options: FrameDecoderOptions = {}) {
    this.#pending = new Uint8Array(options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES);
  }

  /** Bytes that were part of no good frame since the start, delimiters not counted. */
  get discardedBytes(): number {
    return this.#discardedBytes;
  }

  /** Takes the next chunk, cut anywhere, and returns what it completed, in order. */
  push(chunk: Uint8Array): FrameEvent[] {
    const events: FrameEvent[] = [];
    let start = 0;
    while (start < chunk.length) {
      const end = chunk.indexOf(DELIMITER, start);
      if (end === -1) {
        this.#keep(chunk.subarray(start), events);
        break;
      }
      if (this.#length === 0 && this.#state === "inFrame" && end - start <= this.#pending.length) {
        this.#finish(chunk.subarray(start, end), events); // whole in this chunk: no copy
      } else {
        this.#keep(chunk.subarray(start, end), events);
        this.#finish(this.#pending.subarray(0, this.#length), events);
      }
      this.#length = 0;
      this.#state = "inFrame";
      start = end + 1;
    }
    return events;
  }

  /** Forgets what is pending and starts dirty again, for a line that was opened anew. */
  reset(): void {
    this.#discardedBytes += this.#length;
    this.#length = 0;
    this.#state = "joining";
  }

  #keep(bytes: Uint8Array, events: FrameEvent[]): void {
    if (this.#state === "skipping") {
      this.#discardedBytes += bytes.length;
      return;
    }
    const room = this.#pending.length - this.#length;
    this.#pending.set(bytes.subarray(0, room), this.#length);
    this.#length += Math.min(bytes.length, room);
    if (bytes.length <= room) return;
    const message = `more than ${this.#pending.length} bytes without a delimiter`;
    const error = new FrameError("FRAME_TOO_LONG", this.#pending.length, message);
    this.#discard(this.#pending, error, events);
    this.#discardedBytes += bytes.length - room;
    this.#length = 0;
    this.#state = "skipping";
  }

  #finish(stuffed: Uint8Array, events: FrameEvent[]): void {
    if (stuffed.length === 0) return; // two delimiters in a row, or the end of what was skipped
    if (this.#state === "joining") {
      const error = new FrameError("FRAME_NO_START", 0, "bytes before the first delimiter");
      this.#discard(stuffed, error, events);
      return;
    }
    const body = decodeFrame(stuffed);
    if (body instanceof FrameError) this.#discard(stuffed, body, events);
    else events.push({ kind: "frame", body });
  }

  #discard(bytes: Uint8Array, error: FrameError, events: FrameEvent[]): void {
    this.#discardedBytes += bytes.length;
    events.push({ kind: "discarded", bytes: bytes.slice(), error });
  }
}

/** Undoes the COBS and checks the CRC. The result has its own memory. */
function decodeFrame(stuffed: Uint8Array): Uint8Array | FrameError {
  const out = new Uint8Array(stuffed.length);
  let at = 0;
  let i = 0;
  while (i < stuffed.length) {
    const code = stuffed[i] as number;
    const next = i + code;
    if (next > stuffed.length) {
      const message = `a block of ${code} bytes runs past the end of ${stuffed.length}`;
      return new FrameError("FRAME_TRUNCATED", i, message);
    }
    for (i++; i < next; i++) out[at++] = stuffed[i] as number;
    if (code !== 0xff && i < stuffed.length) out[at++] = 0;
  }
  const length = at - CRC_BYTES;
  if (length < 0) {
    return new FrameError("FRAME_TRUNCATED", stuffed.length, `${at} bytes are too few for a CRC`);
  }
  const found =
    ((out[length] as number) |
      ((out[length + 1] as number) << 8) |
      ((out[length + 2] as number) << 16) |
      ((out[length + 3] as number) << 24)) >>>
    0;
  const expected = crc32(out, length);
  if (found !== expected) {
    const message = `CRC ${hex(found)} in the frame, ${hex(expected)} over its body`;
    return new FrameError("FRAME_CRC_MISMATCH", length, message);
  }
  return out.subarray(0, length);
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}
