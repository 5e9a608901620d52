import uPlot from "uplot";
import { formatNumber } from "../text/format-number.js";
import { seriesDashes } from "./series-dashes.js";

/** What the pointer is on: a time in Unix seconds, and each series' value there. */
export interface PlotCursor {
  readonly timeS: number;
  readonly values: readonly (number | null | undefined)[];
}

/** How a plot is made. */
export interface PlotOptions {
  readonly target: HTMLElement;
  readonly slots: readonly number[];
  /** The span of time to show, asked at each drawing. */
  readonly range: () => [from: number, to: number];
  readonly onCursor: (cursor: PlotCursor | undefined) => void;
}

const HEIGHT = 260;
const FONT_SIZE = 12;

/** A line plot in the page's own colours; it draws no legend, since the page has a table for that. */
export function createPlot({ target, slots, range, onCursor }: PlotOptions): uPlot {
  const style = getComputedStyle(target);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const font = `${FONT_SIZE}px ${style.fontFamily}`;
  const axis: uPlot.Axis = {
    font,
    stroke: colour("--muted"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  const options: uPlot.Options = {
    width: Math.max(1, target.clientWidth),
    height: HEIGHT,
    // Half of the last label on the time axis stands beyond the plot.
    padding: [10, 28, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { size: 8 } },
    scales: { x: { time: true, range: () => range() } },
    axes: [
      {
        ...axis,
        space: (_, __, fromS, toS) => (toS - fromS > 4 * 60 ? 50 : 76),
        size: 30,
        values: (_, splits, __, ___, step) => timeLabels(splits, step),
      },
      {
        ...axis,
        space: 36,
        size: (_, labels) => labelRoom(labels),
        values: (_, splits, __, ___, step) =>
          splits.map((value) => formatNumber(value, decimalsOf(step))),
      },
    ],
    series: [
      {},
      ...slots.map((slot) => ({
        stroke: colour(`--series-${slot}`),
        width: 1.75,
        dash: [...(seriesDashes[slot] ?? [])],
        spanGaps: false,
      })),
    ],
    hooks: { setCursor: [(plot) => onCursor(cursorOf(plot))] },
  };
  return new uPlot(options, [[], ...slots.map(() => [])], target);
}

function cursorOf(plot: uPlot): PlotCursor | undefined {
  const { idx, idxs } = plot.cursor;
  const timeS = idx === null || idx === undefined ? undefined : plot.data[0][idx];
  if (timeS === undefined) return undefined;
  const values = plot.data.slice(1).map((series, index) => {
    const at = idxs?.[index + 1];
    return at === null || at === undefined ? undefined : series[at];
  });
  return { timeS, values };
}

function labelRoom(labels: readonly string[] | null): number {
  const longest = Math.max(0, ...(labels ?? []).map((label) => label.length));
  return Math.ceil(longest * FONT_SIZE * 0.58) + 16;
}

function decimalsOf(step: number): number {
  return Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
}

const DAY_S = 86_400;

function timeLabels(splits: readonly number[], stepS: number): string[] {
  const format = new Intl.DateTimeFormat(
    "en-GB",
    stepS >= DAY_S
      ? { day: "numeric", month: "short" }
      : stepS >= 60
        ? { hour: "2-digit", minute: "2-digit" }
        : { timeStyle: "medium" },
  );
  return splits.map((time) => format.format(time * 1000));
}
