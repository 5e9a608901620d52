/** Bytes in order, put in by chunks and taken out by count. Keeps its own copies. */
export class ByteQueue {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes.slice());
    this.#length += bytes.length;
  }

  /** The first `count` bytes, or all there are. */
  take(count: number): Uint8Array {
    const wanted = Math.min(count, this.#length);
    const out = new Uint8Array(wanted);
    let at = 0;
    while (at < wanted) {
      const chunk = this.#chunks[0];
      if (!chunk) break;
      const piece = chunk.subarray(0, wanted - at);
      out.set(piece, at);
      at += piece.length;
      if (piece.length === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(piece.length);
    }
    this.#length -= wanted;
    return out;
  }

  clear(): void {
    this.#chunks.length = 0;
    this.#length = 0;
  }
}
