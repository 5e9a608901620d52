import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";

/**
 * How far the wall clock can be trusted.
 *
 * - `synchronised`: the system says that a time service has set it
 * - `unknown`: it shows a plausible time, and nobody vouches for it
 * - `unset`: it shows a time before this software was written
 */
export type ClockQuality = "synchronised" | "unknown" | "unset";

/** Where the bridge gets the time from, and its timers. A test gives its own. */
export interface BridgeClock {
  /** Names the span in which `monotonicMs` may be compared: the machine's boot. 32 bits. */
  readonly bootId: number;
  /** Milliseconds that never jump, from any beginning. */
  monotonicMs(): number;
  /** Milliseconds since the Unix epoch. */
  wallMs(): number;
  quality(): ClockQuality;
  /** Calls `task` once after `delayMs`; the returned function takes it back. */
  after(delayMs: number, task: () => void): () => void;
}

/** A clock before this was never set: 2024-01-01T00:00:00Z. */
const PLAUSIBLE_FROM_MS = 1_704_067_200_000;
/** systemd-timesyncd makes this file once a server has answered. */
const SYNCHRONISED_MARK = "/run/systemd/timesync/synchronized";
const QUALITY_LASTS_MS = 10_000;

/** The machine's own clocks. Timers do not keep the process alive. */
export function systemClock(): BridgeClock {
  let quality: ClockQuality = "unknown";
  let askAgainAt = Number.NEGATIVE_INFINITY;
  const monotonicMs = () => Number(process.hrtime.bigint() / 1000n) / 1000;
  return {
    bootId: machineBootId(),
    monotonicMs,
    wallMs: () => Date.now(),
    quality: () => {
      if (monotonicMs() >= askAgainAt) {
        askAgainAt = monotonicMs() + QUALITY_LASTS_MS;
        quality = existsSync(SYNCHRONISED_MARK) ? "synchronised" : "unknown";
      }
      return Date.now() < PLAUSIBLE_FROM_MS ? "unset" : quality;
    },
    after: (delayMs, task) => {
      const timer = setTimeout(task, delayMs);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

/** Linux names each boot; elsewhere the process stands for it, as its monotonic clock does. */
function machineBootId(): number {
  try {
    const text = readFileSync("/proc/sys/kernel/random/boot_id", "latin1");
    return Number.parseInt(text.slice(0, 8), 16);
  } catch {
    return randomBytes(4).readUInt32LE(0);
  }
}
