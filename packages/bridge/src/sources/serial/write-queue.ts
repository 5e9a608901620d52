/** How a queue writes and what it holds. */
export interface WriteQueueOptions {
  /** Writes one piece; calls back once it is written. */
  readonly write: (bytes: Uint8Array, done: (error?: Error) => void) => void;
  /** Most bytes that wait, the piece being written included. */
  readonly maxBytes: number;
}

/**
 * Hands pieces to a port one at a time, and holds a bounded number of bytes meanwhile.
 *
 * A piece that does not fit is dropped and counted: the link sends again what got no answer.
 */
export class WriteQueue {
  readonly #write: WriteQueueOptions["write"];
  readonly #maxBytes: number;
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;
  #isWriting = false;
  #dropped = 0;
  #errors = 0;

  constructor(options: WriteQueueOptions) {
    this.#write = options.write;
    this.#maxBytes = options.maxBytes;
  }

  /** Pieces that did not fit. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Pieces the port did not take. */
  get errors(): number {
    return this.#errors;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The piece is copied, so the caller may use its buffer again. */
  push(piece: Uint8Array): void {
    if (this.#bytes + piece.length > this.#maxBytes) {
      this.#dropped++;
      return;
    }
    this.#bytes += piece.length;
    this.#pieces.push(Uint8Array.from(piece));
    this.#next();
  }

  /** Forgets all that waits; the port is gone. */
  clear(): void {
    this.#bytes -= this.#pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.#pieces.length = 0;
  }

  #next(): void {
    if (this.#isWriting) return;
    const piece = this.#pieces.shift();
    if (!piece) return;
    this.#isWriting = true;
    this.#write(piece, (error) => {
      this.#isWriting = false;
      this.#bytes -= piece.length;
      if (error) this.#errors++;
      this.#next();
    });
  }
}
