import type { Node } from "@bollard/sdk/node";
import type { Ledger } from "./ledger.js";
import type { Recording } from "./recording.js";

const TICK_MS = 20;

/** A node, and what the city calls it. */
export interface NamedNode {
  readonly name: string;
  readonly node: Node;
}

export interface ReplayOptions {
  readonly nodes: readonly NamedNode[];
  readonly recording: Recording;
  readonly ledger: Ledger;
  /** Time between two readings of one node, ms. */
  readonly intervalMs: number;
}

/**
 * Replays the recording on every node, each from a place of its own in it and at a moment of its
 * own within the interval, and enters each reading in the ledger when its node takes it.
 */
export class ReplayNodes {
  readonly #options: ReplayOptions;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  #reported = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#reportDue(), TICK_MS);
  }

  /** Ends production; what the nodes hold still goes out. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Reports what is due since the last tick: node after node, evenly over the interval. */
  #reportDue(): void {
    const { nodes, intervalMs } = this.#options;
    const due = Math.floor(((performance.now() - this.#startedAt) / intervalMs) * nodes.length);
    for (; this.#reported < due; this.#reported++) this.#report(this.#reported);
  }

  #report(count: number): void {
    const { nodes, recording, ledger } = this.#options;
    const index = count % nodes.length;
    const { name, node } = nodes[index] as NamedNode;
    const round = Math.floor(count / nodes.length);
    // 31 readings apart: over an hour of the recording.
    const values = recording.values[(round + index * 31) % recording.values.length] ?? {};
    const key = node.report(values);
    if (key) ledger.produce(name, key);
  }
}
