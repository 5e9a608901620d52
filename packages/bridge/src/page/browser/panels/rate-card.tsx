import type { BridgeStatus, TrendPoint } from "../../api-types.js";
import { TrendPlot } from "../parts/trend-plot.js";
import { formatFigure } from "../text/format-number.js";

const figures = [
  { key: "second", figureOf: ({ readingsOut }: TrendPoint) => readingsOut },
  { key: "first", figureOf: ({ readingsIn }: TrendPoint) => readingsIn },
];

/** Readings per second, into the bridge and out of it. */
export function RateCard(props: {
  readonly rates: BridgeStatus["rates"];
  readonly trend: readonly TrendPoint[];
  readonly nowMs: number;
}) {
  const { rates, trend, nowMs } = props;
  return (
    <section class="card" aria-labelledby="rate">
      <h2 id="rate">Readings per second</h2>
      <p class="card-figures">
        <span>
          <strong>{formatFigure(rates.readingsIn)}</strong> <i class="key key-first" /> in
        </span>
        <span>
          <strong>{formatFigure(rates.readingsOut)}</strong> <i class="key key-second" /> out
        </span>
      </p>
      <TrendPlot
        {...{ trend, nowMs, figures }}
        least={1}
        label="Readings per second, last 2 minutes"
      />
    </section>
  );
}
