import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReadingHistory } from "./reading-history.js";

const always = (value: number | null) => () => value;

describe("ReadingHistory", () => {
  test("gives the last seconds of one field, missing values as gaps", () => {
    const history = new ReadingHistory(100, ["pm25", "pm10"]);
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
    const history = new ReadingHistory(100, ["pm25"]);
    for (const time of [1000, 1060, 1400]) history.add(time, always(5));
    expect(history.series("pm25", 1000, 180)).toEqual({
      times: [1000, 1060, 1230, 1400],
      values: [5, 5, null, 5],
    });
  });

  test("holds the newest by time, in order, whatever order they came in", () => {
    const times = fc.array(fc.nat(1000), { maxLength: 150 });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 70 }), (arrived, capacity) => {
        const history = new ReadingHistory(capacity, ["n"]);
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
