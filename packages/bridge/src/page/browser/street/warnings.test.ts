import { expect, test } from "vitest";
import { exampleStatus } from "./example-status.test-data.js";
import { warningsOf } from "./warnings.js";

test("a street where all is well has no warning", () => {
  expect(warningsOf(exampleStatus)).toEqual([]);
});

test("each loss, and each that comes, is told", () => {
  const { sinks, spool } = exampleStatus;
  expect(
    warningsOf({
      ...exampleStatus,
      spool: { ...spool, bytes: 61_000_000, dropped: 1204 },
      sinks: sinks.map((sink) => ({ ...sink, dropped: 1204 })),
      delivery: { produced: 9000, delivered: 8000, duplicated: 0, lost: 1000, held: 0 },
    }),
  ).toEqual([
    "1,000 readings produced that never arrived and are held nowhere.",
    "The spool had no more room for “city” and dropped 1,204 readings.",
    "The spool is 95 % full: soon there is no room for more.",
  ]);
});

test("what the spool itself dropped is told once", () => {
  const spool = { ...exampleStatus.spool, dropped: 1 };
  expect(warningsOf({ ...exampleStatus, spool })).toEqual([
    "The spool was full and dropped 1 reading.",
  ]);
});

test("history behind every sink may fill the spool without a warning", () => {
  const spool = { ...exampleStatus.spool, bytes: 63_000_000, backlog: 0 };
  expect(warningsOf({ ...exampleStatus, spool })).toEqual([]);
});
