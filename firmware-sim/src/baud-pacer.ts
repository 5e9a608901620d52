/** Bits on the wire for each byte: start, 8 data, stop. */
const BITS_PER_BYTE = 10;

/**
 * Says how many bytes a serial line has carried by now. Pure: the time is handed in.
 *
 * A byte counts when its stop bit is over. A line that was kept waiting by a slow program catches
 * up, as a UART would not have stopped; a line that was idle does not.
 */
export class BaudPacer {
  readonly #bytesPerMs: number;
  #busySinceMs = 0;
  #carried = 0;

  /** @param baudRate - bits per second, above 0 */
  constructor(baudRate: number) {
    this.#bytesPerMs = baudRate / BITS_PER_BYTE / 1000;
  }

  /** The line was idle and has bytes to carry from now on. */
  begin(nowMs: number): void {
    this.#busySinceMs = nowMs;
    this.#carried = 0;
  }

  /** How many of `waiting` bytes have crossed since the last call, at most all of them. */
  take(waiting: number, nowMs: number): number {
    const total = Math.floor((nowMs - this.#busySinceMs) * this.#bytesPerMs + 1e-9);
    const count = Math.max(0, Math.min(waiting, total - this.#carried));
    this.#carried += count;
    return count;
  }

  /** Milliseconds that `bytes` bytes take. */
  durationMs(bytes: number): number {
    return bytes / this.#bytesPerMs;
  }
}
