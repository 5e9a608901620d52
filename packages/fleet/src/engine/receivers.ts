import type { SwarmMessage } from "@bollard/mqtt-engine";
import type { FleetConnection } from "../driver/fleet-driver.js";
import { findCorrelationData } from "../driver/message-properties.js";
import { FleetError } from "../error.js";
import { type ArrivalCounts, ArrivalLog } from "./arrival-log.js";
import { type FleetClock, hold } from "./fleet-clock.js";
import { FleetConnections } from "./fleet-connections.js";
import type { ReceiverPlan } from "./fleet-plan.js";
import { clientOf, type FleetTarget, placeOf } from "./fleet-target.js";
import type { LatencyTally } from "./latency-tally.js";
import { type MessageStamp, readStamp } from "./message-stamp.js";
import type { NodeTable } from "./node-table.js";
import { topicMatches } from "./topic-matches.js";

/** What receivers need. */
export interface ReceiversOptions {
  readonly target: FleetTarget;
  readonly plans: readonly ReceiverPlan[];
  readonly nodes: NodeTable;
  readonly latencies: LatencyTally;
  readonly run: number;
  readonly clock: FleetClock;
}

/** Most nodes times copies of their messages that are remembered. */
const MAX_REMEMBERED = 50_000_000;

/** Receivers with the same messages to expect: all of a shared group, or one that has them alone. */
interface Audience {
  readonly plan: ReceiverPlan;
  /** By street, 1 for each node whose topic the filter takes in. */
  readonly taken: readonly (Uint8Array | undefined)[];
  /** By street; undefined where the filter takes in none of its topics. */
  readonly logs: readonly (ArrivalLog | undefined)[];
}

/** Connections that subscribe, and count by node and sequence number what arrives. */
export class Receivers {
  readonly connections: FleetConnections;
  readonly #options: ReceiversOptions;
  readonly #audiences: readonly Audience[];
  /** By connection. */
  readonly #audienceOf: readonly Audience[];
  #received = 0;
  #subscribed = 0;
  #refused = 0;
  #whenSubscribed: (() => void) | undefined;

  constructor(options: ReceiversOptions) {
    const { target, plans, nodes, run, clock } = options;
    this.#options = options;
    const copies = plans.reduce((sum, { share, count }) => sum + (share ? 1 : count), 0);
    if (copies * nodes.count > MAX_REMEMBERED) {
      const message = `${copies} copies of the messages of ${nodes.count} nodes are too many to remember`;
      throw new FleetError("FLEET_BAD_OPTION", "receivers", message);
    }
    const groups = plans.map((plan): readonly Audience[] => {
      const taken = takenIn(plan, nodes);
      return Array.from({ length: plan.share ? 1 : plan.count }, () => ({
        plan,
        taken,
        logs: taken.map((some) => some && new ArrivalLog(some.length)),
      }));
    });
    this.#audiences = groups.flat();
    this.#audienceOf = plans.flatMap(({ count }, index) =>
      Array.from({ length: count }, (_, one) => {
        const group = groups[index] as readonly Audience[];
        return group[one % group.length] as Audience;
      }),
    );
    const clientId = `bollard-fleet-${run.toString(16)}-receiver-%i`;
    this.connections = new FleetConnections(
      // Whoever counts goes on where it was after a break.
      { ...target, clientId },
      this.#audienceOf.length,
      (index) => clientOf({ ...target, clientId }, run, index),
      {
        connected: (connection) => this.#subscribe(connection),
        message: (connection, message) => this.#onMessage(connection, message),
        subscribed: (_, reasonCode) => {
          this.#subscribed++;
          if (reasonCode >= 128) this.#refused++;
          if (this.#subscribed >= this.#audienceOf.length) this.#whenSubscribed?.();
        },
      },
      clock,
    );
  }

  /** Messages so far, each the first time, and each copy of it. */
  get received(): number {
    return this.#received;
  }

  /** Subscriptions that the broker refused. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Connects and subscribes, and resolves once each is answered.
   *
   * @throws {@link FleetError} `FLEET_NO_CONNECTION` where not one was let in, or the broker does not
   *   answer or refuses a subscription
   */
  async open(signal: AbortSignal): Promise<void> {
    const { target, clock } = this.#options;
    if (this.#audienceOf.length === 0) return;
    const subscribed = new Promise<void>((resolve) => {
      this.#whenSubscribed = resolve;
    });
    await this.connections.open(Number.POSITIVE_INFINITY, signal);
    checkConnected(this.connections, target, signal);
    // What is not waited for any more must not keep the process alive.
    const enough = new AbortController();
    const either = AbortSignal.any([signal, enough.signal]);
    await Promise.race([subscribed, hold(clock, target.connectTimeoutMs ?? 10_000, either)]);
    enough.abort();
    if (signal.aborted) return;
    const missing = this.#audienceOf.length - this.#subscribed;
    if (missing > 0 || this.#refused > 0) {
      const what =
        missing > 0 ? `has not answered ${missing} of` : `has refused ${this.#refused} of`;
      const message = `the broker ${what} ${this.#audienceOf.length} subscriptions of the receivers`;
      throw new FleetError("FLEET_NO_CONNECTION", placeOf(target), message);
    }
  }

  /** Lets a share of them read no more, or all of them read again. */
  setSlow(share: number): void {
    const { connections, driver } = this.connections;
    const slow = Math.round(share * connections.length);
    for (const [index, connection] of connections.entries()) {
      driver.setReading(connection, index >= slow);
    }
  }

  /** What arrived of a street, and of all its copies; undefined where nobody listens to it. */
  counts(street: number): ArrivalCounts | undefined {
    const { nodes } = this.#options;
    const sent = nodes.sequence.subarray(nodes.firstNode[street], nodes.firstNode[street + 1]);
    return addArrivals(
      this.#audiences.flatMap(({ logs, taken }) => {
        const some = taken[street];
        return some
          ? [logs[street]?.counts(sent.map((count, node) => count * (some[node] ?? 0)))]
          : [];
      }),
    );
  }

  /** True once every copy of every message has arrived. */
  get hasAll(): boolean {
    return this.#options.nodes.streets.every((_, street) => {
      const counts = this.counts(street);
      return counts === undefined || counts.lost === 0;
    });
  }

  #subscribe(connection: FleetConnection): void {
    const { plan } = this.#audienceOf[connection.index] as Audience;
    const filter = plan.share ? `$share/${plan.share}/${plan.filter}` : plan.filter;
    this.connections.driver.subscribe(connection, filter, plan.qos);
  }

  #onMessage(connection: FleetConnection, message: SwarmMessage): void {
    const { nodes, run, clock, latencies } = this.#options;
    const stamp = stampOf(message);
    if (stamp?.run !== run || stamp.node >= nodes.count) return;
    const street = nodes.streetOf[stamp.node] as number;
    const { logs } = this.#audienceOf[connection.index] as Audience;
    if (!logs[street]?.add(stamp.node - (nodes.firstNode[street] as number), stamp.sequence))
      return;
    this.#received++;
    const fromDueMs = clock.originMs + clock.now() - stamp.dueMs;
    latencies.arrived(fromDueMs, fromDueMs - stamp.lateUs / 1000);
  }
}

/** The stamp of a message, in its payload or in its properties. */
export function stampOf(message: SwarmMessage): MessageStamp | undefined {
  const { buffer, propertiesStart, payloadStart, payloadEnd } = message;
  const inPayload = readStamp(buffer, payloadStart, payloadEnd);
  if (inPayload || propertiesStart === payloadStart) return inPayload;
  const at = findCorrelationData(buffer, propertiesStart, payloadStart);
  return at < 0 ? undefined : readStamp(buffer, at, payloadStart);
}

/** @throws {@link FleetError} `FLEET_NO_CONNECTION` where not one was let in */
export function checkConnected(
  connections: FleetConnections,
  target: FleetTarget,
  signal: AbortSignal,
): void {
  const { connected, clients, reasons } = connections.result();
  if (connected > 0 || clients === 0 || signal.aborted) return;
  const message = `not one of ${clients} connections was let in: ${Object.keys(reasons)[0]}`;
  throw new FleetError("FLEET_NO_CONNECTION", placeOf(target), message);
}

/** By street, which of its nodes a filter takes in; undefined for none. */
function takenIn({ filter }: ReceiverPlan, nodes: NodeTable): readonly (Uint8Array | undefined)[] {
  return nodes.streets.map((street) => {
    const taken = Uint8Array.from(street.nodes, (node) =>
      topicMatches(filter, street.topicOf(node)) ? 1 : 0,
    );
    return taken.includes(1) ? taken : undefined;
  });
}

/** The sum of several counts; undefined where nobody counted. */
export function addArrivals(
  all: readonly (ArrivalCounts | undefined)[],
): ArrivalCounts | undefined {
  const counts = all.filter((one) => one !== undefined);
  if (counts.length === 0) return undefined;
  const sum = (of: (one: ArrivalCounts) => number) =>
    counts.reduce((total, one) => total + of(one), 0);
  return {
    received: sum((one) => one.received),
    duplicates: sum((one) => one.duplicates),
    outOfOrder: sum((one) => one.outOfOrder),
    lost: sum((one) => one.lost),
    unknown: sum((one) => one.unknown),
  };
}
