import { crc32 } from "node:zlib";

/** What is known of a message's key. */
export type KeyAnswer =
  | { readonly kind: "new" }
  /** The same bytes came before, and are kept at `position` of the spool. */
  | { readonly kind: "duplicate"; readonly position: number }
  /** Other bytes came before under the same key. */
  | { readonly kind: "conflict" };

/** How much the memory holds. */
export interface KeyMemoryOptions {
  /** Pairs of node and boot; the one unused for longest is forgotten. Default: 20000. */
  readonly maxStreams?: number;
  /** Latest messages remembered for each, a power of two. Default: 256. */
  readonly keysPerStream?: number;
}

interface Stream {
  /** One slot for each sequence number modulo the length, grown as the node fills it. */
  sequences: Uint32Array;
  hashes: Uint32Array;
  /** 0 in a slot that is free. */
  positions: Float64Array;
}

const FIRST_SLOTS = 16;

/**
 * Remembers the latest keys (node, boot, sequence), to tell a message that came twice.
 *
 * Memory is bounded: a key older than the latest few hundred of its node counts as new, since being
 * delivered twice under one key does no harm, and being dropped would.
 */
export class KeyMemory {
  readonly #streams = new Map<string, Stream>();
  readonly #maxStreams: number;
  readonly #maxSlots: number;

  constructor(options: KeyMemoryOptions = {}) {
    this.#maxStreams = options.maxStreams ?? 20_000;
    this.#maxSlots = options.keysPerStream ?? 256;
  }

  /** Whether this key came before, with these bytes or with others. */
  look(node: string, boot: number, sequence: number, payload: Uint8Array): KeyAnswer {
    const stream = this.#streams.get(nameOf(node, boot));
    if (!stream) return { kind: "new" };
    const slot = sequence & (stream.sequences.length - 1);
    const position = stream.positions[slot] ?? 0;
    if (position === 0 || stream.sequences[slot] !== sequence) return { kind: "new" };
    if (stream.hashes[slot] !== crc32(payload)) return { kind: "conflict" };
    return { kind: "duplicate", position };
  }

  /** Notes that the message of this key is kept at `position`, from 1 on. */
  remember(
    node: string,
    boot: number,
    sequence: number,
    payload: Uint8Array,
    position: number,
  ): void {
    const stream = this.#streamOf(nameOf(node, boot));
    let slot = sequence & (stream.sequences.length - 1);
    while (
      stream.positions[slot] !== 0 &&
      stream.sequences[slot] !== sequence &&
      stream.sequences.length < this.#maxSlots
    ) {
      grow(stream);
      slot = sequence & (stream.sequences.length - 1);
    }
    stream.sequences[slot] = sequence;
    stream.hashes[slot] = crc32(payload);
    stream.positions[slot] = position;
  }

  #streamOf(name: string): Stream {
    let stream = this.#streams.get(name);
    if (stream) {
      this.#streams.delete(name);
    } else {
      stream = {
        sequences: new Uint32Array(FIRST_SLOTS),
        hashes: new Uint32Array(FIRST_SLOTS),
        positions: new Float64Array(FIRST_SLOTS),
      };
      const eldest = this.#streams.keys().next();
      if (this.#streams.size >= this.#maxStreams && !eldest.done) {
        this.#streams.delete(eldest.value);
      }
    }
    this.#streams.set(name, stream);
    return stream;
  }
}

function nameOf(node: string, boot: number): string {
  return `${boot}/${node}`;
}

function grow(stream: Stream): void {
  const { sequences, hashes, positions } = stream;
  const length = sequences.length * 2;
  stream.sequences = new Uint32Array(length);
  stream.hashes = new Uint32Array(length);
  stream.positions = new Float64Array(length);
  for (let from = 0; from < sequences.length; from++) {
    const to = (sequences[from] ?? 0) & (length - 1);
    stream.sequences[to] = sequences[from] ?? 0;
    stream.hashes[to] = hashes[from] ?? 0;
    stream.positions[to] = positions[from] ?? 0;
  }
}
