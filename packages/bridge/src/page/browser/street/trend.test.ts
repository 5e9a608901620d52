import { describe, expect, test } from "vitest";
import type { TrendPoint } from "../../api-types.js";
import { exampleStatus } from "./example-status.test-data.js";
import { appendTrend, joinTrends, trendLines } from "./trend.js";

const at = (seconds: number) => new Date(1_000_000_000 + seconds * 1000).toISOString();
const point = (seconds: number, readingsIn: number): TrendPoint => ({
  timeMs: 1_000_000_000 + seconds * 1000,
  readingsIn,
  readingsOut: 201,
  backlog: 12,
});

describe("the trend", () => {
  test("grows by each status and forgets what is older than two minutes", () => {
    let trend: readonly TrendPoint[] = [];
    for (let second = 0; second < 300; second++) {
      trend = appendTrend(trend, { ...exampleStatus, now: at(second) });
    }
    expect(trend).toHaveLength(125);
    expect(trend.at(-1)).toEqual(point(299, exampleStatus.rates.readingsIn));
  });

  test("a clock that was set back starts it anew", () => {
    expect(appendTrend([point(50, 1)], { ...exampleStatus, now: at(10) })).toEqual([
      point(10, exampleStatus.rates.readingsIn),
    ]);
  });

  test("a gap begins a new line", () => {
    const trend = [point(0, 50), point(1, 100), point(60, 200)];
    expect(trendLines(trend, ({ readingsIn }) => readingsIn, 1_000_120_000, 100)).toEqual([
      [
        [0, 0.5],
        [expect.closeTo(1 / 120), 1],
      ],
      [[0.5, 1]],
    ]);
  });
});

test("what the bridge remembers fills what the page did not see, and nothing stands twice", () => {
  const point = (timeMs: number): TrendPoint => {
    return { timeMs, readingsIn: 1, readingsOut: 1, backlog: 0 };
  };
  const join = (remembered: number[], seen: number[]) =>
    joinTrends(remembered.map(point), seen.map(point)).map(({ timeMs }) => timeMs);
  expect(join([1, 2, 3], [3, 4])).toEqual([1, 2, 3, 4]);
  expect(join([1, 2, 3, 4], [1, 4])).toEqual([1, 2, 3, 4]);
  expect(join([1], [])).toEqual([1]);
  expect(join([], [3, 4])).toEqual([3, 4]);
});
