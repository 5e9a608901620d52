import uPlot from "uplot";
import type { FieldHistory } from "../../api-types.js";

/** What one series comes to in words: in the plot's table, and for who cannot see the plot. */
export interface SeriesFigures {
  readonly last: number | undefined;
  readonly least: number | undefined;
  readonly mean: number | undefined;
  readonly most: number | undefined;
}

const GAP_STEPS = 5;
const SHORTEST_GAP_S = 3;

/**
 * A history with a `null` wherever the node was silent: for more than five times its usual step,
 * and at least three seconds. The bridge's own `null`s stay.
 */
export function withGaps(history: FieldHistory): [times: number[], values: (number | null)[]] {
  const longest = Math.max(SHORTEST_GAP_S, GAP_STEPS * usualStep(history.times));
  const times: number[] = [];
  const values: (number | null)[] = [];
  history.times.forEach((time, index) => {
    const before = times.at(-1);
    if (before !== undefined && time - before > longest) {
      times.push(before + longest / 2);
      values.push(null);
    }
    times.push(time);
    values.push(history.values[index] ?? null);
  });
  return [times, values];
}

/** The middle of all steps from one time to the next, in seconds. */
function usualStep(times: readonly number[]): number {
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return steps.sort((a, b) => a - b)[steps.length >> 1] ?? 0;
}

/** Several histories on one time axis; another node's times make no gap. */
export function plotData(histories: readonly FieldHistory[]): uPlot.AlignedData {
  if (histories.length === 0) return [[]];
  return uPlot.join(histories.map(withGaps));
}

/**
 * The span of time to draw, in Unix seconds: the window that ends now, or with the last reading
 * where the nodes' clocks are elsewhere, as in a replay. It begins no earlier than the first value.
 */
export function plotRange(
  histories: readonly FieldHistory[],
  windowS: number,
  nowS: number,
): [from: number, to: number] {
  const ends = histories.flatMap(({ times }) => times.at(-1) ?? []);
  const starts = histories.flatMap(({ times }) => times[0] ?? []);
  const last = ends.length > 0 ? Math.max(...ends) : nowS;
  const to = Math.abs(nowS - last) < windowS ? Math.max(nowS, last) : last;
  const first = starts.length > 0 ? Math.min(...starts) : to - windowS;
  const from = Math.max(to - windowS, first);
  return from < to ? [from, to] : [to - 1, to];
}

/** The last, least, mean and greatest value of a history; none where it has no number. */
export function seriesFigures(history: FieldHistory): SeriesFigures {
  const values = history.values.filter((value) => value !== null);
  if (values.length === 0) {
    return { last: undefined, least: undefined, mean: undefined, most: undefined };
  }
  return {
    last: values.at(-1),
    least: values.reduce((a, b) => Math.min(a, b)),
    mean: values.reduce((a, b) => a + b, 0) / values.length,
    most: values.reduce((a, b) => Math.max(a, b)),
  };
}
