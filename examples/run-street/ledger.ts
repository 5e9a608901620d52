import { build } from "hdr-histogram-js";

/** Milliseconds after which a key that a later one of its node overtook counts as lost. */
const OVERTAKEN_MS = 10_000;

export interface LedgerCounts {
  readonly produced: number;
  readonly delivered: number;
  /** Arrivals of a key that had arrived before. */
  readonly duplicated: number;
  readonly lost: number;
  /** Produced, not yet delivered, not lost. */
  readonly held: number;
}

/** Boot count and message number, as the node gave them. */
interface Key {
  readonly boot: number;
  readonly sequence: number;
}

/** One node's book: what it produced, in order, until it is delivered. */
interface Book {
  /** Keys not delivered yet, oldest first, with the time they were produced in ms. */
  readonly open: Map<string, number>;
  /** The last sequence number produced in each boot: all up to it are known. */
  readonly produced: Map<number, number>;
}

/**
 * Holds what each node produced against what arrived in the city, key by key.
 *
 * A key is lost when it has not arrived although a later one of its node arrived more than ten
 * seconds ago: the bridge keeps each node's order. {@link Ledger.settle} calls every key lost that
 * has not arrived by then.
 */
export class Ledger {
  readonly #books = new Map<string, Book>();
  readonly #latency = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600_000,
    numberOfSignificantValueDigits: 3,
  });
  readonly #overtakenAt = new Map<string, number>();
  readonly #now: () => number;
  #produced = 0;
  #delivered = 0;
  #duplicated = 0;
  #unknown = 0;
  #settled = false;

  constructor(now: () => number = () => Date.now()) {
    this.#now = now;
  }

  /** The node `name` has made the reading `key`. */
  produce(name: string, key: Key): void {
    const book = this.#bookOf(name);
    book.open.set(`${key.boot}-${key.sequence}`, this.#now());
    book.produced.set(key.boot, key.sequence);
    this.#produced++;
  }

  /** The reading `key` of the node `name` has arrived in the city. */
  deliver(name: string, key: Key): void {
    const book = this.#bookOf(name);
    const id = `${key.boot}-${key.sequence}`;
    const producedAt = book.open.get(id);
    if (producedAt === undefined) {
      if (key.sequence <= (book.produced.get(key.boot) ?? -1)) this.#duplicated++;
      else this.#unknown++;
      return;
    }
    const now = this.#now();
    book.open.delete(id);
    this.#overtakenAt.delete(`${name} ${id}`);
    this.#delivered++;
    this.#latency.recordValue(Math.max(1, Math.round(now - producedAt)));
    for (const [other, otherAt] of book.open) {
      if (otherAt >= producedAt) break;
      const overtaken = `${name} ${other}`;
      if (!this.#overtakenAt.has(overtaken)) this.#overtakenAt.set(overtaken, now);
    }
  }

  /** From now on, what has not arrived is lost. */
  settle(): void {
    this.#settled = true;
  }

  /** Arrivals whose key no node ever produced: always 0, or the bridge invented one. */
  get unknown(): number {
    return this.#unknown;
  }

  counts(): LedgerCounts {
    const open = this.#produced - this.#delivered;
    const lost = this.#settled ? this.#openKeys() : this.#overtakenKeys();
    return {
      produced: this.#produced,
      delivered: this.#delivered,
      duplicated: this.#duplicated,
      lost,
      held: open - lost,
    };
  }

  /** From the moment a node made the reading to its arrival in the city, in ms. */
  latencyMs(): { p50: number; p99: number } | undefined {
    if (this.#latency.totalCount === 0) return undefined;
    return {
      p50: this.#latency.getValueAtPercentile(50),
      p99: this.#latency.getValueAtPercentile(99),
    };
  }

  #openKeys(): number {
    let open = 0;
    for (const book of this.#books.values()) open += book.open.size;
    return open;
  }

  #overtakenKeys(): number {
    const limit = this.#now() - OVERTAKEN_MS;
    let lost = 0;
    for (const at of this.#overtakenAt.values()) if (at <= limit) lost++;
    return lost;
  }

  #bookOf(name: string): Book {
    let book = this.#books.get(name);
    if (!book) {
      book = { open: new Map(), produced: new Map() };
      this.#books.set(name, book);
    }
    return book;
  }
}
