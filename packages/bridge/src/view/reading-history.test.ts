import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReadingHistory } from "./reading-history.js";

const field = (name: string, decimals = 1) => ({ name, decimals });
const always = (value: number | null) => () => value;

describe("ReadingHistory", () => {
  test("gives the last seconds of one field, missing values as gaps", () => {
    const history = new ReadingHistory(100, [field("pm25"), field("pm10")]);
    history.add(1000, (field) => (field === "pm25" ? 8 : 20));
    history.add(1060, (field) => (field === "pm25" ? null : 21));
    history.add(1120, (field) => (field === "pm25" ? 9 : 22));
    expect(history.series("pm25", 120)).toEqual({
      times: [1000, 1060, 1120],
      values: [8, null, 9],
    });
    expect(history.series("pm10", 60)).toEqual({ times: [1060, 1120], values: [21, 22] });
    expect(history.series("co2", 60)).toEqual({ times: [], values: [] });
  });

  test("puts a gap where readings are far apart", () => {
    const history = new ReadingHistory(100, [field("pm25")]);
    for (const time of [1000, 1060, 1400]) history.add(time, always(5));
    expect(history.series("pm25", 1000, 180)).toEqual({
      times: [1000, 1060, 1230, 1400],
      values: [5, 5, null, 5],
    });
  });

  test("gives every value as it came, also those of many digits after those of few", () => {
    const value = fc.oneof(
      fc.integer({ min: -400, max: 10_000 }).map((steps) => steps / 10),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constant(null),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { maxLength: 80 }), (rows) => {
        const history = new ReadingHistory(60, [field("a"), field("b", 0)]);
        for (const [time, [a, b]] of rows.entries()) {
          history.add(time, (name) => (name === "a" ? a : b));
        }
        const kept = rows.slice(-60).map((row) => row.map((one) => (one === 0 ? 0 : one)));
        const plus0 = (one: number | null) => (one === 0 ? 0 : one);
        expect(history.series("a", 100).values.map(plus0)).toEqual(kept.map(([a]) => a));
        expect(history.series("b", 100).values.map(plus0)).toEqual(kept.map(([, b]) => b));
      }),
    );
  });

  test("holds the newest by time, in order, whatever order they came in", () => {
    const times = fc.array(fc.nat(1000), { maxLength: 150 });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 70 }), (arrived, capacity) => {
        const history = new ReadingHistory(capacity, [field("n", 0)]);
        for (const time of arrived) history.add(time, always(time * 2));
        const expected = arrived.toSorted((a, b) => a - b).slice(-capacity);
        expect(history.series("n", 2000)).toEqual({
          times: expected,
          values: expected.map((time) => time * 2),
        });
        expect(history.length).toBe(expected.length);
        expect(history.newest).toBe(expected.at(-1));
      }),
    );
  });
});
