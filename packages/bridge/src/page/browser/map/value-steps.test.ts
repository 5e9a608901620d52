import { describe, expect, test } from "vitest";
import { valueSteps } from "./value-steps.js";

describe("valueSteps", () => {
  test("has round ends and five equal steps", () => {
    const steps = valueSteps([1.3, 2.7, 3.9, 8.2, 11.6]);
    expect(steps).toMatchObject({ from: 0, to: 15 });
    expect([0, 2.9, 3, 7.4, 14.9, 15].map((value) => steps?.stepOf(value))).toEqual([
      0, 0, 1, 2, 4, 4,
    ]);
  });

  test("keeps values outside at the ends", () => {
    const steps = valueSteps([0, 10]);
    expect([steps?.stepOf(-5), steps?.stepOf(99)]).toEqual([0, 4]);
  });

  test("one wild value among many does not stretch it", () => {
    const values = Array.from({ length: 100 }, (_, index) => index / 10);
    expect(valueSteps([...values, 5000])).toMatchObject({ from: 0, to: 10 });
  });

  test("equal values still make a scale", () => {
    const steps = valueSteps([102_235, 102_235]);
    expect(steps?.from).toBeLessThanOrEqual(102_235);
    expect(steps?.to).toBeGreaterThan(102_235);
    expect(valueSteps([])).toBeUndefined();
  });
});
