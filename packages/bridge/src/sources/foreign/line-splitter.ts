/** One line, or the news that one was too long. */
export type LineEvent =
  | { readonly kind: "line"; readonly bytes: Uint8Array }
  | { readonly kind: "too-long"; readonly bytes: number };

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Cuts a byte stream into lines that end in LF, CR or both. Empty lines are passed over.
 *
 * A line longer than the bound is an event, and its rest is passed over to the next end of a line:
 * memory stays at the bound whatever arrives.
 */
export class LineSplitter {
  readonly #pending: Uint8Array;
  #length = 0;

  /** @param maxLineBytes - of one line without its end */
  constructor(maxLineBytes: number) {
    this.#pending = new Uint8Array(maxLineBytes);
  }

  /** Takes the next chunk, cut anywhere, and returns what it completed, in order. */
  push(chunk: Uint8Array): LineEvent[] {
    const events: LineEvent[] = [];
    for (const byte of chunk) {
      if (byte === NEWLINE || byte === RETURN) this.#end(events);
      else {
        if (this.#length < this.#pending.length) this.#pending[this.#length] = byte;
        this.#length++;
      }
    }
    return events;
  }

  #end(events: LineEvent[]): void {
    const length = this.#length;
    this.#length = 0;
    if (length === 0) return;
    if (length > this.#pending.length) events.push({ kind: "too-long", bytes: length });
    else events.push({ kind: "line", bytes: this.#pending.slice(0, length) });
  }
}
