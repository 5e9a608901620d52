import type { ConnectResult } from "./fleet-connections.js";

/** The sum of several; the latency is left to who has the histograms. */
export function addConnectResults(all: readonly ConnectResult[]): ConnectResult {
  const sum = (of: (one: ConnectResult) => number) =>
    all.reduce((total, one) => total + of(one), 0);
  const elapsedMs = Math.max(...all.map((one) => one.elapsedMs));
  const connected = sum((one) => one.connected);
  const reasons: Record<string, number> = {};
  for (const one of all) {
    for (const [reason, times] of Object.entries(one.reasons)) {
      reasons[reason] = (reasons[reason] ?? 0) + times;
    }
  }
  return {
    clients: sum((one) => one.clients),
    connected,
    failed: sum((one) => one.failed),
    lost: sum((one) => one.lost),
    reconnected: sum((one) => one.reconnected),
    elapsedMs,
    perSecond: elapsedMs > 0 ? (connected / elapsedMs) * 1000 : 0,
    latency: undefined,
    reasons,
  };
}
