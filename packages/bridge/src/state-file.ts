import { readFileSync, renameSync } from "node:fs";
import { writeDurably, writeDurablyLater } from "./write-durably.js";

/**
 * A small JSON file that is whole at any moment: written beside, synced, then renamed over.
 *
 * For what changes rarely, such as session numbers: a write waits for the disk.
 */
export class StateFile<T> {
  readonly #path: string;
  readonly #isValid: (value: unknown) => value is T;

  /** @param isValid - what is read is checked once, here */
  constructor(path: string, isValid: (value: unknown) => value is T) {
    this.#path = path;
    this.#isValid = isValid;
  }

  /**
   * The value last written; undefined where none was. A file that is not valid is put aside under
   * the same name with `.damaged` at its end, and counts as none.
   */
  read(): T | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
    try {
      const value: unknown = JSON.parse(text);
      if (this.#isValid(value)) return value;
    } catch {
      // Not JSON: as good as damaged.
    }
    renameSync(this.#path, `${this.#path}.damaged`);
    return undefined;
  }

  /** Once this returns, the value outlives a power cut. */
  write(value: T): void {
    writeDurably(this.#path, JSON.stringify(value));
  }

  /** The same without keeping the process waiting. One at a time. */
  writeLater(value: T): Promise<void> {
    return writeDurablyLater(this.#path, JSON.stringify(value));
  }
}
