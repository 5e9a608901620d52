import { expect, test } from "vitest";
import { holdingStatus } from "../testing/http-options.js";
import { ManualClock } from "../testing/manual-clock.js";
import { TrendLog } from "./trend-log.js";

test("the trend has a point a second, of the last two minutes", () => {
  const clock = new ManualClock();
  let backlog = 0;
  const trend = new TrendLog({
    clock,
    status: () => ({ ...holdingStatus, spool: { ...holdingStatus.spool, backlog: ++backlog } }),
  });
  trend.start();
  clock.pass(999);
  expect(trend.points).toEqual([]);
  clock.pass(1);
  expect(trend.points).toEqual([
    { timeMs: 1_789_000_001_000, readingsIn: 10, readingsOut: 0, backlog: 1 },
  ]);
  clock.pass(200_000);
  expect([trend.points.length, trend.points[0]?.backlog, trend.points.at(-1)?.backlog]).toEqual([
    120, 82, 201,
  ]);
  trend.stop();
  expect(clock.waiting).toBe(0);
});
