import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from "hdr-histogram-js";

/** Percentiles of a histogram, ms. */
export interface LatencySummary {
  readonly count: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

const HIGHEST_US = 3_600_000_000;

/**
 * A histogram of times from a microsecond to an hour, to three digits. Two of them merge without any
 * loss.
 *
 * @see HdrHistogram, hdrhistogram.org
 */
export class Latency {
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });

  /** What `encode` made. */
  static decode(text: string): Latency {
    const latency = new Latency();
    latency.#histogram.add(decodeFromCompressedBase64(text, 32, false));
    return latency;
  }

  /** All of it as text: HdrHistogram's own V2 form, compressed, in base 64. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** Notes a time; below zero, as clocks of two machines may have it, counts as zero. */
  record(ms: number): void {
    this.#histogram.recordValue(Math.min(HIGHEST_US, Math.max(0, Math.round(ms * 1000))));
  }

  /** Takes in another's times. */
  add(other: Latency): void {
    if (other.count > 0) this.#histogram.add(other.#histogram);
  }

  reset(): void {
    if (this.count > 0) this.#histogram.reset();
  }

  /** The time that so many of a hundred do not exceed, ms. */
  atPercentile(percentile: number): number {
    return this.#histogram.getValueAtPercentile(percentile) / 1000;
  }

  /** Undefined where nothing was noted. */
  summary(): LatencySummary | undefined {
    const histogram = this.#histogram;
    if (histogram.totalCount === 0) return undefined;
    const at = (percentile: number) => this.atPercentile(percentile);
    return {
      count: histogram.totalCount,
      meanMs: histogram.mean / 1000,
      p50Ms: at(50),
      p90Ms: at(90),
      p99Ms: at(99),
      p999Ms: at(99.9),
      maxMs: at(100),
    };
  }
}
