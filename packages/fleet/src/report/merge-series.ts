import type { SeriesRow } from "../engine/series.js";

/**
 * The courses of several shards as one: counts are added, of the latencies of a second the worst is
 * kept, since percentiles cannot be added.
 */
export function mergeSeries(all: readonly (readonly SeriesRow[])[]): readonly SeriesRow[] {
  const bySecond = new Map<number, SeriesRow[]>();
  for (const series of all) {
    for (const row of series) {
      const second = Math.round(row.atS);
      bySecond.set(second, [...(bySecond.get(second) ?? []), row]);
    }
  }
  const whole = [...bySecond].filter(([, rows]) => rows.length === all.length);
  return whole
    .sort(([one], [other]) => one - other)
    .map(([second, rows]) => {
      const [first] = rows as [SeriesRow, ...SeriesRow[]];
      const sum = (of: (row: SeriesRow) => number) =>
        rows.reduce((total, row) => total + of(row), 0);
      const worst = (of: (row: SeriesRow) => number | undefined) => {
        const known = rows.map(of).filter((value) => value !== undefined);
        return known.length > 0 ? Math.max(...known) : undefined;
      };
      return {
        atS: second,
        phase: first.phase,
        connected: sum((row) => row.connected),
        broken: sum((row) => row.broken),
        due: sum((row) => row.due),
        sent: sum((row) => row.sent),
        acknowledged: sum((row) => row.acknowledged),
        received: sum((row) => row.received),
        waiting: sum((row) => row.waiting),
        p50Ms: worst((row) => row.p50Ms),
        p90Ms: worst((row) => row.p90Ms),
        p99Ms: worst((row) => row.p99Ms),
        maxMs: worst((row) => row.maxMs),
        latenessP99Ms: worst((row) => row.latenessP99Ms),
        cpuShare: sum((row) => row.cpuShare),
        rssMb: sum((row) => row.rssMb),
        broker: first.broker,
      };
    });
}
