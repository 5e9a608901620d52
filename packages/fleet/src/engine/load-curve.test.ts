import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LoadCurve } from "./load-curve.js";

const hold = (durationMs: number, rate = 1) => ({ durationMs, fromRate: rate, toRate: rate });

describe("LoadCurve", () => {
  test("at one rate each message is due an interval after the one before", () => {
    const curve = new LoadCurve(1000, [hold(10_000)]);
    expect([0, 1, 2, 9].map((slot) => curve.dueMs(slot + 0.25, 1000))).toEqual([
      1250, 2250, 3250, 10_250,
    ]);
    expect(curve.dueMs(10, 1000)).toBe(Number.POSITIVE_INFINITY);
  });

  test("a ramp from nothing does half the work", () => {
    const ramp = { durationMs: 10_000, fromRate: 0, toRate: 2 };
    const curve = new LoadCurve(0, [ramp, hold(1000, 2)]);
    expect(curve.workAt(10_000)).toBe(10_000);
    expect(curve.dueMs(2.5, 1000)).toBeCloseTo(5000, 6);
    expect(curve.dueMs(11, 1000)).toBeCloseTo(10_500, 6);
  });

  test("nothing is due while the rate is nothing", () => {
    const curve = new LoadCurve(0, [hold(1000), hold(5000, 0), hold(1000)]);
    expect([0.5, 0.999, 1, 1.5].map((slot) => curve.dueMs(slot, 1000))).toEqual([
      500, 999, 6000, 6500,
    ]);
  });

  test("in an aligned phase all are due as it begins, and an interval later, and so on", () => {
    const curve = new LoadCurve(0, [hold(1500), { ...hold(3000), isAligned: true }, hold(1000)]);
    const due = (phase: number) =>
      [0, 1, 2, 3, 4, 5].map((slot) => curve.dueMs(slot + phase, 1000));
    expect(due(0.25)).toEqual([250, 1250, 1500, 2500, 3500, 5250]);
    expect(due(0.75)).toEqual([750, 1500, 2500, 3500, 4750, Number.POSITIVE_INFINITY]);
  });

  test("goes on from where it is at another rate", () => {
    const curve = new LoadCurve(0, [hold(2000), hold(2000)]);
    curve.setFactor(500, 2);
    expect([0.5, 1, 2, 3, 7.49].map((slot) => curve.dueMs(slot, 1000))).toEqual([
      500, 750, 1250, 1750, 3995,
    ]);
    curve.setFactor(1000, 1);
    expect(curve.dueMs(2, 1000)).toBe(1500);
    curve.setFactor(1500, 0);
    expect(curve.dueMs(2.25, 1000)).toBe(Number.POSITIVE_INFINITY);
    curve.setFactor(2000, 1);
    expect(curve.dueMs(2.25, 1000)).toBe(2250);
    expect([curve.rateAt(700), curve.rateAt(1200), curve.rateAt(1700), curve.endMs]).toEqual([
      2, 1, 0, 4000,
    ]);
  });

  test("what is due later has a higher number, and the work done then is its own", () => {
    const rate = fc.double({ min: 0, max: 20, noNaN: true });
    const phase = fc.record({
      durationMs: fc.integer({ min: 1, max: 100_000 }),
      fromRate: rate,
      toRate: rate,
    });
    fc.assert(
      fc.property(fc.array(phase, { minLength: 1, maxLength: 6 }), (phases) => {
        const curve = new LoadCurve(0, phases);
        let before = 0;
        for (let slot = 0; slot < 200; slot++) {
          const dueMs = curve.dueMs(slot + 0.5, 700);
          if (dueMs === Number.POSITIVE_INFINITY) break;
          expect(dueMs).toBeGreaterThanOrEqual(before);
          expect(curve.workAt(dueMs)).toBeCloseTo((slot + 0.5) * 700, 2);
          before = dueMs;
        }
      }),
    );
  });
});
