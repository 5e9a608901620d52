import type { QoS } from "@bollard/mqtt-engine";
import { checkLimits } from "../limits/check-limits.js";
import { expandTemplate, filterOf } from "./expand-template.js";
import type { MessageSource } from "./fleet-plan.js";
import { FleetRun, type FleetRunResult, type LoadProgress } from "./fleet-run.js";
import { checkOption, clientOf, type FleetTarget, runNumberOf } from "./fleet-target.js";
import { STAMP_BYTES } from "./message-stamp.js";
import { TICK_MS } from "./timer-wheel.js";

/** What is published, by how many, how often and for how long. */
export interface PublishLoadOptions {
  readonly target: FleetTarget;
  /** Nodes, each with a connection of its own. */
  readonly clients: number;
  /** Connections begun a second. Default: as fast as the broker takes them. */
  readonly connectsPerSecond?: number;
  /**
   * Time between two messages of a node, ms. 0: as fast as the broker takes them, without a schedule
   * and so without latencies from it. Default: 1000.
   */
  readonly intervalMs?: number;
  /** `%i` is the node's number, `%c` its client id. Default: `bollard/fleet/%i`. */
  readonly topic?: string;
  /** Payload, bytes; 24 of them are the stamp that is counted by. Default: 100. */
  readonly payloadBytes?: number;
  /** Default: 0. */
  readonly qos?: QoS;
  readonly retain?: boolean;
  /** How long is published, ms. Default: 10000. */
  readonly durationMs?: number;
  /** Most messages of each node. Default: as many as the duration has room for. */
  readonly count?: number;
  /**
   * Connections that subscribe to all of it and count what arrives by node and sequence number. More
   * than one share the messages (`$share`). Default: 0.
   */
  readonly receivers?: number;
  /** Longest wait for what is under way at the end, ms. Default: 10000. */
  readonly drainMs?: number;
  /** Told once a second. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Ends the run early, in order. */
  readonly signal?: AbortSignal;
}

/** What came of a run. */
export type PublishResult = FleetRunResult;

/**
 * Publishes on a schedule that does not wait for the broker: a message's latency counts from when it
 * was due, so a broker that stalls shows in full.
 *
 * @throws FleetError `FLEET_BAD_OPTION`, `FLEET_NO_CONNECTION`, `FLEET_TOO_FEW_FILES`,
 *   `FLEET_TOO_FEW_PORTS`
 */
export async function runPublishLoad(options: PublishLoadOptions): Promise<PublishResult> {
  const { clients, intervalMs = 1000, payloadBytes = 100, durationMs = 10_000 } = options;
  const { receivers = 0, qos = 0, topic = "bollard/fleet/%i", count, ...rest } = options;
  checkOption("clients", clients, 1, 1_000_000);
  checkOption("payloadBytes", payloadBytes, STAMP_BYTES, 1_000_000);
  checkOption("intervalMs", intervalMs, 0, 86_400_000);
  checkOption("durationMs", durationMs, 1, 7 * 86_400_000);
  checkOption("receivers", receivers, 0, 1000);
  const run = runNumberOf(options.target);
  const target = { ...options.target, run };
  checkLimits(clients + receivers, target);
  // A node that sends a given number of messages has sent the last one an interval before.
  const planned = count === undefined ? durationMs : Math.min(durationMs, count * intervalMs);
  const fleet = new FleetRun({
    ...rest,
    target,
    streets: [
      {
        name: "nodes",
        totalNodes: clients,
        nodes: Uint32Array.from({ length: clients }, (_, node) => node),
        intervalMs,
        qos,
        retain: options.retain ?? false,
        ...(count !== undefined && { maxMessages: count }),
        nodesPerConnection: 1,
        topicOf: (node) => expandTemplate(topic, { index: node + 1 }),
        clientOf: (node) => clientOf(target, run, node),
        source: fixedSource(payloadBytes),
        stamp: "payload",
      },
    ],
    receivers:
      receivers > 0
        ? [
            {
              filter: filterOf(topic),
              count: receivers,
              qos,
              ...(receivers > 1 && { share: `bollard-fleet-${run}` }),
            },
          ]
        : [],
    phases: [
      {
        name: "publishing",
        durationMs: intervalMs > 0 ? Math.max(TICK_MS, planned) : durationMs,
        fromRate: 1,
        toRate: 1,
      },
    ],
  });
  try {
    return await fleet.play();
  } finally {
    await fleet.close();
  }
}

/** The same bytes each time; the stamp goes over the first of them. */
export function fixedSource(bytes: number): MessageSource {
  const filler = new Uint8Array(bytes).fill(0x2e);
  return {
    maxBytes: bytes,
    write(buffer, at) {
      buffer.set(filler, at);
      return bytes;
    },
  };
}
