import type { FleetConnections } from "./fleet-connections.js";
import type { FleetControls } from "./fleet-controls.js";
import type { PhasePlan } from "./fleet-plan.js";
import type { LatencySummary } from "./latency.js";
import type { LatencyTally } from "./latency-tally.js";
import type { NodeTable } from "./node-table.js";
import { isPicked } from "./pick.js";
import type { Publisher } from "./publisher.js";
import type { Receivers } from "./receivers.js";
import type { RetainedFlood } from "./retained-flood.js";

/** What came of one phase. */
export interface PhaseResult {
  readonly name: string;
  /** From the run's start, ms. */
  readonly startMs: number;
  readonly durationMs: number;
  /** Messages sent during it. */
  readonly sent: number;
  /** Of what arrived, or was acknowledged, during it: from when it was due. */
  readonly latency: LatencySummary | undefined;
  /** The same in HdrHistogram's form, so that those of several runs can be added up. */
  readonly histogram: string;
}

/** What a conductor leads. */
export interface Orchestra {
  readonly phases: readonly PhasePlan[];
  readonly nodes: NodeTable;
  readonly publisher: Publisher;
  readonly publishers: FleetConnections;
  readonly receivers: Receivers;
  readonly flood: RetainedFlood;
  readonly latencies: LatencyTally;
  readonly controls: FleetControls;
}

/** Leads a fleet through its phases: what happens when one begins, and the faults during it. */
export class Conductor {
  readonly #orchestra: Orchestra;
  readonly #startMs: number;
  readonly #results: PhaseResult[] = [];
  /** Connections that flap: how often, and when next, ms. */
  readonly #flapping: { readonly connection: number; readonly everyMs: number; nextMs: number }[];
  #phase = -1;
  #phaseStartMs = 0;
  #phaseEndMs: number;
  #sentBefore = 0;

  constructor(orchestra: Orchestra, startMs: number) {
    this.#orchestra = orchestra;
    this.#startMs = startMs;
    this.#phaseEndMs = startMs;
    const { nodes } = orchestra;
    this.#flapping = nodes.firstOfConnection.slice(0, -1).flatMap((node, connection) => {
      const everyMs = nodes.street(node).flapMs?.(nodes.numberOf[node] as number) ?? 0;
      const nextMs = startMs + everyMs * (((this.#number(connection) + 1) * 0.618_034) % 1);
      return everyMs > 0 ? [{ connection, everyMs, nextMs }] : [];
    });
  }

  /** The name of the phase under way. */
  get phase(): string {
    return this.#orchestra.phases[this.#phase]?.name ?? "";
  }

  /** Does what is to be done until now. */
  advance(nowMs: number): void {
    const { phases, flood, controls } = this.#orchestra;
    while (nowMs >= this.#phaseEndMs && this.#phase + 1 < phases.length) {
      this.#endPhase(this.#phaseEndMs);
      this.#phase++;
      this.#beginPhase(phases[this.#phase] as PhasePlan);
    }
    flood.advance();
    if (controls.cut > 0) {
      this.#cut(controls.cut, 0);
      controls.cut = 0;
    }
    const hasFaults = controls.faults ?? phases[this.#phase]?.faults ?? true;
    this.#orchestra.publisher.hasFaults = hasFaults;
    for (const flapping of this.#flapping) {
      if (nowMs < flapping.nextMs) continue;
      flapping.nextMs = Math.max(flapping.nextMs + flapping.everyMs, nowMs);
      const connection = this.#orchestra.publishers.connections[flapping.connection];
      if (hasFaults && connection) this.#orchestra.publishers.cut(connection, 0);
    }
  }

  /** Ends the last phase. @returns what came of each */
  end(nowMs: number): readonly PhaseResult[] {
    this.#endPhase(nowMs);
    this.#phase = -1;
    return this.#results;
  }

  #beginPhase(phase: PhasePlan): void {
    const { receivers, flood, latencies } = this.#orchestra;
    this.#phaseStartMs = this.#phaseEndMs;
    this.#phaseEndMs += phase.durationMs;
    latencies.beginPhase();
    if (phase.slowReceivers) receivers.setSlow(phase.slowReceivers);
    if (phase.retained) flood.add(phase.retained);
    if (phase.cut) this.#cut(phase.cut, phase.awayMs ?? 0);
  }

  #endPhase(nowMs: number): void {
    const phase = this.#orchestra.phases[this.#phase];
    if (!phase) return;
    const { publisher, receivers, latencies } = this.#orchestra;
    if (phase.slowReceivers) receivers.setSlow(0);
    const sent = publisher.sent;
    const { counted } = latencies.phase;
    this.#results.push({
      name: phase.name,
      startMs: this.#phaseStartMs - this.#startMs,
      durationMs: nowMs - this.#phaseStartMs,
      sent: sent - this.#sentBefore,
      latency: counted.summary(),
      histogram: counted.encode(),
    });
    this.#sentBefore = sent;
  }

  #cut(share: number, awayMs: number): void {
    const { publishers } = this.#orchestra;
    for (const connection of publishers.connections) {
      if (isPicked(this.#number(connection.index), share)) publishers.cut(connection, awayMs);
    }
  }

  /** A connection's number in its street: the same whatever the shard. */
  #number(connection: number): number {
    const { nodes } = this.#orchestra;
    const node = nodes.firstOfConnection[connection] as number;
    return Math.floor((nodes.numberOf[node] as number) / nodes.street(node).nodesPerConnection);
  }
}
