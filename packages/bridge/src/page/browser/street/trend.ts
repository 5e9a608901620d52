import type { BridgeStatus, TrendPoint } from "../../api-types.js";

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

/** What the bridge remembers, also from before the page was opened, and what the page saw since. */
export function joinTrends(
  remembered: readonly TrendPoint[],
  seen: readonly TrendPoint[],
): readonly TrendPoint[] {
  const lastMs = remembered.at(-1)?.timeMs ?? Number.NEGATIVE_INFINITY;
  return [...remembered, ...seen.filter(({ timeMs }) => timeMs > lastMs)];
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
