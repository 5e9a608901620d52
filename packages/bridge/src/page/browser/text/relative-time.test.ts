import { describe, expect, test } from "vitest";
import {
  formatAge,
  formatDelay,
  formatExactTime,
  formatShortAge,
  formatSpan,
} from "./relative-time.js";

const MINUTE = 60_000;

describe("relative times", () => {
  test.each([
    [-400, "just now"],
    [4999, "just now"],
    [5000, "5 s ago"],
    [59_999, "59 s ago"],
    [MINUTE, "1 min ago"],
    [59 * MINUTE, "59 min ago"],
    [47 * 60 * MINUTE, "47 h ago"],
    [48 * 60 * MINUTE, "2 d ago"],
  ])("an age of %d ms is %s", (age, text) => {
    expect(formatAge(age)).toBe(text);
  });

  test("a narrow column has the short form", () => {
    expect([4999, 5000, 3 * MINUTE].map(formatShortAge)).toEqual(["now", "5 s", "3 min"]);
  });

  test("a span never runs below zero", () => {
    expect(formatSpan(-5000)).toBe("0 s");
  });

  test.each([
    [0.42, "0.4 ms"],
    [9.96, "10 ms"],
    [85.4, "85 ms"],
    [999.6, "1.0 s"],
    [14_400, "14 s"],
    [119_000, "119 s"],
    [180_000, "3 min"],
  ])("a delay of %d ms is %s", (delay, text) => {
    expect(formatDelay(delay)).toBe(text);
  });

  test("the exact time also stands in UTC", () => {
    expect(formatExactTime("2026-11-24T05:12:43.250Z")).toMatch(/; 2026-11-24T05:12:43\.250Z UTC$/);
  });
});
