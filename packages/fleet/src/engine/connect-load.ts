import { checkLimits } from "../limits/check-limits.js";
import { hold, systemClock } from "./fleet-clock.js";
import { type ConnectResult, FleetConnections } from "./fleet-connections.js";
import { checkOption, clientOf, type FleetTarget, runNumberOf } from "./fleet-target.js";
import { checkConnected } from "./receivers.js";
import { ToolMeter, type ToolUsage } from "./tool-usage.js";

/** How many connections are opened, how fast, and how long they are held. */
export interface ConnectLoadOptions {
  readonly target: FleetTarget;
  readonly clients: number;
  /** Connections begun a second. Default: as fast as the broker takes them. */
  readonly connectsPerSecond?: number;
  /** How long they are held once all are answered, ms. Default: 0. */
  readonly durationMs?: number;
  /** Told once a second. */
  readonly onProgress?: (progress: { readonly up: number; readonly usage: ToolUsage }) => void;
  /** Ends the run early, in order. */
  readonly signal?: AbortSignal;
}

/** What came of it. */
export interface ConnectLoadResult {
  readonly connect: ConnectResult;
  readonly usage: ToolUsage;
  /** Memory that one connection more takes here, bytes. */
  readonly bytesPerConnection: number;
}

const PROGRESS_MS = 1000;

/**
 * Opens connections, holds them, and closes them.
 *
 * @throws FleetError `FLEET_BAD_OPTION`, `FLEET_TOO_FEW_FILES`, `FLEET_TOO_FEW_PORTS`;
 *   `FLEET_NO_CONNECTION` where not one was let in
 */
export async function runConnectLoad(options: ConnectLoadOptions): Promise<ConnectLoadResult> {
  const { target, clients, connectsPerSecond = Number.POSITIVE_INFINITY } = options;
  checkOption("clients", clients, 1, 1_000_000);
  const { durationMs = 0, onProgress, signal = new AbortController().signal } = options;
  checkOption("durationMs", durationMs, 0, 7 * 86_400_000);
  checkLimits(clients, target);
  const run = runNumberOf(target);
  const fleet = new FleetConnections(target, clients, (index) => clientOf(target, run, index), {});
  const meter = new ToolMeter();
  const before = process.memoryUsage.rss();
  const timer = setInterval(
    () => onProgress?.({ up: fleet.stats().up, usage: meter.read() }),
    PROGRESS_MS,
  );
  try {
    await fleet.open(connectsPerSecond, signal);
    checkConnected(fleet, target, signal);
    const { connected } = fleet.result();
    const usage = meter.read();
    const bytesPerConnection = Math.max(0, usage.rssBytes - before) / Math.max(1, connected);
    await hold(systemClock, durationMs, signal);
    return { connect: fleet.result(), usage, bytesPerConnection };
  } finally {
    clearInterval(timer);
    meter.stop();
    await fleet.close();
  }
}
