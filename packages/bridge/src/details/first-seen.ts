import { join } from "node:path";
import type { BridgeClock } from "../clock.js";
import { StateFile } from "../state-file.js";

const MOST_NODES = 10_000;
const SAVED_AFTER_MS = 30_000;

/**
 * When each node was first heard of, over restarts. Of more than 10,000 the one heard of first is
 * forgotten. Saved within half a minute: a power cut before makes a node look that much younger.
 */
export class FirstSeen {
  readonly #file: StateFile<Record<string, number>>;
  readonly #clock: BridgeClock;
  readonly #times: Map<string, number>;
  #cancelSave: (() => void) | undefined;
  #saving: Promise<void> | undefined;

  /** @param dataDir - the bridge's data folder */
  constructor(dataDir: string, clock: BridgeClock) {
    this.#file = new StateFile(join(dataDir, "first-seen.json"), isTimes);
    this.#clock = clock;
    this.#times = new Map(Object.entries(this.#file.read() ?? {}));
  }

  /**
   * @param nowMs - when the node was heard of now, milliseconds since the Unix epoch
   * @returns when it was heard of first
   */
  of(node: string, nowMs: number): number {
    const known = this.#times.get(node);
    if (known !== undefined && known <= nowMs) return known;
    this.#times.set(node, nowMs);
    if (this.#times.size > MOST_NODES) {
      const [eldest] = this.#times.keys();
      if (eldest !== undefined) this.#times.delete(eldest);
    }
    this.#cancelSave ??= this.#clock.after(SAVED_AFTER_MS, () => {
      this.save().catch(() => {}); // it is tried again with the next node, and at the end
    });
    return nowMs;
  }

  /** Forgets a node, on the disk too. */
  async forget(node: string): Promise<void> {
    await this.#saving;
    if (!this.#times.delete(node)) return;
    this.#cancelSave ??= () => {};
    await this.save();
  }

  /** Writes what changed. */
  async save(): Promise<void> {
    await this.#saving;
    if (this.#cancelSave) {
      this.#cancelSave();
      this.#cancelSave = undefined;
      this.#saving = this.#file.writeLater(Object.fromEntries(this.#times)).finally(() => {
        this.#saving = undefined;
      });
    }
    await this.#saving;
  }
}

function isTimes(value: unknown): value is Record<string, number> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((time) => Number.isFinite(time))
  );
}
