import { expect, test } from "vitest";
import { assignSlots } from "./series-slots.js";

test("a node keeps its colour, and a new one takes the first that is free", () => {
  const first = assignSlots(new Map(), ["a", "b", "c"]);
  expect([...first]).toEqual([
    ["a", 0],
    ["b", 1],
    ["c", 2],
  ]);
  expect(Object.fromEntries(assignSlots(first, ["c", "d", "a"]))).toEqual({ a: 0, c: 2, d: 1 });
});

test("the seventh node gets no colour", () => {
  expect([...assignSlots(new Map(), ["a", "b", "c", "d", "e", "f", "g"]).keys()]).toEqual([
    "a",
    "b",
    "c",
    "d",
    "e",
    "f",
  ]);
});
