import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SequenceGaps } from "./sequence-gaps.js";

describe("SequenceGaps", () => {
  test("counts what is missing between two messages, and nothing before the first", () => {
    const gaps = new SequenceGaps();
    expect(gaps.note("a", 1, 40)).toBe(0);
    expect(gaps.note("a", 1, 41)).toBe(0);
    expect(gaps.note("a", 1, 45)).toBe(3);
    expect(gaps.note("b", 1, 7)).toBe(0);
    expect(gaps.lost).toBe(3);
  });

  test("one that comes late is not missing any more, and counts once", () => {
    const gaps = new SequenceGaps();
    gaps.note("a", 1, 1);
    gaps.note("a", 1, 5);
    expect(gaps.note("a", 1, 3)).toBe(-1);
    expect(gaps.note("a", 1, 3)).toBe(0);
    expect(gaps.lost).toBe(2);
  });

  test("a node that started anew begins anew", () => {
    const gaps = new SequenceGaps();
    gaps.note("a", 1, 100);
    expect(gaps.note("a", 2, 0)).toBe(0);
    expect(gaps.lost).toBe(0);
  });

  test("numbers may wrap", () => {
    const gaps = new SequenceGaps();
    gaps.note("a", 1, 0xffff_fffe);
    expect(gaps.note("a", 1, 1)).toBe(2);
  });

  test("forgets the node that was silent for longest", () => {
    const gaps = new SequenceGaps(2);
    for (const node of ["a", "b", "c"]) gaps.note(node, 1, 1);
    expect(gaps.note("a", 1, 9)).toBe(0);
    expect(gaps.note("c", 1, 9)).toBe(7);
  });

  test("whatever the order within the window, only what never came is missing", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 31 }), { maxLength: 31 }), (numbers) => {
        const gaps = new SequenceGaps();
        gaps.note("a", 1, 0);
        for (const number of numbers) gaps.note("a", 1, number);
        const highest = Math.max(0, ...numbers);
        expect(gaps.lost).toBe(highest - numbers.length);
      }),
    );
  });
});
