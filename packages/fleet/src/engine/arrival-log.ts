/** What arrived of each node, counted by sequence number and never by subtracting totals. */
export interface ArrivalCounts {
  /** Messages, each the first time. */
  readonly received: number;
  /** The same again. */
  readonly duplicates: number;
  /** Arrived after one that was sent later. */
  readonly outOfOrder: number;
  /** Sent, and not arrived: named by node and sequence. */
  readonly lost: number;
  /** Messages of a gap that is no longer remembered, since there were too many: 0 but in a disaster. */
  readonly unknown: number;
}

/** First and last sequence number of a run of messages that have not arrived. */
type Gap = [first: number, last: number];

/** Gaps remembered at a time, of all nodes together. */
const MAX_GAPS = 1_000_000;

/**
 * Notes which messages of which node arrived. A node without a gap costs eight bytes, whatever the
 * number of its messages.
 */
export class ArrivalLog {
  readonly #next: Float64Array;
  readonly #gaps = new Map<number, Gap[]>();
  #gapCount = 0;
  #received = 0;
  #duplicates = 0;
  #outOfOrder = 0;
  #unknown = 0;

  /** @param nodes - how many there are; they are numbered from 0 */
  constructor(nodes: number) {
    this.#next = new Float64Array(nodes);
  }

  /** Messages so far, each the first time. */
  get received(): number {
    return this.#received;
  }

  /** Notes one; true where it came for the first time. */
  add(node: number, sequence: number): boolean {
    const next = this.#next[node];
    if (next === undefined) return false;
    if (sequence >= next) {
      if (sequence > next) this.#addGap(node, next, sequence - 1);
      this.#next[node] = sequence + 1;
      this.#received++;
      return true;
    }
    if (this.#fill(node, sequence)) {
      this.#received++;
      this.#outOfOrder++;
      return true;
    }
    this.#duplicates++;
    return false;
  }

  /** @param sent - how many messages each node sent */
  counts(sent: ArrayLike<number>): ArrivalCounts {
    let lost = 0;
    for (const gaps of this.#gaps.values()) {
      for (const [first, last] of gaps) lost += last - first + 1;
    }
    for (let node = 0; node < this.#next.length; node++) {
      lost += Math.max(0, (sent[node] ?? 0) - (this.#next[node] as number));
    }
    return {
      received: this.#received,
      duplicates: this.#duplicates,
      outOfOrder: this.#outOfOrder,
      lost,
      unknown: this.#unknown,
    };
  }

  #addGap(node: number, first: number, last: number): void {
    if (this.#gapCount >= MAX_GAPS) {
      this.#unknown += last - first + 1;
      return;
    }
    const gaps = this.#gaps.get(node);
    if (gaps) gaps.push([first, last]);
    else this.#gaps.set(node, [[first, last]]);
    this.#gapCount++;
  }

  /** Takes a sequence number out of its gap; false where it is in none. */
  #fill(node: number, sequence: number): boolean {
    const gaps = this.#gaps.get(node);
    const index = gaps?.findIndex(([first, last]) => first <= sequence && sequence <= last) ?? -1;
    if (!gaps || index < 0) return false;
    const [first, last] = gaps[index] as Gap;
    const rest: Gap[] = [];
    if (first < sequence) rest.push([first, sequence - 1]);
    if (sequence < last) rest.push([sequence + 1, last]);
    gaps.splice(index, 1, ...rest);
    this.#gapCount += rest.length - 1;
    if (gaps.length === 0) this.#gaps.delete(node);
    return true;
  }
}
