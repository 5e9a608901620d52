/** A change of a file that is not on the disk yet. */
type Change =
  | { readonly kind: "write"; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: "truncate"; readonly length: number };

const SECTOR_BYTES = 512;

/**
 * One file of a `MemoryDisk`: what the system shows of it, what is on the disk for certain, and the
 * changes between the two.
 */
export class MemoryFile {
  #shown: Buffer = Buffer.alloc(0);
  #onDisk: Buffer = Buffer.alloc(0);
  #changes: Change[] = [];

  get length(): number {
    return this.#shown.length;
  }

  /** Bytes as a reader sees them. */
  get shown(): Buffer {
    return this.#shown;
  }

  read(into: Uint8Array, position: number): number {
    const part = this.#shown.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  }

  write(bytes: Uint8Array, at: number): void {
    const change: Change = { kind: "write", at, bytes: Buffer.from(bytes) };
    this.#changes.push(change);
    this.#shown = apply(this.#shown, change);
  }

  truncate(length: number): void {
    const change: Change = { kind: "truncate", length };
    this.#changes.push(change);
    this.#shown = apply(this.#shown, change);
  }

  sync(): void {
    this.#onDisk = Buffer.from(this.#shown);
    this.#changes = [];
  }

  /** A sync that failed: the system calls the changes clean and shows them, and the disk has none. */
  syncInVain(): void {
    this.#changes = [];
  }

  /** Flips bits on the disk, as age does. */
  rot(at: number, mask: number): void {
    for (const bytes of [this.#shown, this.#onDisk]) {
      if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ mask;
    }
  }

  /** The power goes: of the changes not synced some sectors survive, whole or torn, in any order. */
  cutPower(random: () => number): void {
    const fate = random();
    let bytes = this.#onDisk;
    for (const change of this.#changes) {
      if (fate < 0.2) break;
      for (const piece of sectorsOf(change)) {
        if (fate > 0.4 && random() < 0.5) continue;
        bytes = apply(bytes, random() < 0.1 ? tear(piece, random) : piece);
      }
    }
    this.#onDisk = Buffer.from(bytes);
    this.#shown = Buffer.from(bytes);
    this.#changes = [];
  }
}

/** Changes `bytes` itself where they are long enough; returns the result. */
function apply(bytes: Buffer, change: Change): Buffer {
  const end = change.kind === "truncate" ? change.length : change.at + change.bytes.length;
  let result = bytes;
  if (change.kind === "truncate" || end > bytes.length) {
    result = Buffer.alloc(end);
    bytes.copy(result);
  }
  if (change.kind === "write") change.bytes.copy(result, change.at);
  return result;
}

function sectorsOf(change: Change): Change[] {
  if (change.kind === "truncate") return [change];
  const pieces: Change[] = [];
  const { at, bytes } = change;
  for (let start = 0; start < bytes.length; ) {
    const end = Math.min(bytes.length, start + SECTOR_BYTES - ((at + start) % SECTOR_BYTES));
    pieces.push({ kind: "write", at: at + start, bytes: bytes.subarray(start, end) });
    start = end;
  }
  return pieces;
}

function tear(change: Change, random: () => number): Change {
  if (change.kind === "truncate") return change;
  const length = Math.floor(random() * (change.bytes.length + 1));
  return { ...change, bytes: change.bytes.subarray(0, length) };
}
