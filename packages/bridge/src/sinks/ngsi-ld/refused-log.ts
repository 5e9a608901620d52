import { join } from "node:path";
import { StateFile } from "../../state-file.js";
import type { RefusedEntity } from "../sink.js";

interface Stored {
  readonly refused: readonly RefusedEntity[];
  readonly forgotten: number;
}

/** More are counted, and the oldest of them no longer named. */
const MAX_KEPT = 10_000;

/** Keeps over restarts what a sink's broker refused, so that it can be tried again once it is mended. */
export class RefusedLog {
  readonly #file: StateFile<Stored> | undefined;
  #refused: RefusedEntity[] = [];
  #forgotten = 0;
  #isDirty = false;
  #saving: Promise<void> = Promise.resolve();

  /**
   * @param dataDir - undefined keeps nothing, for one that only looks on at another's
   * @param sink - names the file there
   */
  constructor(dataDir: string | undefined, sink: string) {
    this.#file = dataDir === undefined ? undefined : fileIn(dataDir, sink);
  }

  /** Takes up what is on the disk: not before a sink of this name that ran until now has noted its last. */
  open(): void {
    const { refused, forgotten } = this.#file?.read() ?? { refused: [], forgotten: 0 };
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

  /** What was refused of an entry in the spool. */
  of(position: number): readonly RefusedEntity[] {
    return this.#refused.filter((one) => one.position === position);
  }

  /** Forgets these, since they were tried again. */
  remove(settled: readonly RefusedEntity[]): void {
    const gone = new Set(settled);
    this.#isDirty ||= settled.length > 0;
    this.#refused = this.#refused.filter((one) => !gone.has(one));
  }

  /** Writes what is not on the disk yet, one write at a time; rejects with the disk's error. */
  save(): Promise<void> {
    this.#saving = this.#saving.catch(() => {}).then(() => this.#save());
    return this.#saving;
  }

  async #save(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    try {
      await this.#file?.writeLater({ refused: this.#refused, forgotten: this.#forgotten });
    } catch (error) {
      this.#isDirty = true;
      throw error;
    }
  }
}

function fileIn(dataDir: string, sink: string): StateFile<Stored> {
  return new StateFile(join(dataDir, `refused-${sink}.json`), isStored);
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
