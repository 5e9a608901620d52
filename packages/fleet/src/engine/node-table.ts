import { encodeTopic } from "@bollard/mqtt-engine";
import type { StreetPlan } from "./fleet-plan.js";
import { TICK_MS } from "./timer-wheel.js";

const NOT_PARKED = -1;

/** Every node of a shard, street by street, in a few arrays: about 40 bytes each and its topic. */
export class NodeTable {
  readonly streets: readonly StreetPlan[];
  readonly count: number;
  /** By street: its first node here. */
  readonly firstNode: readonly number[];
  readonly streetOf: Uint16Array;
  /** Its number in its street. */
  readonly numberOf: Uint32Array;
  readonly connectionOf: Uint32Array;
  /**
   * The share of its interval by which a node is behind the first, so that the load is even. Those
   * behind one connection send together, as behind a gateway, in one write. In whole ticks: what is
   * due when the fleet looks is not late, and several connections are written to in a row.
   */
  readonly phase: Float64Array;
  readonly topics: readonly Uint8Array[];
  /** Messages it has sent. */
  readonly sequence: Uint32Array;
  /** Messages that were due. */
  readonly slot: Uint32Array;
  /** When the message was due that it waits to send, ms, or -1. */
  readonly parkedMs: Float64Array;
  /** By connection: its first node here, and one more for the end. */
  readonly firstOfConnection: readonly number[];

  constructor(streets: readonly StreetPlan[]) {
    this.streets = streets;
    const count = streets.reduce((sum, { nodes }) => sum + nodes.length, 0);
    this.count = count;
    this.streetOf = new Uint16Array(count);
    this.numberOf = new Uint32Array(count);
    this.connectionOf = new Uint32Array(count);
    this.phase = new Float64Array(count);
    this.sequence = new Uint32Array(count);
    this.slot = new Uint32Array(count);
    this.parkedMs = new Float64Array(count).fill(NOT_PARKED);
    const topics: Uint8Array[] = [];
    const firstNode: number[] = [];
    const firstOfConnection: number[] = [];
    for (const [street, plan] of streets.entries()) {
      const { nodes, nodesPerConnection, totalNodes } = plan;
      firstNode.push(topics.length);
      let phase = 0;
      for (const [index, number] of nodes.entries()) {
        const node = topics.length;
        if (index % nodesPerConnection === 0) {
          firstOfConnection.push(node);
          phase = phaseOf(number / totalNodes, plan.intervalMs);
        }
        this.phase[node] = phase;
        this.streetOf[node] = street;
        this.numberOf[node] = number;
        this.connectionOf[node] = firstOfConnection.length - 1;
        topics.push(encodeTopic(plan.topicOf(number)));
      }
    }
    firstOfConnection.push(count);
    firstNode.push(count);
    this.topics = topics;
    this.firstNode = firstNode;
    this.firstOfConnection = firstOfConnection;
  }

  get connections(): number {
    return this.firstOfConnection.length - 1;
  }

  street(node: number): StreetPlan {
    return this.streets[this.streetOf[node] as number] as StreetPlan;
  }
}

/** @param share - of the interval, from 0 to below 1 */
function phaseOf(share: number, intervalMs: number): number {
  return intervalMs > TICK_MS
    ? (Math.floor((share * intervalMs) / TICK_MS) * TICK_MS) / intervalMs
    : share;
}
