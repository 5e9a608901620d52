import type { QoS, SwarmClient } from "@bollard/mqtt-engine";
import type { RatePhase } from "./load-curve.js";

/** A message that is about to be written. One object for all, changed in place. */
export interface OutgoingMessage {
  /** The node's number in its street, from 0 on, whatever the shard. */
  node: number;
  /** Of the node, from 0 on. */
  sequence: number;
  /** The same, with the messages that it did not send. */
  slot: number;
  /** Unix time in ms. */
  dueMs: number;
  /** Nodes with faults have them now. */
  hasFaults: boolean;
}

/** Writes the payloads of a street. */
export interface MessageSource {
  /** The most that it writes, bytes. */
  readonly maxBytes: number;
  /** MQTT 5. */
  readonly contentType?: string;
  /** @returns the payload's length, bytes */
  write(buffer: Buffer, at: number, message: Readonly<OutgoingMessage>): number;
  /** The run begins, Unix time in ms. Default: nothing. */
  begin?(startMs: number): void;
  /** True for one that the node does not send, though it is due. Default: never. */
  isSkipped?(message: Readonly<OutgoingMessage>): boolean;
}

/** Nodes that do the same, as one shard sees them. */
export interface StreetPlan {
  readonly name: string;
  /** Nodes of the whole street. */
  readonly totalNodes: number;
  /** Numbers of those that are this shard's. */
  readonly nodes: Uint32Array;
  /** Between a node's messages at rate 1, ms. 0: at full speed, without a schedule. */
  readonly intervalMs: number;
  readonly qos: QoS;
  readonly retain: boolean;
  /** Default: as many as there is time for. */
  readonly maxMessages?: number;
  /** Nodes behind one connection. */
  readonly nodesPerConnection: number;
  topicOf(node: number): string;
  /** @param node - the first of those behind the connection */
  clientOf(node: number): SwarmClient;
  readonly source: MessageSource;
  /**
   * Where the stamp lies that messages are counted by: at the start of the payload, or, with MQTT 5,
   * in the correlation data.
   */
  readonly stamp: "payload" | "correlation";
  /**
   * How often the connection of a node breaks while faults are on, ms; 0 for never. Default: never.
   *
   * @param node - the first of those behind the connection
   */
  flapMs?(node: number): number;
}

/** Connections that subscribe and count. */
export interface ReceiverPlan {
  readonly filter: string;
  readonly count: number;
  readonly qos: QoS;
  /** Share the messages by `$share` under this name, so that each gets a part of them. */
  readonly share?: string;
}

/** What happens once when a phase begins, beside the rate. */
export interface PhaseAction {
  /** Breaks so many of the connections without a word: their wills are published. 0 to 1. */
  readonly cut?: number;
  /** How long those stay away, ms. Default: not at all. */
  readonly awayMs?: number;
  /** So many of the receivers do not read during the phase. 0 to 1. */
  readonly slowReceivers?: number;
  /** So many retained messages, each on a topic of its own, as fast as the broker takes them. */
  readonly retained?: number;
  /** Nodes with faults have them during the phase. Default: true. */
  readonly faults?: boolean;
}

/** A part of a run. */
export interface PhasePlan extends RatePhase, PhaseAction {
  readonly name: string;
}
