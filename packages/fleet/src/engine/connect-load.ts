import { FleetError } from "../error.js";
import { type ConnectResult, FleetConnections } from "./fleet-connections.js";
import { checkOption, type FleetTarget, runNumberOf } from "./fleet-target.js";
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
 * @throws {@link FleetError} `FLEET_BAD_OPTION`; `FLEET_NO_CONNECTION` where not one was let in
 */
export async function runConnectLoad(options: ConnectLoadOptions): Promise<ConnectLoadResult> {
  const { target, clients, connectsPerSecond = Number.POSITIVE_INFINITY } = options;
  checkOption("clients", clients, 1, 1_000_000);
  const { durationMs = 0, onProgress, signal = new AbortController().signal } = options;
  checkOption("durationMs", durationMs, 0, 7 * 86_400_000);
  const fleet = new FleetConnections(target, runNumberOf(target), {});
  const meter = new ToolMeter();
  const before = process.memoryUsage.rss();
  const timer = setInterval(
    () => onProgress?.({ up: fleet.stats().up, usage: meter.read() }),
    PROGRESS_MS,
  );
  try {
    await fleet.open(clients, connectsPerSecond, signal);
    const { connected, reasons } = fleet.result();
    if (connected === 0 && !signal.aborted) {
      const place = `${target.host ?? "localhost"}:${target.port ?? 1883}`;
      const message = `not one of ${clients} connections was let in: ${Object.keys(reasons)[0]}`;
      throw new FleetError("FLEET_NO_CONNECTION", place, message);
    }
    const usage = meter.read();
    const bytesPerConnection = Math.max(0, usage.rssBytes - before) / Math.max(1, connected);
    await hold(durationMs, signal);
    return { connect: fleet.result(), usage, bytesPerConnection };
  } finally {
    clearInterval(timer);
    meter.stop();
    await fleet.close();
  }
}

/** Resolves after a time, or at the signal. */
export async function hold(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
}
