import type { Spool } from "@bollard/spool";
import type { BridgeClock } from "./clock.js";
import type { Drain } from "./sinks/drain.js";

/** What has to get on. */
export interface Watched {
  readonly spool: Pick<Spool, "last" | "durable" | "stats">;
  readonly drains: readonly Pick<Drain, "sink" | "taken" | "couldTake">[];
}

/** So long nothing may happen where something could, ms. */
const PATIENCE_MS = 30_000;

interface Standing {
  /** How far it had come. */
  readonly at: number;
  readonly sinceMs: number;
}

/**
 * Tells what stands still though it could get on: a hang, and no disk that refuses nor a broker that
 * is away, which are told as such and pass by themselves.
 */
export class ProgressWatch {
  readonly #clock: Pick<BridgeClock, "monotonicMs">;
  readonly #patienceMs: number;
  readonly #standing = new Map<string, Standing>();

  /** @param commitDelayMs - longest wait of an entry for the disk */
  constructor(clock: Pick<BridgeClock, "monotonicMs">, commitDelayMs: number) {
    this.#clock = clock;
    this.#patienceMs = Math.max(PATIENCE_MS, 2 * commitDelayMs);
  }

  /** To be asked again and again; what stands still is told in words. */
  look({ spool, drains }: Watched): readonly string[] {
    const stalled: string[] = [];
    const isPending = spool.last > spool.durable && spool.stats().state === "ok";
    if (this.#stands("spool", spool.durable, isPending)) {
      stalled.push(`${spool.last - spool.durable} messages do not come to the disk`);
    }
    for (const drain of drains) {
      const { name, kind } = drain.sink;
      if (this.#stands(`${kind}:${name}`, drain.taken, drain.couldTake)) {
        stalled.push(`nothing is taken out of the spool for ${name}`);
      }
    }
    return stalled;
  }

  #stands(what: string, at: number, couldMove: boolean): boolean {
    const before = this.#standing.get(what);
    const nowMs = this.#clock.monotonicMs();
    if (!couldMove || before?.at !== at) {
      this.#standing.set(what, { at, sinceMs: nowMs });
      return false;
    }
    return nowMs - before.sinceMs >= this.#patienceMs;
  }
}
