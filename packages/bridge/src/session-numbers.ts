import { join } from "node:path";
import { StateFile } from "./state-file.js";

/** Where session numbers are kept. */
export interface SessionNumbersOptions {
  /** The bridge's data folder. */
  readonly dataDir: string;
}

/** Below are the boot counts of nodes that can count: a session never has the number of one. */
const FIRST_SESSION = 0x8000;
const LAST_SESSION = 0xffff;

/**
 * Hands out session numbers to nodes that cannot count their boots, or whose count stands still:
 * never one twice in 32,768. They are on disk before they are used, so that a key never names two messages.
 */
export class SessionNumbers {
  readonly #file: StateFile<Record<string, number>>;
  readonly #latest: Map<string, number>;

  constructor(options: SessionNumbersOptions) {
    this.#file = new StateFile(join(options.dataDir, "sessions.json"), isRecordOfNumbers);
    this.#latest = new Map(Object.entries(this.#file.read() ?? {}));
  }

  /** A new number for this node, 32768 to 65535. */
  next(node: string): number {
    const latest = this.#latest.get(node) ?? 0;
    const session = latest < FIRST_SESSION || latest >= LAST_SESSION ? FIRST_SESSION : latest + 1;
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
