import { describe, expect, test } from "vitest";
import { RateTuner } from "./rate-tuner.js";

/** Milliseconds a request of so many entities takes when so many run at a time. */
type Broker = (size: number, parallel: number) => number;

interface Point {
  readonly batchSize: number;
  readonly parallel: number;
}

/** Lets a tuner work against a broker; tells where it was for most of the last 1000 requests. */
function settle(broker: Broker, tuner = new RateTuner(100, 4)): Point {
  const visits = new Map<string, number>();
  for (let i = 0; i < 4000; i++) {
    const { batchSize, parallel } = tuner;
    tuner.record(batchSize, broker(batchSize, parallel) / parallel);
    const key = JSON.stringify({ batchSize, parallel });
    if (i >= 3000) visits.set(key, (visits.get(key) ?? 0) + 1);
  }
  const [most] = [...visits].toSorted(([, a], [, b]) => b - a)[0] ?? ["{}"];
  return JSON.parse(most);
}

function rate(broker: Broker, { batchSize, parallel }: Point): number {
  return (batchSize * parallel * 1000) / broker(batchSize, parallel);
}

describe("RateTuner", () => {
  test("starts with ten entities and one request at a time", () => {
    const { batchSize, parallel } = new RateTuner(100, 4);
    expect({ batchSize, parallel }).toEqual({ batchSize: 10, parallel: 1 });
  });

  test("goes to single entities with a broker that is slow in batches", () => {
    // As measured: 911 single upserts a second, 281 a second in batches of 100.
    const slowInBatches: Broker = (size) => size * (1.1 + 2.45 * (1 - 1 / size));
    const found = settle(slowInBatches);
    expect(found).toEqual({ batchSize: 1, parallel: 4 });
    const start = rate(slowInBatches, new RateTuner(100, 4));
    expect(rate(slowInBatches, found)).toBeGreaterThan(3 * start);
  });

  test("goes to full batches with a broker that has a price per request", () => {
    const priceARequest: Broker = (size) => 20 + 0.02 * size;
    expect(settle(priceARequest).batchSize).toBe(100);
  });

  test("uses as many lanes as help, and no more", () => {
    const twoCores: Broker = (size, parallel) => (5 + size) * Math.max(1, parallel / 2);
    expect(settle(twoCores).parallel).toBe(2);
    const oneCore: Broker = (size, parallel) => (5 + size) * parallel;
    expect(settle(oneCore).parallel).toBe(1);
  });

  test("follows a broker that changes", () => {
    const tuner = new RateTuner(100, 4);
    expect(settle((size) => 20 + 0.02 * size, tuner).batchSize).toBe(100);
    expect(settle((size) => size * size, tuner).batchSize).toBe(1);
  });

  test("halves the batch when one was too much, and never leaves its bounds", () => {
    const tuner = new RateTuner(100, 4);
    tuner.tooMuch();
    expect(tuner.batchSize).toBe(5);
    for (let i = 0; i < 20; i++) tuner.tooMuch();
    expect(tuner.batchSize).toBe(1);
    expect(new RateTuner(4, 1).batchSize).toBe(3);
  });
});
