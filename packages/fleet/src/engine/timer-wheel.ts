const NONE = -1;
const SLOTS = 4096;

/** Time between two looks at the wheel. */
export const TICK_MS = 4;

/**
 * Tells which nodes are due, each by an absolute time of its own, so that lateness never adds up.
 *
 * A wheel of 4096 slots of one tick each, with the nodes in lists through two arrays: scheduling one
 * and finding it due cost the same however many there are, and allocate nothing.
 */
export class TimerWheel {
  readonly #tickMs: number;
  readonly #heads = new Int32Array(SLOTS).fill(NONE);
  readonly #next: Int32Array;
  readonly #dueMs: Float64Array;
  #tick: number;
  /** Something became due in the slot that is being looked at. */
  #hasMore = false;

  /**
   * @param nodes - how many there are; they are numbered from 0
   * @param startMs - the earliest time that anything can be due
   * @param tickMs - length of a slot; within one, the order is not kept
   */
  constructor(nodes: number, startMs: number, tickMs: number) {
    this.#tickMs = tickMs;
    this.#next = new Int32Array(nodes).fill(NONE);
    this.#dueMs = new Float64Array(nodes);
    this.#tick = Math.floor(startMs / tickMs);
  }

  /** Makes a node due at a time; what is past is due at the next `advance`. Once until it was due. */
  schedule(node: number, dueMs: number): void {
    const tick = Math.max(Math.floor(dueMs / this.#tickMs), this.#tick);
    if (tick === this.#tick) this.#hasMore = true;
    const slot = tick & (SLOTS - 1);
    this.#dueMs[node] = dueMs;
    this.#next[node] = this.#heads[slot] as number;
    this.#heads[slot] = node;
  }

  /** Calls for each node that is due until now, ticks in order; a call may schedule it anew. */
  advance(nowMs: number, due: (node: number, dueMs: number) => void): void {
    const last = Math.floor(nowMs / this.#tickMs);
    // More than a round behind, each slot needs one look only.
    for (let tick = Math.max(this.#tick, last - SLOTS); tick <= last; tick++) {
      this.#tick = tick;
      do {
        this.#hasMore = false;
        this.#visit(tick & (SLOTS - 1), nowMs, due);
      } while (this.#hasMore && tick < last);
    }
  }

  #visit(slot: number, nowMs: number, due: (node: number, dueMs: number) => void): void {
    let node = this.#heads[slot] as number;
    this.#heads[slot] = NONE;
    while (node !== NONE) {
      const after = this.#next[node] as number;
      const dueMs = this.#dueMs[node] as number;
      if (dueMs <= nowMs) due(node, dueMs);
      else {
        // Of a later round, or later in this tick.
        this.#next[node] = this.#heads[slot] as number;
        this.#heads[slot] = node;
      }
      node = after;
    }
  }
}
