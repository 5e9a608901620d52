import fc from "fast-check";
import { expect, test } from "vitest";
import { Latency } from "./latency.js";

test("two histograms merge into the one that had all of it", () => {
  const [one, even, odd] = [new Latency(), new Latency(), new Latency()];
  for (let i = 0; i < 5000; i++) {
    const ms = (i * 7919) % 5000;
    one.record(ms);
    (i % 2 === 0 ? even : odd).record(ms);
  }
  even.add(odd);
  expect(even.summary()).toEqual(one.summary());
});

test("tells percentiles to three digits, and nothing of nothing", () => {
  const latency = new Latency();
  expect(latency.summary()).toBeUndefined();
  for (let ms = 1; ms <= 1000; ms++) latency.record(ms);
  const summary = latency.summary();
  expect(summary?.count).toBe(1000);
  expect(Math.abs((summary?.p50Ms ?? 0) - 500)).toBeLessThanOrEqual(0.5);
  expect(Math.abs((summary?.p99Ms ?? 0) - 990)).toBeLessThanOrEqual(1);
  latency.record(-5);
  latency.record(1e12);
  expect(latency.summary()?.maxMs).toBeGreaterThan(3_599_000);
});

test("comes back from text as it was, bucket by bucket", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 100_000, noNaN: true })), (times) => {
      const latency = new Latency();
      for (const ms of times) latency.record(ms);
      const copy = Latency.decode(latency.encode());
      expect(copy.summary()).toEqual(latency.summary());
      expect(copy.encode()).toBe(latency.encode());
    }),
    { numRuns: 20 },
  );
});
