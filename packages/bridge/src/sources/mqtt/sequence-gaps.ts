/** Late messages within so many are told from lost ones; the bits of a number. */
const WINDOW = 32;

interface NodeSequence {
  boot: number;
  highest: number;
  /** Bit `i` is set where the message `highest - 1 - i` has not come. */
  missing: number;
}

/**
 * Counts, from the numbers that nodes give their messages, those that never reached the bridge.
 *
 * The first message of a node, or of a node that started anew, only says where counting begins. One
 * that comes late is no longer missing. Bounded: the node that was silent for longest is forgotten.
 */
export class SequenceGaps {
  readonly #maxNodes: number;
  readonly #nodes = new Map<string, NodeSequence>();
  #lost = 0;

  /** @param maxNodes - default: 20000 */
  constructor(maxNodes = 20_000) {
    this.#maxNodes = maxNodes;
  }

  /** Messages that were lost before they came here. */
  get lost(): number {
    return this.#lost;
  }

  knows(node: string): boolean {
    return this.#nodes.has(node);
  }

  /**
   * Notes a message.
   *
   * @returns how many more are missing by it; -1 where it was one of them
   */
  note(node: string, boot: number, sequence: number): number {
    const known = this.#nodes.get(node);
    this.#nodes.delete(node);
    if (known?.boot !== boot) {
      this.#nodes.set(node, { boot, highest: sequence, missing: 0 });
      const eldest = this.#nodes.keys().next();
      if (this.#nodes.size > this.#maxNodes && !eldest.done) this.#nodes.delete(eldest.value);
      return 0;
    }
    this.#nodes.set(node, known);
    const more = advance(known, (sequence - known.highest) | 0);
    this.#lost += more;
    return more;
  }
}

/** @param by - from the highest number so far, modulo 2^32 */
function advance(node: NodeSequence, by: number): number {
  if (by === 0) return 0;
  if (by < 0) {
    const bit = by >= -WINDOW ? 1 << (-by - 1) : 0;
    if ((node.missing & bit) === 0) return 0;
    node.missing &= ~bit;
    return -1;
  }
  node.highest = (node.highest + by) >>> 0;
  // The highest so far has come; those between it and the new one have not.
  const before = by >= WINDOW ? 0 : node.missing << by;
  const between = by > WINDOW ? -1 : (2 ** (by - 1) - 1) | 0;
  node.missing = before | between;
  return by - 1;
}
