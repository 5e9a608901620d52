import type { QoS } from "@bollard/mqtt-engine";
import { checkLimits } from "../limits/check-limits.js";
import { expandTemplate } from "./expand-template.js";
import { hold, systemClock } from "./fleet-clock.js";
import { type ConnectResult, FleetConnections } from "./fleet-connections.js";
import { checkOption, clientOf, type FleetTarget, runNumberOf } from "./fleet-target.js";
import { Latency, type LatencySummary } from "./latency.js";
import { stampOf } from "./receivers.js";
import { ToolMeter, type ToolUsage } from "./tool-usage.js";

/** Who subscribes to what, and for how long. */
export interface SubscribeLoadOptions {
  readonly target: FleetTarget;
  readonly clients: number;
  readonly connectsPerSecond?: number;
  /** Filter of each client; `%i` is its number. Default: `bollard/fleet/#`. */
  readonly topic?: string;
  /** Default: 0. */
  readonly qos?: QoS;
  /** How long is listened, ms. Default: 10000. */
  readonly durationMs?: number;
  /** Ends the run once so many messages have come. Default: none. */
  readonly count?: number;
  readonly onProgress?: (progress: SubscribeProgress) => void;
  readonly signal?: AbortSignal;
}

/** How a run stands. */
export interface SubscribeProgress {
  readonly up: number;
  readonly received: number;
  readonly latency: LatencySummary | undefined;
}

/** What came of a run. */
export interface SubscribeResult {
  readonly connect: ConnectResult;
  readonly elapsedMs: number;
  /** Subscriptions the broker refused. */
  readonly refused: number;
  readonly received: number;
  readonly receivedBytes: number;
  readonly receivedPerSecond: number;
  /** Of messages that carry the fleet's stamp, from when they were due, and from when they were sent. */
  readonly fromDue: LatencySummary | undefined;
  readonly fromSend: LatencySummary | undefined;
  readonly usage: ToolUsage;
}

const PROGRESS_MS = 1000;

/**
 * Subscribes and counts what comes. Latencies across machines are as good as their clocks.
 *
 * @throws FleetError `FLEET_BAD_OPTION`, `FLEET_TOO_FEW_FILES`, `FLEET_TOO_FEW_PORTS`
 */
export async function runSubscribeLoad(options: SubscribeLoadOptions): Promise<SubscribeResult> {
  const { target, clients, qos = 0, topic = "bollard/fleet/#", onProgress } = options;
  const { durationMs = 10_000, count = Number.POSITIVE_INFINITY } = options;
  checkOption("clients", clients, 1, 1_000_000);
  checkOption("durationMs", durationMs, 1, 7 * 86_400_000);
  const [fromDue, fromSend, lastSecond] = [new Latency(), new Latency(), new Latency()];
  const meter = new ToolMeter();
  const enough = new AbortController();
  const signal = AbortSignal.any([enough.signal, ...(options.signal ? [options.signal] : [])]);
  let received = 0;
  let receivedBytes = 0;
  let refused = 0;
  checkLimits(clients, target);
  const run = runNumberOf(target);
  const fleet = new FleetConnections(target, clients, (index) => clientOf(target, run, index), {
    connected: (connection) => {
      const filter = expandTemplate(topic, { index: connection.index + 1 });
      fleet.driver.subscribe(connection, filter, qos);
    },
    subscribed: (_, reasonCode) => {
      if (reasonCode >= 128) refused++;
    },
    message: (_, message) => {
      received++;
      receivedBytes += message.payloadEnd - message.payloadStart;
      const stamp = stampOf(message);
      if (stamp) {
        const ms = performance.timeOrigin + performance.now() - stamp.dueMs;
        fromDue.record(ms);
        fromSend.record(ms - stamp.lateUs / 1000);
        lastSecond.record(ms);
      }
      if (received >= count) enough.abort();
    },
  });
  const timer = setInterval(() => {
    onProgress?.({ up: fleet.stats().up, received, latency: lastSecond.summary() });
    lastSecond.reset();
  }, PROGRESS_MS);
  try {
    await fleet.open(options.connectsPerSecond ?? Number.POSITIVE_INFINITY, signal);
    const startMs = performance.now();
    await hold(systemClock, durationMs, signal);
    const elapsedMs = performance.now() - startMs;
    return {
      connect: fleet.result(),
      elapsedMs,
      refused,
      received,
      receivedBytes,
      receivedPerSecond: (received / Math.max(1, elapsedMs)) * 1000,
      fromDue: fromDue.summary(),
      fromSend: fromSend.summary(),
      usage: meter.read(),
    };
  } finally {
    clearInterval(timer);
    meter.stop();
    await fleet.close();
  }
}
