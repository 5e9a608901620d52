import type { Reading } from "@bollard/payload";
import type { BridgeClock } from "./clock.js";
import type { Entry, NodeClock } from "./entry.js";
import type { KnownSchema } from "./schema-set.js";

/** A time before 1978 is that of a clock that was never set; SenML takes it as relative to now. */
const FIRST_ABSOLUTE_S = 2 ** 28;
/** Nodes whose boot time is remembered. */
const MAX_BOOTS = 20_000;

/**
 * Tells when a reading was observed.
 *
 * A time of the node's own clock stands, once that clock was set. An uptime is so long ago as the
 * node's clock has gone on since, by the rate it goes at; where that is not known it counts from when
 * the node booted: the earliest moment that fits the messages since then, since each took a while to
 * come. A reading without a time was observed when it came in.
 */
export class ReadingTimes {
  readonly #clock: BridgeClock;
  /** Unix seconds at which the node's uptime was 0, by node and boot. */
  readonly #bootedAt = new Map<string, number>();

  constructor(clock: BridgeClock) {
    this.#clock = clock;
  }

  /**
   * When the entry came in, Unix seconds. Where the wall clock was not set then and has been set
   * since, in the same boot of this machine, the monotonic clock tells. Where a network server
   * received it before us, that is when it came in: it may have waited there for hours.
   */
  arrivalS(entry: Entry): number {
    const { receivedMs } = entry;
    return receivedMs !== undefined ? receivedMs / 1000 : this.keptSinceS(entry);
  }

  /** When the entry came to this bridge, Unix seconds, whoever had it before. */
  keptSinceS({ arrival }: Entry): number {
    const canMend = arrival.quality === "unset" && arrival.bootId === this.#clock.bootId;
    if (!canMend || this.#clock.quality() === "unset") return arrival.wallMs / 1000;
    const agoMs = this.#clock.monotonicMs() - arrival.monotonicMs;
    return Math.round(this.#clock.wallMs() - agoMs) / 1000;
  }

  /** How long this bridge has had the entry, seconds; below 0 where a clock was wrong. */
  ageS(entry: Entry): number {
    return this.#clock.wallMs() / 1000 - this.keptSinceS(entry);
  }

  /**
   * When each reading was observed, Unix seconds.
   *
   * @param readings - of this entry, as decoded
   */
  observedS(entry: Entry, schema: KnownSchema, readings: readonly Reading[]): number[] {
    const arrivalS = this.arrivalS(entry);
    const { mode } = schema.schema.time;
    if (mode === "none") return readings.map(() => arrivalS);
    if (mode !== "uptime") {
      return readings.map(({ time = 0 }) => (time < FIRST_ABSOLUTE_S ? arrivalS : time));
    }
    const { nodeClock } = entry;
    if (nodeClock) {
      return readings.map(({ time = 0 }) => {
        return Math.round((arrivalS - ageS(nodeClock, time)) * 1000) / 1000;
      });
    }
    const latest = Math.max(...readings.map(({ time }) => time ?? 0));
    const bootedAt = this.#noteBoot(`${entry.boot}/${entry.node}`, arrivalS - latest);
    return readings.map(({ time }) => Math.round((bootedAt + (time ?? 0)) * 1000) / 1000);
  }

  #noteBoot(key: string, latestPossibleS: number): number {
    const bootedAt = Math.min(this.#bootedAt.get(key) ?? latestPossibleS, latestPossibleS);
    this.#bootedAt.delete(key);
    this.#bootedAt.set(key, bootedAt);
    const eldest = this.#bootedAt.keys().next();
    if (this.#bootedAt.size > MAX_BOOTS && !eldest.done) this.#bootedAt.delete(eldest.value);
    return bootedAt;
  }
}

/**
 * How long ago the node's clock showed `uptimeS`, in seconds, up to 24 days; not below 0, since what
 * is reported has happened.
 */
function ageS({ uptimeMs, slowPpm }: NodeClock, uptimeS: number): number {
  const ageMs = (uptimeMs - Math.round(uptimeS * 1000)) | 0;
  return (Math.max(0, ageMs) * (1 + slowPpm / 1e6)) / 1000;
}
