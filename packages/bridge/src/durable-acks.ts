/** Calls back once entries are on the disk: the only place where an acknowledgement begins. */
export class DurableAcks {
  readonly #waiting = new Map<number, (() => void)[]>();
  #durable: number;

  /** @param durable - last position on the disk */
  constructor(durable: number) {
    this.#durable = durable;
  }

  /** Entries that somebody waits for. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Calls `kept` once the entry at `position` is on the disk, at once where it is already. */
  wait(position: number, kept: () => void): void {
    const others = this.#waiting.get(position);
    if (position <= this.#durable) kept();
    else if (others) others.push(kept);
    else this.#waiting.set(position, [kept]);
  }

  /** To be told each time the disk has more. */
  settle(durable: number): void {
    const from = this.#durable + 1;
    this.#durable = Math.max(durable, this.#durable);
    for (let position = from; position <= durable; position++) {
      const callbacks = this.#waiting.get(position);
      if (!callbacks) continue;
      this.#waiting.delete(position);
      for (const kept of callbacks) kept();
    }
  }
}
