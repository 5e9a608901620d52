import { monitorEventLoopDelay } from "node:perf_hooks";

/** What a run cost on this machine. */
export interface ToolUsage {
  /** Processor seconds, user and system. */
  readonly cpuS: number;
  readonly rssBytes: number;
  /** Share of one processor core, 0 to 1 and a little more. At 1 the tool is the limit. */
  readonly cpuShare: number;
  /** Longest pause of the event loop, ms. */
  readonly longestPauseMs: number;
}

/** Measures from its making to each `read`. */
export class ToolMeter {
  readonly #cpu = process.cpuUsage();
  readonly #startMs = performance.now();
  readonly #delay = monitorEventLoopDelay({ resolution: 10 });

  constructor() {
    this.#delay.enable();
  }

  read(): ToolUsage {
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      cpuS: (user + system) / 1e6,
      rssBytes: process.memoryUsage.rss(),
      cpuShare: (user + system) / 1000 / Math.max(1, performance.now() - this.#startMs),
      longestPauseMs: this.#delay.max / 1e6,
    };
  }

  stop(): void {
    this.#delay.disable();
  }
}
