/** Most names known at a time; beyond it, names not in use are forgotten and numbered anew. */
const MAX_NAMES = 65_536;

/** Gives each stream's name a number while the spool is open, so entries carry one or two bytes. */
export class StreamNames {
  #ids = new Map<string, number>();
  #names = new Map<number, { readonly text: string; readonly bytes: Buffer }>();
  #next = 1;

  /** The number of this name, from 1. */
  idOf(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#next++;
    this.#ids.set(text, id);
    this.#names.set(id, { text, bytes: Buffer.from(text, "utf8") });
    return id;
  }

  textOf(id: number): string | undefined {
    return this.#names.get(id)?.text;
  }

  bytesOf(id: number): Buffer {
    return this.#names.get(id)?.bytes ?? Buffer.alloc(0);
  }

  /** Forgets all names but those in use, once there are too many. */
  trim(inUse: () => Set<number>): void {
    if (this.#names.size <= MAX_NAMES) return;
    const keep = inUse();
    this.#ids = new Map();
    for (const [id, name] of this.#names) {
      if (keep.has(id)) this.#ids.set(name.text, id);
      else this.#names.delete(id);
    }
  }
}
