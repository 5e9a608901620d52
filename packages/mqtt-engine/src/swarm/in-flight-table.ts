/** The unacknowledged publishes of one connection, oldest first: a list of slots in a table. */
export interface InFlightList {
  /** The oldest slot, or -1. */
  inFlightHead: number;
  /** The newest slot, or -1. */
  inFlightTail: number;
  inFlightCount: number;
}

const NONE = -1;
const FIRST_CAPACITY = 1024;

/**
 * What many connections wait to have acknowledged, in a few arrays that all of them share: about 33
 * bytes each and no object.
 */
export class InFlightTable {
  #next = new Int32Array(FIRST_CAPACITY);
  #packetIds = new Uint16Array(FIRST_CAPACITY);
  #tags = new Float64Array(FIRST_CAPACITY);
  #due = new Float64Array(FIRST_CAPACITY);
  #sent = new Float64Array(FIRST_CAPACITY);
  #free = NONE;
  #used = 0;

  /** Slots that memory is held for. */
  get capacity(): number {
    return this.#next.length;
  }

  /** Appends a publish to a connection's list. */
  add(list: InFlightList, packetId: number, tag: number, dueMs: number, sentMs: number): void {
    const slot = this.#take();
    this.#packetIds[slot] = packetId;
    this.#tags[slot] = tag;
    this.#due[slot] = dueMs;
    this.#sent[slot] = sentMs;
    this.#next[slot] = NONE;
    if (list.inFlightTail === NONE) list.inFlightHead = slot;
    else this.#next[list.inFlightTail] = slot;
    list.inFlightTail = slot;
    list.inFlightCount++;
  }

  /** The slot of an identifier, or -1. A broker acknowledges in order, so it is the first as a rule. */
  find(list: InFlightList, packetId: number): number {
    let slot = list.inFlightHead;
    while (slot !== NONE && this.#packetIds[slot] !== packetId) slot = this.#next[slot] as number;
    return slot;
  }

  tag(slot: number): number {
    return this.#tags[slot] as number;
  }

  dueMs(slot: number): number {
    return this.#due[slot] as number;
  }

  sentMs(slot: number): number {
    return this.#sent[slot] as number;
  }

  /** Takes a slot out of a connection's list. Its values stay until the next `add`. */
  remove(list: InFlightList, slot: number): void {
    let before = NONE;
    let at = list.inFlightHead;
    while (at !== slot) {
      before = at;
      at = this.#next[at] as number;
    }
    const after = this.#next[slot] as number;
    if (before === NONE) list.inFlightHead = after;
    else this.#next[before] = after;
    if (after === NONE) list.inFlightTail = before;
    list.inFlightCount--;
    this.#next[slot] = this.#free;
    this.#free = slot;
  }

  /** Empties a connection's list, and tells the tag of each. */
  clear(list: InFlightList, forget: (tag: number) => void): void {
    while (list.inFlightHead !== NONE) {
      const slot = list.inFlightHead;
      forget(this.tag(slot));
      this.remove(list, slot);
    }
  }

  #take(): number {
    if (this.#free !== NONE) {
      const slot = this.#free;
      this.#free = this.#next[slot] as number;
      return slot;
    }
    if (this.#used === this.capacity) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const capacity = this.capacity * 2;
    this.#next = grown(this.#next, new Int32Array(capacity));
    this.#packetIds = grown(this.#packetIds, new Uint16Array(capacity));
    this.#tags = grown(this.#tags, new Float64Array(capacity));
    this.#due = grown(this.#due, new Float64Array(capacity));
    this.#sent = grown(this.#sent, new Float64Array(capacity));
  }
}

function grown<T extends Int32Array | Uint16Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
