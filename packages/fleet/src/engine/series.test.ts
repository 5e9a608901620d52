import { expect, test } from "vitest";
import { Series, type SeriesRow } from "./series.js";

const row = (atS: number, more: Partial<SeriesRow> = {}): SeriesRow => ({
  atS,
  phase: "hold",
  connected: 1,
  broken: 0,
  due: atS,
  sent: atS,
  acknowledged: atS,
  received: atS,
  waiting: 0,
  p50Ms: atS,
  p90Ms: atS,
  p99Ms: atS,
  maxMs: atS,
  latenessP99Ms: 1,
  cpuShare: 0.5,
  rssMb: 50,
  broker: {},
  ...more,
});

test("keeps every row until it is full, and then one for two, four, eight", () => {
  const series = new Series(8);
  for (let atS = 1; atS <= 7; atS++) series.add(row(atS));
  expect(series.rows().map(({ atS }) => atS)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  for (let atS = 8; atS <= 100; atS++) series.add(row(atS));
  const kept = series.rows().map(({ atS }) => atS);
  expect(kept.length).toBeLessThanOrEqual(8);
  expect(kept).toEqual([16, 32, 48, 64, 80, 96, 100]);
});

test("a row of two has the counts of the later and the worse latencies", () => {
  const series = new Series(2);
  series.add(row(1, { p99Ms: 30, cpuShare: 1, maxMs: undefined }));
  series.add(row(2, { p99Ms: 7, cpuShare: 0 }));
  expect(series.rows()).toMatchObject([{ sent: 2, p99Ms: 30, maxMs: 2, cpuShare: 0.5 }]);
});
