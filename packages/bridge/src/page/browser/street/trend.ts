import type { BridgeStatus } from "../../api-types.js";

/** The figures of one moment that the page keeps for its small plots. */
export interface TrendPoint {
  /** The bridge's clock, in milliseconds since the Unix epoch. */
  readonly timeMs: number;
  readonly readingsIn: number;
  readonly readingsOut: number;
  readonly backlog: number;
}

/** How far back the small plots reach, in milliseconds. */
export const TREND_MS = 120_000;

/** The trend with one status more, and without what is older than two minutes. */
export function appendTrend(
  trend: readonly TrendPoint[],
  status: BridgeStatus,
): readonly TrendPoint[] {
  const timeMs = Date.parse(status.now);
  const { readingsIn, readingsOut } = status.rates;
  const point = { timeMs, readingsIn, readingsOut, backlog: status.spool.backlog };
  // The small margin keeps a line that reaches the left edge.
  const kept = trend.filter((old) => old.timeMs < timeMs && old.timeMs > timeMs - TREND_MS - 5_000);
  return [...kept, point];
}

/** A place in a small plot: `x` from 0 (two minutes ago) to 1 (now), `y` from 0 to 1 (the top). */
export type TrendPlace = readonly [x: number, y: number];

const LONGEST_STEP_MS = 4_000;

/** The lines of one figure; a new line begins after each gap of more than four seconds. */
export function trendLines(
  trend: readonly TrendPoint[],
  figureOf: (point: TrendPoint) => number,
  nowMs: number,
  top: number,
): TrendPlace[][] {
  const lines: TrendPlace[][] = [];
  let before: TrendPoint | undefined;
  for (const point of trend) {
    if (!before || point.timeMs - before.timeMs > LONGEST_STEP_MS) lines.push([]);
    lines.at(-1)?.push([1 + (point.timeMs - nowMs) / TREND_MS, Math.min(1, figureOf(point) / top)]);
    before = point;
  }
  return lines;
}
