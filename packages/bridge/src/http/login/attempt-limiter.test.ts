import { describe, expect, test } from "vitest";
import { AttemptLimiter } from "./attempt-limiter.js";

describe("AttemptLimiter", () => {
  test("lets five wrong tokens pass, then one each 15 seconds", () => {
    let nowMs = 0;
    const limiter = new AttemptLimiter(() => nowMs);
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(limiter.waitS("10.0.0.9")).toBe(0);
      limiter.failed("10.0.0.9");
    }
    expect(limiter.waitS("10.0.0.9")).toBe(15);
    expect(limiter.waitS("10.0.0.8")).toBe(0);
    nowMs = 14_000;
    expect(limiter.waitS("10.0.0.9")).toBe(1);
    nowMs = 15_000;
    expect(limiter.waitS("10.0.0.9")).toBe(0);
    limiter.failed("10.0.0.9");
    expect(limiter.waitS("10.0.0.9")).toBe(15);
    nowMs += 5 * 15_000;
    expect(limiter.waitS("10.0.0.9")).toBe(0);
  });

  test("forgets the wrong ones once the right one came", () => {
    const limiter = new AttemptLimiter(() => 0);
    for (let attempt = 0; attempt < 4; attempt++) limiter.failed("10.0.0.9");
    limiter.succeeded("10.0.0.9");
    limiter.failed("10.0.0.9");
    expect(limiter.waitS("10.0.0.9")).toBe(0);
  });

  test("remembers a thousand addresses, and forgets the eldest", () => {
    const limiter = new AttemptLimiter(() => 0);
    for (let attempt = 0; attempt < 5; attempt++) limiter.failed("first");
    for (let address = 0; address < 999; address++) limiter.failed(`10.0.${address}`);
    expect(limiter.waitS("first")).toBe(15);
    limiter.failed("one more");
    expect(limiter.waitS("first")).toBe(0);
  });
});
