import type { ArrivalCounts } from "./arrival-log.js";
import { BrokerObserver } from "./broker-observer.js";
import { Conductor, type PhaseResult } from "./conductor.js";
import { type FleetClock, hold, systemClock } from "./fleet-clock.js";
import { type ConnectResult, FleetConnections } from "./fleet-connections.js";
import { FleetControls } from "./fleet-controls.js";
import type { PhasePlan, ReceiverPlan, StreetPlan } from "./fleet-plan.js";
import { type FleetTarget, runNumberOf } from "./fleet-target.js";
import type { LatencySummary } from "./latency.js";
import { type Histograms, type LatencySummaries, LatencyTally } from "./latency-tally.js";
import { LoadCurve } from "./load-curve.js";
import { NodeTable } from "./node-table.js";
import { Publisher } from "./publisher.js";
import { addArrivals, checkConnected, Receivers } from "./receivers.js";
import { RetainedFlood } from "./retained-flood.js";
import { rowLatency, Series, type SeriesRow } from "./series.js";
import { StreetTally } from "./street-tally.js";
import { TICK_MS } from "./timer-wheel.js";
import { ToolMeter, type ToolUsage } from "./tool-usage.js";

/** What is played. */
export interface FleetRunOptions {
  readonly target: FleetTarget;
  readonly streets: readonly StreetPlan[];
  readonly receivers: readonly ReceiverPlan[];
  readonly phases: readonly PhasePlan[];
  /** Connections begun a second. Default: as fast as the broker takes them. */
  readonly connectsPerSecond?: number;
  /** When the first phase begins, Unix time in ms, for shards that begin together. Default: at once. */
  readonly startAtMs?: number;
  /** Longest wait for what is under way at the end, ms. Default: 10000. */
  readonly drainMs?: number;
  /** Told once a second. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Keep the course of the run, second by second. Default: false. */
  readonly keepSeries?: boolean;
  /** Ends the run early, in order. */
  readonly signal?: AbortSignal;
  readonly controls?: FleetControls;
  /** Listen to what the broker says of itself under `$SYS`, by a connection more. Default: false. */
  readonly observeBroker?: boolean;
  /** Default: the machine's. */
  readonly clock?: FleetClock;
}

/** How a run stands. */
export interface LoadProgress {
  readonly phase: string;
  /** From the first phase's start, ms; 0 before it. */
  readonly elapsedMs: number;
  readonly connected: number;
  /** Connections that broke or could not be made, so far. */
  readonly broken: number;
  /** Messages whose time had come. */
  readonly due: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly received: number;
  /** Messages that were due and wait for the broker to take more. */
  readonly heldBack: number;
  /** From due to the arrival, or the acknowledgement, in the last second. */
  readonly latency: LatencySummary | undefined;
  /** How late the fleet itself was in the last second. */
  readonly lateness: LatencySummary | undefined;
  /** Of one processor core in the last second, 0 to 1. */
  readonly cpuShare: number;
  readonly usage: ToolUsage;
  /** What the broker says of itself, numbers by topic without `$SYS/broker/`. */
  readonly broker: Readonly<Record<string, number>>;
}

/** What became of messages. */
export interface MessageCounts {
  /** Messages whose time had come. */
  readonly due: number;
  readonly sent: number;
  /** Due while their connection was down. */
  readonly missed: number;
  /** Due, and not sent by nodes that drop out. */
  readonly skipped: number;
  /**
   * Sent later than due, since the broker took no more; they are in the latencies from due. At full
   * speed, the times at which a node had no room for a whole burst.
   */
  readonly heldBack: number;
  /** QoS 1 and 2. */
  readonly acknowledged: number;
  /** Acknowledged with a reason code of 128 or more. */
  readonly refused: number;
  /** In flight when their connection broke, or at the end. */
  readonly unacknowledged: number;
  /** With receivers; of all copies together. */
  readonly arrivals: ArrivalCounts | undefined;
}

/** What became of one street's messages. */
export interface StreetResult extends MessageCounts {
  readonly name: string;
  readonly nodes: number;
  readonly qos: 0 | 1 | 2;
}

/** What came of a run. */
export interface FleetRunResult extends MessageCounts {
  readonly connect: ConnectResult;
  /** Connections that the scenario broke. */
  readonly cut: number;
  /** From the first phase's start to its end, ms. */
  readonly elapsedMs: number;
  readonly sentPerSecond: number;
  readonly streets: readonly StreetResult[];
  readonly phases: readonly PhaseResult[];
  /** Each from when the message was due, and from when it was sent. */
  readonly latency: LatencySummaries;
  /** How late the fleet itself was, where nothing held it back. */
  readonly lateness: LatencySummary | undefined;
  /** Acknowledgements of what was not in flight. */
  readonly unknownAcks: number;
  readonly usage: ToolUsage;
  /** Second by second, where it was asked for. */
  readonly series: readonly SeriesRow[];
  readonly histograms: Histograms;
}

const PROGRESS_MS = 1000;
const DRAIN_LOOK_MS = 20;
const READY_LOOK_MS = 20;

/** Plays streets of nodes through phases against a broker. */
export class FleetRun {
  readonly #options: FleetRunOptions;
  readonly #clock: FleetClock;
  readonly #signal: AbortSignal;
  readonly #controls: FleetControls;
  readonly #nodes: NodeTable;
  readonly #publishers: FleetConnections;
  readonly #receivers: Receivers;
  readonly #publisher: Publisher;
  readonly #flood: RetainedFlood;
  readonly #observer: BrokerObserver | undefined;
  readonly #series = new Series();
  readonly #latencies = new LatencyTally();
  #conductor: Conductor | undefined;
  #meter = new ToolMeter();
  /** Processor seconds at the last look, and when it was, ms. */
  #lastCpu = { cpuS: 0, atMs: 0 };
  #stage = "connecting";
  #startMs = 0;
  readonly #over = new AbortController();
  #activeShare = 1;

  constructor(options: FleetRunOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#signal = options.signal ?? new AbortController().signal;
    this.#controls = options.controls ?? new FleetControls();
    const run = runNumberOf(options.target);
    const target = { ...options.target, run };
    const nodes = new NodeTable(options.streets);
    const shared = { nodes, latencies: this.#latencies, run };
    this.#nodes = nodes;
    this.#receivers = new Receivers({
      ...shared,
      target,
      plans: options.receivers,
      clock: this.#clock,
    });
    const clientOf = (connection: number) => {
      const node = nodes.firstOfConnection[connection] as number;
      return nodes.street(node).clientOf(nodes.numberOf[node] as number);
    };
    this.#publishers = new FleetConnections(
      target,
      nodes.connections,
      clientOf,
      {
        acknowledged: (_, node, dueMs, sentMs, reason) =>
          this.#publisher.acknowledged(node, dueMs, sentMs, reason),
        unacknowledged: (_, node) => this.#publisher.unacknowledged(node),
        ready: (connection) => this.#publisher.resume(connection),
        disconnected: (connection) => this.#publisher.resume(connection),
      },
      this.#clock,
    );
    this.#publisher = new Publisher({
      ...shared,
      connections: this.#publishers,
      originMs: this.#clock.originMs,
      isVersion5: target.protocolVersion === 5,
      now: () => this.#clock.now(),
    });
    this.#observer = options.observeBroker
      ? new BrokerObserver(target, run, this.#clock)
      : undefined;
    this.#flood = new RetainedFlood(this.#publishers, `bollard/fleet/retained/${run}/`);
  }

  /** @throws FleetError `FLEET_NO_CONNECTION` */
  async play(): Promise<FleetRunResult> {
    void this.#tellProgress();
    this.#observer?.open(this.#signal);
    await this.#receivers.open(this.#signal);
    const { connectsPerSecond = Number.POSITIVE_INFINITY, target, startAtMs } = this.#options;
    await this.#publishers.open(connectsPerSecond, this.#signal);
    checkConnected(this.#publishers, target, this.#signal);
    if (startAtMs !== undefined) {
      this.#stage = "waiting";
      await hold(this.#clock, startAtMs - this.#clock.originMs - this.#clock.now(), this.#signal);
    }
    this.#meter.stop();
    this.#meter = new ToolMeter();
    this.#lastCpu = { cpuS: 0, atMs: this.#clock.now() };
    this.#stage = "publishing";
    this.#startMs = startAtMs === undefined ? this.#clock.now() : startAtMs - this.#clock.originMs;
    for (const { source } of this.#options.streets) {
      source.begin?.(this.#clock.originMs + this.#startMs);
    }
    const phases = await (this.#options.streets.every(({ intervalMs }) => intervalMs === 0)
      ? this.#playAtFullSpeed()
      : this.#playOnSchedule());
    const elapsedMs = this.#clock.now() - this.#startMs;
    this.#stage = "draining";
    await this.#drain();
    return this.#result(elapsedMs, phases);
  }

  async close(): Promise<void> {
    this.#over.abort();
    this.#meter.stop();
    await Promise.all([
      this.#publishers.close(),
      this.#receivers.connections.close(),
      this.#observer?.close(),
    ]);
  }

  async #playOnSchedule(): Promise<readonly PhaseResult[]> {
    const { phases } = this.#options;
    const curve = new LoadCurve(this.#startMs, phases);
    const conductor = new Conductor(
      {
        phases,
        nodes: this.#nodes,
        publisher: this.#publisher,
        publishers: this.#publishers,
        receivers: this.#receivers,
        flood: this.#flood,
        latencies: this.#latencies,
        controls: this.#controls,
      },
      this.#startMs,
    );
    this.#conductor = conductor;
    this.#publisher.schedule(curve);
    await new Promise<void>((resolve) => {
      const tick = () => {
        const nowMs = this.#clock.now();
        conductor.advance(nowMs);
        this.#takeControls(curve, nowMs);
        if (this.#signal.aborted) this.#publisher.stop(nowMs);
        this.#publisher.advance(nowMs);
        if (nowMs >= curve.endMs || this.#signal.aborted) resolve();
        else this.#clock.after(this.#untilNextTick(), tick);
      };
      tick();
    });
    return conductor.end(this.#clock.now());
  }

  /** Ticks stand on a grid from the start, where the nodes' own times are too. */
  #untilNextTick(): number {
    return TICK_MS - ((this.#clock.now() - this.#startMs) % TICK_MS);
  }

  #takeControls(curve: LoadCurve, nowMs: number): void {
    const { rate, nodes } = this.#controls;
    if (rate !== curve.factor) {
      curve.setFactor(nowMs, rate);
      this.#publisher.schedule(curve);
    }
    if (nodes !== this.#activeShare) {
      this.#activeShare = nodes;
      this.#publisher.setActive(nodes, nowMs);
    }
  }

  /** As much as the broker takes, a burst of each node in turn. */
  async #playAtFullSpeed(): Promise<readonly PhaseResult[]> {
    const durationMs = this.#options.phases.reduce((sum, phase) => sum + phase.durationMs, 0);
    for (;;) {
      const nowMs = this.#clock.now();
      const { sent, isDone } = this.#publisher.burst(nowMs);
      if (isDone || nowMs >= this.#startMs + durationMs || this.#signal.aborted) return [];
      if (sent > 0) await new Promise((resolve) => setImmediate(resolve));
      else await this.#publisher.nextReady(READY_LOOK_MS);
    }
  }

  /** Waits until all that was sent is acknowledged and has arrived, but not for ever. */
  async #drain(): Promise<void> {
    const untilMs = this.#clock.now() + (this.#options.drainMs ?? 10_000);
    const isDone = () => {
      const inFlight = this.#publishers.connections.some((one) => one.inFlightCount > 0);
      const isCleared = this.#flood.clear();
      return !inFlight && isCleared && this.#publisher.waiting === 0 && this.#receivers.hasAll;
    };
    while (!isDone() && this.#clock.now() < untilMs && !this.#over.signal.aborted) {
      await hold(this.#clock, DRAIN_LOOK_MS);
    }
    this.#publisher.giveUp();
  }

  async #tellProgress(): Promise<void> {
    const { onProgress, keepSeries } = this.#options;
    // A look takes some ms: nobody pays for what nobody sees.
    if (!onProgress && !keepSeries) return;
    for (;;) {
      await hold(this.#clock, PROGRESS_MS, this.#over.signal);
      if (this.#over.signal.aborted) return;
      this.#latencies.fold();
      const progress = this.#progress();
      if (keepSeries) this.#series.add(rowOf(progress));
      onProgress?.(progress);
      this.#latencies.look();
    }
  }

  #progress(): LoadProgress {
    const { failed, lost } = this.#publishers.result();
    const { sent, missed, skipped, acknowledged } = sumOf(this.#publisher.tallies);
    const usage = this.#meter.read();
    const nowMs = this.#clock.now();
    const { cpuS, atMs } = this.#lastCpu;
    this.#lastCpu = { cpuS: usage.cpuS, atMs: nowMs };
    return {
      phase: (this.#stage === "publishing" && this.#conductor?.phase) || this.#stage,
      elapsedMs: this.#startMs > 0 ? nowMs - this.#startMs : 0,
      connected: this.#publishers.stats().up,
      broken: failed + lost,
      due: sent + missed + skipped + this.#publisher.waiting,
      sent,
      acknowledged,
      received: this.#receivers.received,
      heldBack: this.#publisher.waiting,
      latency: this.#latencies.lastSecond.counted.summary(),
      lateness: this.#latencies.lastLateness.summary(),
      cpuShare: Math.max(0, usage.cpuS - cpuS) / Math.max(0.001, (nowMs - atMs) / 1000),
      usage,
      broker: this.#observer?.values() ?? {},
    };
  }

  #result(elapsedMs: number, phases: readonly PhaseResult[]): FleetRunResult {
    const usage = this.#meter.read();
    this.#latencies.fold();
    const streets = this.#options.streets.map((street, index): StreetResult => {
      const { parkedMs, firstNode } = this.#nodes;
      const parked = parkedMs.subarray(firstNode[index], firstNode[index + 1]);
      return {
        name: street.name,
        nodes: street.nodes.length,
        qos: street.qos,
        ...countsOf(
          this.#publisher.tallies[index] ?? new StreetTally(),
          parked.reduce((sum, dueMs) => sum + (dueMs >= 0 ? 1 : 0), 0),
          this.#receivers.counts(index),
        ),
      };
    });
    const counts = countsOf(
      sumOf(this.#publisher.tallies),
      this.#publisher.waiting,
      addArrivals(streets.map(({ arrivals }) => arrivals)),
    );
    return {
      connect: this.#publishers.result(),
      cut: this.#publishers.cutCount,
      elapsedMs,
      ...counts,
      sentPerSecond: (counts.sent / Math.max(1, elapsedMs)) * 1000,
      streets,
      phases,
      latency: this.#latencies.summaries(),
      lateness: this.#latencies.lateness.summary(),
      unknownAcks: this.#publishers.stats().unknownAcks,
      usage,
      series: this.#series.rows(),
      histograms: this.#latencies.histograms(this.#publishers.latency),
    };
  }
}

function rowOf(progress: LoadProgress): SeriesRow {
  const { phase, elapsedMs, connected, broken, due, sent, acknowledged, received } = progress;
  return {
    atS: elapsedMs > 0 ? elapsedMs / 1000 : -1,
    phase,
    connected,
    broken,
    due,
    sent,
    acknowledged,
    received,
    waiting: progress.heldBack,
    ...rowLatency(progress.latency),
    latenessP99Ms: progress.lateness?.p99Ms,
    cpuShare: progress.cpuShare,
    rssMb: progress.usage.rssBytes / 1e6,
    broker: progress.broker,
  };
}

function countsOf(
  tally: StreetTally,
  waiting: number,
  arrivals: ArrivalCounts | undefined,
): MessageCounts {
  const { sent, missed, skipped, heldBack, acknowledged, refused, unacknowledged } = tally;
  return {
    due: sent + missed + skipped + waiting,
    sent,
    missed,
    skipped,
    heldBack,
    acknowledged,
    refused,
    unacknowledged,
    arrivals,
  };
}

function sumOf(tallies: readonly StreetTally[]): StreetTally {
  const sum = new StreetTally();
  for (const tally of tallies) {
    for (const key of Object.keys(sum) as (keyof StreetTally)[]) sum[key] += tally[key];
  }
  return sum;
}
