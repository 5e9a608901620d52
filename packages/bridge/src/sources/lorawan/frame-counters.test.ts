import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameCounters } from "./frame-counters.js";

describe("FrameCounters", () => {
  test("goes on counting where 16 bits wrap, also over frames that were lost", () => {
    const counters = new FrameCounters();
    expect(counters.extend("a", 1, 0xfffe)).toBe(0xfffe);
    expect(counters.extend("a", 1, 3)).toBe(0x10003);
    expect(counters.extend("a", 1, 0xffff)).toBe(0xffff);
    expect(counters.extend("a", 1, 4)).toBe(0x10004);
  });

  test("leaves 32 bits as they are", () => {
    const counters = new FrameCounters();
    expect(counters.extend("a", 1, 70_000)).toBe(70_000);
    expect(counters.extend("a", 1, 70_001)).toBe(70_001);
  });

  test("a new session counts from its own beginning", () => {
    const counters = new FrameCounters();
    counters.extend("a", 1, 0xfffe);
    expect(counters.extend("a", 2, 3)).toBe(3);
  });

  test("gives each frame its number, as long as less than half of 16 bits are lost in a row", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 0x7fff }), { maxLength: 40 }), (steps) => {
        const counters = new FrameCounters();
        let counter = 0;
        for (const step of steps) {
          counter += step;
          expect(counters.extend("a", 1, counter & 0xffff)).toBe(counter);
        }
      }),
    );
  });
});
