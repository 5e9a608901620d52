import { describe, expect, test } from "vitest";
import type { FieldHistory } from "../../api-types.js";
import { plotData, plotRange, seriesFigures, withGaps } from "./plot-data.js";

function history(times: number[], values: (number | null)[]): FieldHistory {
  return { node: "lamp-1", field: "pm25", unit: "µg/m³", times, values };
}

describe("withGaps", () => {
  test("a silence is a gap, and a usual step is none", () => {
    expect(withGaps(history([0, 1, 2, 3, 20, 21], [1, 2, 3, 4, 5, 6]))).toEqual([
      [0, 1, 2, 3, 5.5, 20, 21],
      [1, 2, 3, 4, null, 5, 6],
    ]);
  });

  test("a missing value stays missing", () => {
    expect(withGaps(history([0, 10, 20], [1, null, 3]))).toEqual([
      [0, 10, 20],
      [1, null, 3],
    ]);
  });

  test("nothing comes of nothing", () => {
    expect(withGaps(history([], []))).toEqual([[], []]);
  });
});

describe("plotData", () => {
  test("another node's times make no gap", () => {
    const joined = plotData([history([0, 2], [1, 2]), history([1, 3], [5, null])]);
    expect(joined).toEqual([
      [0, 1, 2, 3],
      [1, undefined, 2, undefined],
      [undefined, 5, undefined, null],
    ]);
    expect(plotData([])).toEqual([[]]);
  });
});

describe("plotRange", () => {
  test("ends now, and begins with the first value", () => {
    expect(plotRange([history([900, 990], [1, 2])], 300, 1000)).toEqual([900, 1000]);
    expect(plotRange([history([100, 990], [1, 2])], 300, 1000)).toEqual([700, 1000]);
  });

  test("a replay of another year ends with its last reading", () => {
    expect(plotRange([history([100, 200, 400], [1, 2, 3])], 250, 1_000_000)).toEqual([150, 400]);
  });

  test("is a span also without any value", () => {
    expect(plotRange([], 300, 1000)).toEqual([700, 1000]);
    expect(plotRange([history([1000], [1])], 300, 1000)).toEqual([999, 1000]);
  });
});

test("the figures of a series leave gaps out", () => {
  expect(seriesFigures(history([0, 1, 2, 3], [4, null, 1, 2.5]))).toEqual({
    last: 2.5,
    least: 1,
    mean: 2.5,
    most: 4,
  });
  expect(seriesFigures(history([0], [null]))).toEqual({
    last: undefined,
    least: undefined,
    mean: undefined,
    most: undefined,
  });
});
