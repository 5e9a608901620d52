import { describe, expect, test } from "vitest";
import { toModelUnit } from "./model-unit.js";

describe("toModelUnit", () => {
  test.each([
    [55.3, "%RH", "/", 0.553],
    [101325, "Pa", "hPa", 1013.25],
    [294.65, "K", "Cel", 21.5],
    [10, "m/s", "km/h", 36],
    [1.2, "m", "cm", 120],
    [0.5, "m3/s", "m3/h", 1800],
    [250, "g", "kg", 0.25],
    [0.0021, "kg/m3", "mg/l", 2.1],
    [6.51, "Bspl", "dB", 65.1],
    [7, "/", "/", 7],
  ])("%d %s in %s is %d", (value, from, to, expected) => {
    expect(toModelUnit(value, from, to)).toBe(expected);
  });

  test("does not turn one quantity into another", () => {
    expect(toModelUnit(1, "Pa", "Cel")).toBeUndefined();
    expect(toModelUnit(1, "constructor", "m")).toBeUndefined();
  });
});
