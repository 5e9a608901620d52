import type { SpoolEntry } from "../entry.js";
import type { Spool } from "../spool.js";

/**
 * What a log must give back after any crash: everything that was called durable, in order, at its
 * position, and nothing that was never appended.
 */
export class Ledger {
  readonly #appended: Buffer[] = [];
  #durable = 0;

  /** Position of the newest entry noted. */
  get last(): number {
    return this.#appended.length;
  }

  get durable(): number {
    return this.#durable;
  }

  /** Notes an append. */
  appended(position: number, bytes: Uint8Array): void {
    if (position !== this.#appended.length + 1) {
      throw new Error(`position ${position} came after ${this.#appended.length}`);
    }
    this.#appended.push(Buffer.from(bytes));
  }

  /** Notes what was called durable. */
  noteDurable(position: number): void {
    if (position > this.last) throw new Error(`${position} is durable and was never appended`);
    if (position < this.#durable) throw new Error(`durable went back to ${position}`);
    this.#durable = position;
  }

  /**
   * Compares a log that was just opened, and goes on with what it kept.
   *
   * @param isWhole - false where entries may be missing in the middle, for it was thinned
   * @throws Error that tells what is missing, invented or out of order
   */
  async check(spool: Spool, isWhole = true): Promise<void> {
    if (spool.last < this.#durable) {
      throw new Error(`${this.#durable} was durable, the log ends at ${spool.last}`);
    }
    if (spool.last > this.last) {
      throw new Error(`the log ends at ${spool.last}, beyond all appends`);
    }
    const cursor = spool.cursor("ledger");
    let expected = cursor.next;
    for (;;) {
      const entries = await cursor.read(100);
      if (entries.length === 0) break;
      for (const entry of entries) {
        if (isWhole ? entry.position !== expected : entry.position < expected) {
          throw new Error(`position ${entry.position} where ${expected} belongs`);
        }
        this.checkEntry(entry);
        expected = entry.position + 1;
      }
    }
    await spool.removeCursor("ledger");
    if (isWhole && expected !== spool.last + 1) {
      throw new Error(`read up to ${expected - 1}, the log ends at ${spool.last}`);
    }
    this.#appended.length = spool.last;
    this.#durable = spool.last;
  }

  /** @throws Error where an entry has other bytes than were appended at its position */
  checkEntry({ position, bytes }: SpoolEntry): void {
    const wanted = this.#appended[position - 1];
    if (wanted === undefined || !wanted.equals(bytes)) {
      throw new Error(`other bytes at ${position} than were appended`);
    }
  }
}
