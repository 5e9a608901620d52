import type { BridgeStatus, TrendPoint } from "../../api-types.js";
import { Bar } from "../parts/bar.js";
import { TrendPlot } from "../parts/trend-plot.js";
import { formatBytes } from "../text/format-bytes.js";
import { formatCount } from "../text/format-number.js";

const figures = [{ key: "first", figureOf: ({ backlog }: TrendPoint) => backlog }];

/** How much waits on disk for the slowest sink, and how much room there is. */
export function SpoolCard(props: {
  readonly spool: BridgeStatus["spool"];
  readonly trend: readonly TrendPoint[];
  readonly nowMs: number;
}) {
  const { spool, trend, nowMs } = props;
  const share = spool.maxBytes > 0 ? spool.bytes / spool.maxBytes : 0;
  return (
    <section class="card" aria-labelledby="spool">
      <h2 id="spool">Waiting in the spool</h2>
      <p class="card-figures">
        <span>
          <strong>{formatCount(spool.backlog)}</strong> {spool.backlog === 1 ? "entry" : "entries"}
        </span>
      </p>
      <TrendPlot
        {...{ trend, nowMs, figures }}
        least={100}
        label="Entries waiting, last 2 minutes"
      />
      <div class="bound">
        <Bar share={share} />
        <p class="quiet">
          {formatBytes(spool.bytes)} of {formatBytes(spool.maxBytes)} on disk
        </p>
      </div>
    </section>
  );
}
