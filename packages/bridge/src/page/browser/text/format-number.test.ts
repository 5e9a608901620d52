import { describe, expect, test } from "vitest";
import { formatCount, formatFigure, formatNumber, formatValue } from "./format-number.js";

describe("formatNumber", () => {
  test.each([
    [1204.5, 2, "1,204.50"],
    [-0.04, 1, "0.0"],
    [-7.25, 2, "−7.25"],
    [102235.02, 2, "102,235.02"],
    [3, 0, "3"],
    [1, 400, "1.00000000000000000000"],
    [1.6, -3, "2"],
  ])("writes %d with %d decimals as %s", (value, decimals, text) => {
    expect(formatNumber(value, decimals)).toBe(text);
  });

  test("writes a count without decimals", () => {
    expect(formatCount(1_204_000)).toBe("1,204,000");
  });

  test.each([
    [0, "0"],
    [0.254, "0.25"],
    [14.21, "14.2"],
    [201.6, "202"],
    [12_040, "12,040"],
  ])("writes the figure %d as %s", (value, text) => {
    expect(formatFigure(value)).toBe(text);
  });
});

describe("formatValue", () => {
  test("writes each kind of value", () => {
    expect(formatValue({ value: 3.4, unit: "µg/m³", decimals: 2 })).toBe("3.40 µg/m³");
    expect(formatValue({ value: 12, unit: "", decimals: 0 })).toBe("12");
    expect(formatValue({ value: "open", unit: "", decimals: 0 })).toBe("open");
    expect(formatValue({ value: false, unit: "", decimals: 0 })).toBe("no");
    expect(formatValue({ value: null, unit: "°C", decimals: 1 })).toBe("missing");
  });
});
