import { Latency, type LatencySummary } from "./latency.js";

/** Percentiles of every time that is measured; undefined where there was none. */
export interface LatencySummaries {
  readonly acknowledgedFromDue: LatencySummary | undefined;
  readonly acknowledgedFromSend: LatencySummary | undefined;
  readonly arrivedFromDue: LatencySummary | undefined;
  readonly arrivedFromSend: LatencySummary | undefined;
}

/** Every histogram as text, so that those of several runs can be added up. */
export interface Histograms {
  readonly acknowledgedFromDue: string;
  readonly acknowledgedFromSend: string;
  readonly arrivedFromDue: string;
  readonly arrivedFromSend: string;
  readonly lateness: string;
  readonly connect: string;
}

/** Times from due, of some part of a run. */
export class PartLatency {
  readonly acknowledged = new Latency();
  readonly arrived = new Latency();

  /** To the arrival, where it is counted; else to the acknowledgement. */
  get counted(): Latency {
    return this.arrived.count > 0 ? this.arrived : this.acknowledged;
  }

  add(other: PartLatency): void {
    this.acknowledged.add(other.acknowledged);
    this.arrived.add(other.arrived);
  }

  reset(): void {
    this.acknowledged.reset();
    this.arrived.reset();
  }
}

/**
 * Every time that is measured in a run. A message is noted as few times as may be; `fold` brings what
 * came since into the run's, the phase's and the last second's.
 */
export class LatencyTally {
  readonly acknowledgedFromDue = new Latency();
  readonly acknowledgedFromSend = new Latency();
  readonly arrivedFromDue = new Latency();
  readonly arrivedFromSend = new Latency();
  /** How late the fleet itself was, where nothing held it back. */
  readonly lateness = new Latency();
  /** Since the last look. */
  readonly lastSecond = new PartLatency();
  /** The fleet's own, since the last look. */
  readonly lastLateness = new Latency();
  readonly #sinceFold = new PartLatency();
  readonly #latenessSinceFold = new Latency();
  #phase = new PartLatency();

  /** Of the phase under way. */
  get phase(): PartLatency {
    this.fold();
    return this.#phase;
  }

  /** A message left so much after it was due. */
  late(ms: number): void {
    this.#latenessSinceFold.record(ms);
  }

  acknowledged(fromDueMs: number, fromSendMs: number): void {
    this.#sinceFold.acknowledged.record(fromDueMs);
    this.acknowledgedFromSend.record(fromSendMs);
  }

  arrived(fromDueMs: number, fromSendMs: number): void {
    this.#sinceFold.arrived.record(fromDueMs);
    this.arrivedFromSend.record(fromSendMs);
  }

  /** Another phase begins. */
  beginPhase(): void {
    this.fold();
    this.#phase = new PartLatency();
  }

  /** Brings what was noted to where it is read. */
  fold(): void {
    const since = this.#sinceFold;
    this.acknowledgedFromDue.add(since.acknowledged);
    this.arrivedFromDue.add(since.arrived);
    this.#phase.add(since);
    this.lastSecond.add(since);
    this.lateness.add(this.#latenessSinceFold);
    this.lastLateness.add(this.#latenessSinceFold);
    since.reset();
    this.#latenessSinceFold.reset();
  }

  /** Begins the last second anew. */
  look(): void {
    this.lastSecond.reset();
    this.lastLateness.reset();
  }

  /** @param connect - from the start of an attempt to its CONNACK */
  histograms(connect: Latency): Histograms {
    return {
      acknowledgedFromDue: this.acknowledgedFromDue.encode(),
      acknowledgedFromSend: this.acknowledgedFromSend.encode(),
      arrivedFromDue: this.arrivedFromDue.encode(),
      arrivedFromSend: this.arrivedFromSend.encode(),
      lateness: this.lateness.encode(),
      connect: connect.encode(),
    };
  }

  summaries(): LatencySummaries {
    return {
      acknowledgedFromDue: this.acknowledgedFromDue.summary(),
      acknowledgedFromSend: this.acknowledgedFromSend.summary(),
      arrivedFromDue: this.arrivedFromDue.summary(),
      arrivedFromSend: this.arrivedFromSend.summary(),
    };
  }
}
