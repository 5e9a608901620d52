/** How fast a fleet sends over some time, as a multiple of what its streets say. */
export interface RatePhase {
  readonly durationMs: number;
  /** At its start and at its end; between them it changes evenly. From 0 on. */
  readonly fromRate: number;
  readonly toRate: number;
  /** All nodes send at the same instants, from the phase's start on. */
  readonly isAligned?: boolean;
}

interface Segment {
  startMs: number;
  durationMs: number;
  /** At factor 1. */
  fromRate: number;
  toRate: number;
  factor: number;
  isAligned: boolean;
  /** Work done before it: ms at rate 1. */
  startWork: number;
  /** And at its end. */
  endWork: number;
}

/**
 * When each message of each node is due, through all phases of a run.
 *
 * Every node has so much *work* to do: its message n is due once the fleet has done `(n + phase) ×
 * interval` of it, where the work of an instant is the rate at that instant. A due time follows from
 * the number alone, so nothing adds up, and a node is due at the same time on whichever machine it
 * is.
 */
export class LoadCurve {
  readonly startMs: number;
  #segments: Segment[] = [];
  /** The one that was asked for last: messages come nearly in order. */
  #last: Segment | undefined;
  #factor = 1;

  constructor(startMs: number, phases: readonly RatePhase[]) {
    this.startMs = startMs;
    let atMs = startMs;
    for (const { isAligned = false, ...phase } of phases) {
      this.#segments.push({
        ...phase,
        startMs: atMs,
        factor: 1,
        isAligned,
        startWork: 0,
        endWork: 0,
      });
      atMs += phase.durationMs;
    }
    this.#sum();
  }

  get endMs(): number {
    const last = this.#segments.at(-1);
    return last ? last.startMs + last.durationMs : this.startMs;
  }

  /** The multiple that was set last. */
  get factor(): number {
    return this.#factor;
  }

  /** The rate at a time, as a multiple of what the streets say. */
  rateAt(ms: number): number {
    const segment = this.#segments.find((one) => ms < one.startMs + one.durationMs);
    if (!segment || ms < segment.startMs) return 0;
    return baseRateAt(segment, ms) * segment.factor;
  }

  /**
   * When a message is due.
   *
   * @param slot - the message's number plus the node's phase, a share of the interval
   * @param intervalMs - between a node's messages at rate 1
   * @returns infinity where the run ends before
   */
  dueMs(slot: number, intervalMs: number): number {
    const segment = this.#segmentOf(slot, intervalMs);
    if (!segment) return Number.POSITIVE_INFINITY;
    return segment.startMs + timeOf(segment, workInto(segment, slot, intervalMs));
  }

  /** Work done until a time: ms at rate 1. */
  workAt(ms: number): number {
    let work = 0;
    for (const segment of this.#segments) {
      if (ms <= segment.startMs) break;
      work =
        segment.startWork + workOf(segment, Math.min(ms - segment.startMs, segment.durationMs));
    }
    return work;
  }

  /** Makes everything from a time on so many times as fast as the phases say. */
  setFactor(nowMs: number, factor: number): void {
    this.#factor = factor;
    this.#segments = this.#segments.flatMap((segment) => {
      const elapsedMs = nowMs - segment.startMs;
      if (elapsedMs >= segment.durationMs) return [segment];
      if (elapsedMs <= 0) return [{ ...segment, factor }];
      const fromRate = baseRateAt(segment, nowMs);
      const durationMs = segment.durationMs - elapsedMs;
      return [
        { ...segment, durationMs: elapsedMs, toRate: fromRate },
        { ...segment, startMs: nowMs, durationMs, fromRate, factor },
      ];
    });
    this.#sum();
  }

  /** The segment in which a message is due; undefined where the run ends before. */
  #segmentOf(slot: number, intervalMs: number): Segment | undefined {
    const last = this.#last;
    if (last && slot * intervalMs >= last.startWork && isWithin(last, slot, intervalMs)) {
      return last;
    }
    this.#last = this.#segments.find((segment) => isWithin(segment, slot, intervalMs));
    return this.#last;
  }

  #sum(): void {
    let work = 0;
    for (const segment of this.#segments) {
      segment.startWork = work;
      work += workOf(segment, segment.durationMs);
      segment.endWork = work;
    }
    this.#last = undefined;
  }
}

/** How much of a segment's work is done when a message is due in it. */
function workInto({ isAligned, startWork }: Segment, slot: number, intervalMs: number): number {
  if (!isAligned) return slot * intervalMs - startWork;
  return Math.max(0, Math.floor(slot - startWork / intervalMs)) * intervalMs;
}

function isWithin(segment: Segment, slot: number, intervalMs: number): boolean {
  return workInto(segment, slot, intervalMs) < segment.endWork - segment.startWork;
}

function baseRateAt({ startMs, durationMs, fromRate, toRate }: Segment, ms: number): number {
  return fromRate + ((toRate - fromRate) * (ms - startMs)) / durationMs;
}

function workOf({ durationMs, fromRate, toRate, factor }: Segment, ms: number): number {
  return ms * (fromRate + ((toRate - fromRate) * ms) / durationMs / 2) * factor;
}

/** The inverse of `workOf`. */
function timeOf({ durationMs, fromRate, toRate, factor }: Segment, work: number): number {
  const done = work / factor;
  if (done <= 0) return 0;
  if (fromRate === toRate) return done / fromRate;
  const growth = (toRate - fromRate) / durationMs;
  const root = Math.sqrt(Math.max(0, fromRate * fromRate + 2 * growth * done));
  return (2 * done) / (fromRate + root);
}
