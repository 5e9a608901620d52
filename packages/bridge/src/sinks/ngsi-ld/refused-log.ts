import { join } from "node:path";
import { StateFile } from "../../state-file.js";

/** An entity that never left, or that the broker will never take. */
export interface RefusedEntity {
  /** Of the entry in the spool that it comes from; its bytes are there as they came. */
  readonly position: number;
  readonly id: string;
  /** Which gate, or the broker's status, and why. */
  readonly reason: string;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

interface Stored {
  readonly refused: readonly RefusedEntity[];
  readonly forgotten: number;
}

/** More are counted, and the oldest of them no longer named. */
const MAX_KEPT = 10_000;

/** Keeps over restarts what a sink's broker refused, so that it can be tried again once it is mended. */
export class RefusedLog {
  readonly #file: StateFile<Stored>;
  #refused: RefusedEntity[];
  #forgotten: number;
  #isDirty = false;

  /** @param sink - names the file in `dataDir` */
  constructor(dataDir: string, sink: string) {
    this.#file = new StateFile(join(dataDir, `refused-${sink}.json`), isStored);
    const { refused, forgotten } = this.#file.read() ?? { refused: [], forgotten: 0 };
    this.#refused = [...refused];
    this.#forgotten = forgotten;
  }

  /** The latest refusals, oldest first. */
  get entries(): readonly RefusedEntity[] {
    return this.#refused;
  }

  /** Refusals in all, those no longer named too. */
  get count(): number {
    return this.#refused.length + this.#forgotten;
  }

  /** Notes one; it is on the disk once `save` has resolved. */
  add(refused: RefusedEntity): void {
    this.#isDirty = true;
    this.#refused.push(refused);
    if (this.#refused.length <= MAX_KEPT) return;
    this.#refused.shift();
    this.#forgotten++;
  }

  /** Forgets all of them and tells them, to be tried again. */
  takeAll(): readonly RefusedEntity[] {
    const taken = this.#refused;
    this.#isDirty ||= this.count > 0;
    this.#refused = [];
    this.#forgotten = 0;
    return taken;
  }

  /** Writes what is not on the disk yet; rejects with the disk's error. One at a time. */
  async save(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    try {
      await this.#file.writeLater({ refused: this.#refused, forgotten: this.#forgotten });
    } catch (error) {
      this.#isDirty = true;
      throw error;
    }
  }
}

function isStored(value: unknown): value is Stored {
  const stored = value as Partial<Stored> | null;
  return (
    typeof stored === "object" &&
    typeof stored?.forgotten === "number" &&
    Array.isArray(stored.refused) &&
    stored.refused.every(
      (entry: Partial<RefusedEntity> | null) =>
        typeof entry?.position === "number" &&
        typeof entry.id === "string" &&
        typeof entry.reason === "string" &&
        typeof entry.atMs === "number",
    )
  );
}
