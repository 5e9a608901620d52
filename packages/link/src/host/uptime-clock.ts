/** How a node's clock stands to the host's, at one moment. */
export interface UptimeReading {
  /** The node's milliseconds since its start, modulo 2^32. */
  readonly uptimeMs: number;
  /** By how many millionths the node's clock is slow; below 0: it is fast. */
  readonly slowPpm: number;
}

interface Sample {
  /** The node's milliseconds since its start, counted on where 32 bits wrap. */
  uptimeMs: number;
  /** The host's clock when it heard that. */
  readonly at: number;
}

/** One sample is kept of each span of this length: the one that took the shortest way. */
const SPAN_MS = 60_000;
const MAX_SPANS = 32;
/** Over a shorter time the ways' lengths would decide the rate. */
const LEAST_BASE_MS = 30_000;
/** A ceramic resonator is off by 0.5 %, an RC oscillator by 10 %. */
const MAX_SLOW = 0.15;
/** A clock this far behind what was expected is that of a node which started anew. */
const BACKWARDS_MS = 1000;

/**
 * What a node's uptime is on the host's clock: an offset and a rate, estimated anew whenever the
 * node tells its uptime, as in TIME.
 *
 * An uptime is never heard too early, only late, so of each minute the sample that came soonest
 * counts; the rate is that of the straight line through those of the last half an hour, and the line
 * lies where no sample is before it.
 */
export class UptimeClock {
  #samples: Sample[] = [];
  #lastUptimeMs: number | undefined;
  /** Host milliseconds for one of the node's. */
  #rate = 1;
  /** The host's clock when the node's stood at 0, by that rate. */
  #startedAt = 0;

  /**
   * The node said its uptime.
   *
   * @param uptimeMs - modulo 2^32
   * @param at - by the host's clock, in ms
   */
  note(uptimeMs: number, at: number): void {
    const sample = { uptimeMs: this.#unwrap(uptimeMs), at };
    if (this.#lastUptimeMs !== undefined && sample.uptimeMs < this.#lastUptimeMs - BACKWARDS_MS) {
      this.#samples = [];
      this.#rate = 1;
      sample.uptimeMs = uptimeMs;
    }
    this.#lastUptimeMs = sample.uptimeMs;
    this.#keep(sample);
    this.#estimate();
  }

  /** What the node's clock shows when the host's shows `at`; undefined before the first `note`. */
  read(at: number): UptimeReading | undefined {
    if (this.#lastUptimeMs === undefined) return undefined;
    const uptimeMs = Math.max(0, Math.round((at - this.#startedAt) / this.#rate)) % 2 ** 32;
    return { uptimeMs, slowPpm: Math.round((this.#rate - 1) * 1e6) };
  }

  /** The nearest uptime to the last one that has these low 32 bits. */
  #unwrap(uptimeMs: number): number {
    const last = this.#lastUptimeMs;
    return last === undefined ? uptimeMs : last + ((uptimeMs - last) | 0);
  }

  #keep(sample: Sample): void {
    const last = this.#samples.at(-1);
    if (!last || Math.floor(sample.at / SPAN_MS) !== Math.floor(last.at / SPAN_MS)) {
      this.#samples.push(sample);
      if (this.#samples.length > MAX_SPANS) this.#samples.shift();
    } else if (this.#delay(sample) <= this.#delay(last)) {
      this.#samples[this.#samples.length - 1] = sample;
    }
  }

  /** How late it was heard, but for a part that is the same for all. */
  #delay({ uptimeMs, at }: Sample): number {
    return at - this.#rate * uptimeMs;
  }

  #estimate(): void {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (!first || !last) return;
    if (last.at - first.at >= LEAST_BASE_MS) {
      const rate = slope(this.#samples);
      if (Math.abs(rate - 1) <= MAX_SLOW) this.#rate = rate;
    }
    this.#startedAt = Math.min(...this.#samples.map((sample) => this.#delay(sample)));
  }
}

/** Of the straight line with the least squares. */
function slope(samples: readonly Sample[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const x = mean(samples.map(({ uptimeMs }) => uptimeMs));
  const y = mean(samples.map(({ at }) => at));
  let above = 0;
  let below = 0;
  for (const { uptimeMs, at } of samples) {
    above += (uptimeMs - x) * (at - y);
    below += (uptimeMs - x) ** 2;
  }
  return below === 0 ? 1 : above / below;
}
