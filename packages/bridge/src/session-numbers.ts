import { join } from "node:path";
import { StateFile } from "./state-file.js";

/** Where session numbers are kept. */
export interface SessionNumbersOptions {
  /** The bridge's data folder. */
  readonly dataDir: string;
}

/**
 * Hands out session numbers to nodes that cannot count their boots, never one twice in 65,535.
 *
 * They are on disk before they are used, so that a key never names two messages.
 */
export class SessionNumbers {
  readonly #file: StateFile<Record<string, number>>;
  readonly #latest: Map<string, number>;

  constructor(options: SessionNumbersOptions) {
    this.#file = new StateFile(join(options.dataDir, "sessions.json"), isRecordOfNumbers);
    this.#latest = new Map(Object.entries(this.#file.read() ?? {}));
  }

  /** The number given to this node last, 1 to 65535; undefined for a node that got none. */
  latest(node: string): number | undefined {
    return this.#latest.get(node);
  }

  /** A new number for this node, 1 to 65535. */
  next(node: string): number {
    const session = ((this.#latest.get(node) ?? 0) % 0xffff) + 1;
    this.#latest.set(node, session);
    this.#file.write(Object.fromEntries(this.#latest));
    return session;
  }
}

function isRecordOfNumbers(value: unknown): value is Record<string, number> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((item) => Number.isInteger(item))
  );
}
