import type { TrendPoint } from "../../api-types.js";
import { type TrendPlace, trendLines } from "../street/trend.js";
import { formatFigure } from "../text/format-number.js";
import { niceAbove } from "./nice-number.js";

/** One line of a small plot. */
export interface TrendFigure {
  readonly key: string;
  readonly figureOf: (point: TrendPoint) => number;
}

/**
 * The last two minutes of up to two figures, small: time on x, round top on y.
 *
 * @param label - what it shows, for who cannot see it
 * @param least - the top of the y axis is never below this
 */
export function TrendPlot(props: {
  readonly trend: readonly TrendPoint[];
  readonly nowMs: number;
  readonly figures: readonly TrendFigure[];
  readonly label: string;
  readonly least: number;
}) {
  const { trend, nowMs, figures, label, least } = props;
  const values = figures.flatMap(({ figureOf }) => trend.map(figureOf));
  const top = niceAbove(Math.max(least, ...values));
  return (
    <figure class="trend">
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={label}>
        {figures.map(({ key, figureOf }) => (
          <path
            class={`trend-${key}`}
            key={key}
            d={pathOf(trendLines(trend, figureOf, nowMs, top))}
          />
        ))}
      </svg>
      <figcaption>
        <span>2 min ago</span>
        <span class="trend-top">{formatFigure(top)}</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}

function pathOf(lines: readonly TrendPlace[][]): string {
  return lines
    .map((line) => line.map(([x, y]) => `${place(x * 100)} ${place(97 - y * 94)}`))
    .map((points) => `M${points.length === 1 ? `${points[0]}L${points[0]}` : points.join("L")}`)
    .join("");
}

function place(value: number): string {
  return value.toFixed(1);
}
