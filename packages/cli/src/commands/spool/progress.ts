import type { CliIo } from "../../cli-io.js";

const EVERY_MS = 2000;

/** Says on stderr how far something is that takes long; what is soon done says nothing. */
export class Progress {
  readonly #io: CliIo;
  readonly #total: number;
  #toldMs = performance.now();

  /** @param total - of what `at` counts */
  constructor(io: CliIo, total: number) {
    this.#io = io;
    this.#total = total;
  }

  at(count: number): void {
    const nowMs = performance.now();
    if (nowMs - this.#toldMs < EVERY_MS) return;
    this.#toldMs = nowMs;
    const share = Math.floor((100 * count) / Math.max(1, this.#total));
    this.#io.stderr.write(`… ${count.toLocaleString("en")} entries, ${share} %\n`);
  }
}
