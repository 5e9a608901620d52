import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decimalOf,
  type PositionField,
  positionStepsOf,
  type QuantityField,
  readRange,
  stepOfValue,
  stepsOf,
  valueOfStep,
} from "./index.js";

const plain = { optional: false, concernsPersons: false, outOfRange: "refuse", maps: [] } as const;

describe("decimalOf", () => {
  test("gives the decimal a person wrote", () => {
    expect(decimalOf(0.05)).toEqual({ mantissa: 5, exponent: -2 });
    expect(decimalOf(-40)).toEqual({ mantissa: -4, exponent: 1 });
    expect(decimalOf(110000.25)).toEqual({ mantissa: 11000025, exponent: -2 });
    expect(decimalOf(1e-9)).toEqual({ mantissa: 1, exponent: -9 });
    expect(decimalOf(0)).toEqual({ mantissa: 0, exponent: 0 });
    expect(decimalOf(-0)).toEqual({ mantissa: 0, exponent: 0 });
  });

  test("has none for what is no short decimal", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1 / 3, Math.PI]) {
      expect(decimalOf(value)).toBeUndefined();
    }
  });

  test("reads back as the same number", () => {
    const decimal = fc.tuple(
      fc.integer({ min: -(10 ** 15) + 1, max: 10 ** 15 - 1 }),
      fc.integer({ min: -30, max: 30 }),
    );
    fc.assert(
      fc.property(decimal, ([digits, exponent]) => {
        const value = Number(`${digits}e${exponent}`);
        const found = decimalOf(value);
        expect(Number(`${found?.mantissa}e${found?.exponent}`)).toBe(value + 0);
      }),
    );
  });
});

describe("stepsOf", () => {
  test("is whole numbers only", () => {
    const field: QuantityField = {
      ...plain,
      name: "temperature",
      kind: "quantity",
      unit: "Cel",
      min: -40,
      max: 85,
      resolution: 0.01,
      typicalStep: 0.3,
    };
    expect(stepsOf(field)).toEqual({
      min: -4000,
      resolution: 1,
      decimals: 2,
      scale: 100,
      last: 12500,
      bits: 14,
      typicalStep: 30,
    });
    expect(stepsOf({ ...field, resolution: 0.5, typicalStep: 0.1 })).toMatchObject({
      min: -400,
      resolution: 5,
      decimals: 1,
      last: 250,
      bits: 8,
      typicalStep: 0.2,
    });
    expect(stepsOf({ ...field, min: 30000, max: 110000, resolution: 10 })).toMatchObject({
      min: 30000,
      resolution: 10,
      decimals: 0,
      scale: 1,
      last: 8000,
      bits: 13,
    });
  });

  test("leaves out what is above the last whole step", () => {
    const range = { min: 0, max: 1, resolution: 0.3 };
    expect(readRange(range)).toMatchObject({ last: 3, bits: 2 });
    expect(readRange({ ...range, max: 0.899 })).toMatchObject({ last: 2 });
    expect(readRange({ min: -1, max: -0.001, resolution: 0.25 })).toMatchObject({ last: 3 });
  });

  test("knows the ranges that a kind implies", () => {
    const counter = { ...plain, name: "n", kind: "counter", bits: 32 } as const;
    expect(stepsOf(counter)).toMatchObject({ min: 0, last: 2 ** 32 - 1, bits: 32, decimals: 0 });
    const duration = { ...plain, name: "d", kind: "duration", max: 60, resolution: 0.1 } as const;
    expect(stepsOf(duration)).toMatchObject({ min: 0, last: 600, bits: 10, decimals: 1 });
    const position: PositionField = {
      ...plain,
      name: "p",
      kind: "position",
      resolution: 0.0000001,
      altitude: { min: -100, max: 3000, resolution: 1 },
    };
    const { latitude, longitude, altitude } = positionStepsOf(position);
    expect([latitude.bits, longitude.bits, altitude?.bits]).toEqual([31, 32, 12]);
  });

  test.each([
    [{ min: 0, max: 0, resolution: 1 }, "max"],
    [{ min: 0, max: 10, resolution: 0 }, "resolution"],
    [{ min: 0, max: 10, resolution: -1 }, "resolution"],
    [{ min: 0.5, max: 10, resolution: 1 }, "min"],
    [{ min: 0, max: 0.5, resolution: 1 }, "resolution"],
    [{ min: 0, max: 2 ** 32, resolution: 1 }, "resolution"],
    [{ min: -1, max: 2 ** 31, resolution: 1 }, "resolution"],
    [{ min: -(2 ** 31) - 1, max: 0, resolution: 1 }, "resolution"],
    [{ min: 0, max: 1, resolution: 1e-10 }, "resolution"],
    [{ min: 0, max: 1, resolution: 1e-300 }, "resolution"],
    [{ min: 0, max: 1e300, resolution: 1e299 }, "resolution"],
    [{ min: 0, max: 1, resolution: 1 / 3 }, "resolution"],
    [{ min: Number.NaN, max: 1, resolution: 1 }, "min"],
    [{ min: 0, max: Number.POSITIVE_INFINITY, resolution: 1 }, "max"],
    [{ min: 0, max: 10, resolution: 1, typicalStep: -1 }, "typicalStep"],
  ])("has none for %j", (range, key) => {
    expect(readRange(range)).toMatchObject({ key });
  });
});

/** Any range that has an integer view. */
const range = fc
  .record({
    decimals: fc.integer({ min: 0, max: 9 }),
    resolution: fc.integer({ min: 1, max: 1000 }),
    least: fc.integer({ min: -1000, max: 1000 }),
    last: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 2 ** 32 - 1 })),
  })
  .map(({ decimals, resolution, least, last }) => {
    const scale = 10 ** decimals;
    const min = least * resolution;
    return {
      min: min / scale,
      max: (min + last * resolution) / scale,
      resolution: resolution / scale,
    };
  });

test("each step of any range has a value of its own, of the declared decimals", () => {
  fc.assert(
    fc.property(range, fc.double({ min: 0, max: 1, noNaN: true }), (decimals, share) => {
      const steps = readRange(decimals);
      fc.pre(!("key" in steps));
      const step = Math.round(share * steps.last);
      const value = valueOfStep(steps, step);
      expect(stepOfValue(steps, value)).toBe(step);
      expect(Number(value.toFixed(steps.decimals))).toBe(value);
      expect(valueOfStep(steps, 0)).toBe(decimals.min);
      expect(valueOfStep(steps, steps.last)).toBe(decimals.max);
      expect(2 ** steps.bits).toBeGreaterThan(steps.last);
      expect(2 ** (steps.bits - 1)).toBeLessThanOrEqual(steps.last);
    }),
  );
});
