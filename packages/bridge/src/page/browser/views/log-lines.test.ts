import { describe, expect, test } from "vitest";
import type { LogLineView } from "../../detail-types.js";
import { emptyLog, filterLines, takeLines } from "./log-lines.js";

function line(number: number, level: LogLineView["level"] = "info"): LogLineView {
  const at = "2026-11-24T05:12:43.000Z";
  return { number, at, level, message: `line ${number}`, fields: { sink: "City" } };
}

describe("the log", () => {
  test("grows at its top, and counts what went unread", () => {
    let kept = takeLines(emptyLog, { lines: [line(8), line(9)], last: 9, missed: 7 });
    expect([kept.lines.map(({ number }) => number), kept.missed]).toEqual([[9, 8], 0]);
    kept = takeLines(kept, { lines: [line(14)], last: 14, missed: 4 });
    expect([kept.lines.map(({ number }) => number), kept.missed]).toEqual([[14, 9, 8], 4]);
    expect(takeLines(kept, { lines: [], last: 14, missed: 0 })).toBe(kept);
  });

  test("keeps a thousand lines", () => {
    const lines = Array.from({ length: 1000 }, (_, index) => line(index + 1));
    const kept = takeLines(emptyLog, { lines, last: 1000, missed: 0 });
    const more = takeLines(kept, { lines: [line(1001)], last: 1001, missed: 0 });
    expect([more.lines.length, more.lines.at(-1)?.number]).toEqual([1000, 2]);
  });

  test("begins anew with a bridge that did", () => {
    const kept = takeLines(emptyLog, { lines: [line(9)], last: 9, missed: 0 });
    expect(takeLines(kept, { lines: [line(1)], last: 1, missed: 0 })).toEqual(emptyLog);
  });

  test("is filtered by loudness and by words in the message or beside it", () => {
    const lines = [line(1, "debug"), line(2, "warn"), line(3, "fatal"), line(4)];
    const numbers = (...[level, text]: [Parameters<typeof filterLines>[1], string]) =>
      filterLines(lines, level, text).map(({ number }) => number);
    expect(numbers("all", "")).toEqual([1, 2, 3, 4]);
    expect(numbers("warn", "")).toEqual([2, 3]);
    expect(numbers("info", "city LINE 4")).toEqual([4]);
  });
});
