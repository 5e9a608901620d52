import type { PublishOutcome, SwarmPublish } from "@bollard/mqtt-engine";
import type { FleetConnection } from "../driver/fleet-driver.js";
import { encodeCorrelationHead, encodeMessageProperties } from "../driver/message-properties.js";
import type { FleetConnections } from "./fleet-connections.js";
import type { OutgoingMessage, StreetPlan } from "./fleet-plan.js";
import type { LatencyTally } from "./latency-tally.js";
import type { LoadCurve } from "./load-curve.js";
import { STAMP_BYTES, writeStamp } from "./message-stamp.js";
import type { NodeTable } from "./node-table.js";
import { isPicked } from "./pick.js";
import { StreetTally } from "./street-tally.js";
import { TICK_MS, TimerWheel } from "./timer-wheel.js";

/** Messages that one node publishes in a row at full speed: they leave in one write. */
export const BURST = 32;
const NOT_PARKED = -1;
/** Marks what is made up (MIM8): whoever receives it can tell. */
const SIMULATED = [["simulated", "true"]] as const;

/** What a publisher needs. */
export interface PublisherOptions {
  readonly nodes: NodeTable;
  readonly connections: FleetConnections;
  readonly latencies: LatencyTally;
  /** Tells this run's stamps from another's. */
  readonly run: number;
  /** Unix time in ms at which the clock was 0. */
  readonly originMs: number;
  readonly isVersion5: boolean;
  readonly now: () => number;
}

/** Sends what is due: the fleet's hot path. */
export class Publisher {
  readonly #nodes: NodeTable;
  readonly #connections: FleetConnections;
  readonly #latencies: LatencyTally;
  readonly #run: number;
  readonly #originMs: number;
  readonly #now: () => number;
  readonly #kinds: readonly SwarmPublish[];
  readonly #message: OutgoingMessage = {
    node: 0,
    sequence: 0,
    slot: 0,
    dueMs: 0,
    hasFaults: true,
  };
  readonly #publishDue = (node: number, dueMs: number) => this.#takeDue(node, dueMs);
  /** By street. */
  readonly tallies: readonly StreetTally[];
  #curve: LoadCurve | undefined;
  #wheel = new TimerWheel(0, 0, TICK_MS);
  #nowMs = 0;
  #endMs = 0;
  /** Messages that are due and wait for the broker to take more. */
  waiting = 0;
  /** Share of the nodes that send. */
  #activeShare = 1;
  #whenReady: (() => void) | undefined;

  constructor(options: PublisherOptions) {
    this.#nodes = options.nodes;
    this.#connections = options.connections;
    this.#latencies = options.latencies;
    this.#run = options.run;
    this.#originMs = options.originMs;
    this.#now = options.now;
    this.tallies = options.nodes.streets.map(() => new StreetTally());
    this.#kinds = options.nodes.streets.map((street) => this.#kindOf(street, options.isVersion5));
  }

  /** Nodes with faults have them now. */
  set hasFaults(hasFaults: boolean) {
    this.#message.hasFaults = hasFaults;
  }

  /** Messages sent so far. */
  get sent(): number {
    return this.tallies.reduce((sum, { sent }) => sum + sent, 0);
  }

  /** Lets a share of the nodes send from now on. What the others did not send is not due later. */
  setActive(share: number, nowMs: number): void {
    const before = this.#activeShare;
    this.#activeShare = share;
    const curve = this.#curve;
    if (!curve) return;
    const work = curve.workAt(nowMs);
    for (let node = 0; node < this.#nodes.count; node++) {
      const number = this.#nodes.numberOf[node] as number;
      if (isPicked(number, before) || !isPicked(number, share)) continue;
      const slots = Math.ceil(
        work / this.#nodes.street(node).intervalMs - (this.#nodes.phase[node] as number),
      );
      this.#nodes.slot[node] = Math.max(this.#nodes.slot[node] as number, slots);
    }
    this.schedule(curve);
  }

  /** Begins the schedule, or begins it anew from where each node is, after a change of the curve. */
  schedule(curve: LoadCurve): void {
    this.#curve = curve;
    this.#endMs = curve.endMs;
    this.#wheel = new TimerWheel(this.#nodes.count, curve.startMs, TICK_MS);
    for (let node = 0; node < this.#nodes.count; node++) {
      if (this.#nodes.parkedMs[node] === NOT_PARKED) this.#scheduleNext(node);
    }
  }

  /** Sends what is due until now; nothing after the curve's end. */
  advance(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#wheel.advance(Math.min(nowMs, this.#endMs), this.#publishDue);
    this.#connections.driver.flush();
  }

  /** No message is due from now on. */
  stop(nowMs: number): void {
    this.#endMs = Math.min(this.#endMs, nowMs);
  }

  /** A connection takes publishes again, or never will: its nodes go on, each from its own time. */
  resume(connection: FleetConnection): void {
    this.#whenReady?.();
    const { firstOfConnection, parkedMs } = this.#nodes;
    const first = firstOfConnection[connection.index] as number;
    const end = firstOfConnection[connection.index + 1] as number;
    for (let node = first; node < end; node++) {
      const dueMs = parkedMs[node] as number;
      if (dueMs !== NOT_PARKED && !this.#resumeNode(connection, node, dueMs)) return;
    }
  }

  /**
   * One round at full speed: a burst of each node in turn.
   *
   * @returns what was sent, and whether any node has more to send
   */
  burst(nowMs: number): { readonly sent: number; readonly isDone: boolean } {
    this.#nowMs = nowMs;
    let sent = 0;
    let isDone = true;
    const { count, sequence } = this.#nodes;
    for (let node = 0; node < count; node++) {
      const { maxMessages = Number.POSITIVE_INFINITY } = this.#nodes.street(node);
      for (let one = 0; one < BURST && (sequence[node] as number) < maxMessages; one++) {
        isDone = false;
        if (this.#send(node, nowMs) !== "written") {
          this.#tally(node).heldBack++;
          break;
        }
        sent++;
      }
    }
    this.#connections.driver.flush();
    return { sent, isDone };
  }

  /** Resolves once a connection takes publishes again, or after a while. */
  async nextReady(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#whenReady = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#whenReady = undefined;
  }

  /** A message was acknowledged. */
  acknowledged(node: number, dueMs: number, sentMs: number, reasonCode: number): void {
    const tally = this.#tally(node);
    tally.acknowledged++;
    if (reasonCode >= 128) tally.refused++;
    const nowMs = this.#now();
    this.#latencies.acknowledged(nowMs - dueMs, nowMs - sentMs);
  }

  /** A message was in flight when its connection ended. */
  unacknowledged(node: number): void {
    this.#tally(node).unacknowledged++;
  }

  /** Counts as unacknowledged what still is in flight. */
  giveUp(): void {
    for (const { index, inFlightCount } of this.#connections.connections) {
      this.#tally(this.#nodes.firstOfConnection[index] as number).unacknowledged += inFlightCount;
    }
  }

  #tally(node: number): StreetTally {
    return this.tallies[this.#nodes.streetOf[node] as number] as StreetTally;
  }

  #scheduleNext(node: number): void {
    const street = this.#nodes.street(node);
    const slot = this.#nodes.slot[node] as number;
    if (!isPicked(this.#nodes.numberOf[node] as number, this.#activeShare)) return;
    if (slot >= (street.maxMessages ?? Number.POSITIVE_INFINITY)) return;
    const dueMs = this.#dueMs(node, slot, street.intervalMs);
    if (dueMs < this.#endMs) this.#wheel.schedule(node, dueMs);
  }

  #dueMs(node: number, slot: number, intervalMs: number): number {
    const phase = this.#nodes.phase[node] as number;
    return this.#curve?.dueMs(slot + phase, intervalMs) ?? Number.POSITIVE_INFINITY;
  }

  /** A node's time has come: its message leaves, or waits for its connection. */
  #takeDue(node: number, dueMs: number): void {
    const outcome = this.#sendDue(node, dueMs);
    if (outcome === "busy") {
      this.#nodes.parkedMs[node] = dueMs;
      this.waiting++;
      return;
    }
    if (outcome === "written") this.#latencies.late(this.#nowMs - dueMs);
    this.#scheduleNext(node);
  }

  /** @returns false where the connection is full again */
  #resumeNode(connection: FleetConnection, node: number, firstDueMs: number): boolean {
    const { parkedMs, slot } = this.#nodes;
    const street = this.#nodes.street(node);
    parkedMs[node] = NOT_PARKED;
    this.waiting--;
    this.#nowMs = this.#now();
    let dueMs = firstDueMs;
    while (dueMs <= this.#nowMs && dueMs < this.#endMs) {
      const outcome = this.#sendDue(node, dueMs);
      if (outcome === "busy") {
        parkedMs[node] = dueMs;
        this.waiting++;
        return connection.state !== "up";
      }
      if (outcome === "written") this.#tally(node).heldBack++;
      if ((slot[node] as number) >= (street.maxMessages ?? Number.POSITIVE_INFINITY)) return true;
      dueMs = this.#dueMs(node, slot[node] as number, street.intervalMs);
    }
    if (dueMs < this.#endMs) this.#wheel.schedule(node, dueMs);
    return true;
  }

  #sendDue(node: number, dueMs: number): PublishOutcome | "skipped" {
    const { source } = this.#nodes.street(node);
    if (source.isSkipped?.(this.#messageOf(node, dueMs))) {
      this.#tally(node).skipped++;
      (this.#nodes.slot[node] as number)++;
      return "skipped";
    }
    const outcome = this.#send(node, dueMs);
    if (outcome === "down") this.#tally(node).missed++;
    if (outcome !== "busy") (this.#nodes.slot[node] as number)++;
    return outcome;
  }

  #send(node: number, dueMs: number): PublishOutcome {
    const { connectionOf, sequence, topics, streetOf } = this.#nodes;
    const connection = this.#connections.connections[connectionOf[node] as number];
    const street = streetOf[node] as number;
    if (!connection) return "down";
    const outcome = this.#connections.driver.publish(
      connection,
      topics[node] as Uint8Array,
      this.#kinds[street] as SwarmPublish,
      node,
      dueMs,
      this.#nowMs,
    );
    if (outcome === "written") {
      (this.tallies[street] as StreetTally).sent++;
      (sequence[node] as number)++;
    }
    return outcome;
  }

  #messageOf(node: number, dueMs: number): OutgoingMessage {
    const message = this.#message;
    message.node = this.#nodes.numberOf[node] as number;
    message.sequence = this.#nodes.sequence[node] as number;
    message.slot = this.#nodes.slot[node] as number;
    message.dueMs = this.#originMs + dueMs;
    return message;
  }

  /** How the messages of a street lie in their packets. */
  #kindOf(street: StreetPlan, isVersion5: boolean): SwarmPublish {
    const { qos, retain, source } = street;
    const write = (buffer: Buffer, at: number, node: number, dueMs: number) => {
      const length = source.write(buffer, at, this.#messageOf(node, dueMs));
      if (street.stamp === "payload") this.#stamp(buffer, at, node, dueMs);
      return length;
    };
    const kind = { qos, retain, payloadBytes: source.maxBytes, write };
    if (!isVersion5 || street.stamp === "payload") return kind;
    const head = Buffer.concat([
      encodeMessageProperties(source.contentType, SIMULATED),
      encodeCorrelationHead(STAMP_BYTES),
    ]);
    return {
      ...kind,
      propertyBytes: head.length + STAMP_BYTES,
      writeProperties: (buffer, at, node, dueMs) => {
        buffer.set(head, at);
        this.#stamp(buffer, at + head.length, node, dueMs);
        return head.length + STAMP_BYTES;
      },
    };
  }

  #stamp(buffer: Buffer, at: number, node: number, dueMs: number): void {
    writeStamp(
      buffer,
      at,
      this.#run,
      node,
      this.#nodes.sequence[node] as number,
      this.#originMs + dueMs,
      Math.max(0, Math.round((this.#nowMs - dueMs) * 1000)),
    );
  }
}
