import { setTimeout as sleep } from "node:timers/promises";
import { formatStatusLine, StatusLine } from "./status-line.js";
import { Street, type StreetReport } from "./street.js";

const CUT_SECONDS = 5;
const DRAIN_LIMIT_MS = 30_000;

export interface HeadlessOptions {
  readonly port: number;
  readonly durationS: number;
  readonly json: boolean;
}

/**
 * Runs the street for a time with nobody watching: the city broker is cut for five seconds (a
 * quarter of a shorter run) in the middle, then what is held drains, for half a minute at most.
 */
export async function runHeadless(options: HeadlessOptions): Promise<number> {
  const street = await Street.open({ port: options.port });
  const line = new StatusLine(process.stderr);
  const timer = setInterval(() => line.show(formatStatusLine(street.status())), 1_000);
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => interrupted.abort());
  }
  try {
    const cutMs = Math.min(CUT_SECONDS, options.durationS / 4) * 1_000;
    const beforeMs = (options.durationS * 1_000 - cutMs) / 2;
    await sleep(beforeMs, undefined, { signal: interrupted.signal });
    street.cutCity();
    await sleep(cutMs, undefined, { signal: interrupted.signal });
    await street.joinCity();
    await sleep(beforeMs, undefined, { signal: interrupted.signal });
    street.stopProducing();
    await street.drain(DRAIN_LIMIT_MS);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
  } finally {
    clearInterval(timer);
    line.end();
  }
  const report = street.report();
  await street.close();
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : formatReport(report));
  return report.lost > 0 || interrupted.signal.aborted ? 1 : 0;
}

function formatReport(report: StreetReport): string {
  return Object.entries(report)
    .map(([name, value]) => `${name.padEnd(24)} ${value}\n`)
    .join("");
}
