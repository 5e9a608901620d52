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

  reset(): void {
    this.acknowledged.reset();
    this.arrived.reset();
  }
}

/** Every time that is measured in a run. */
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
  /** Of the phase under way. */
  phase = new PartLatency();

  /** A message left so much after it was due. */
  late(ms: number): void {
    this.lateness.record(ms);
    this.lastLateness.record(ms);
  }

  acknowledged(fromDueMs: number, fromSendMs: number): void {
    this.acknowledgedFromDue.record(fromDueMs);
    this.acknowledgedFromSend.record(fromSendMs);
    this.lastSecond.acknowledged.record(fromDueMs);
    this.phase.acknowledged.record(fromDueMs);
  }

  arrived(fromDueMs: number, fromSendMs: number): void {
    this.arrivedFromDue.record(fromDueMs);
    this.arrivedFromSend.record(fromSendMs);
    this.lastSecond.arrived.record(fromDueMs);
    this.phase.arrived.record(fromDueMs);
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
