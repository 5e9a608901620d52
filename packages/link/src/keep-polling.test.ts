import { describe, expect, test } from "vitest";
import { keepPolling, type Polled } from "./keep-polling.js";
import { VirtualTime } from "./testing/virtual-time.js";

class Ticker implements Polled {
  onSchedule: (() => void) | undefined;
  nextDeadline = Number.POSITIVE_INFINITY;
  readonly polledAt: number[] = [];
  readonly #time: VirtualTime;
  readonly #everyMs: number;

  constructor(time: VirtualTime, everyMs: number) {
    this.#time = time;
    this.#everyMs = everyMs;
  }

  poll(): void {
    this.polledAt.push(this.#time.now());
    this.nextDeadline = this.#time.now() + this.#everyMs;
  }
}

describe("keepPolling", () => {
  test("polls at each deadline, and no more once it is ended", () => {
    const time = new VirtualTime();
    const link = new Ticker(time, 10);
    const end = keepPolling(link, time);
    time.run(100);
    expect(link.polledAt).toEqual([]);
    link.nextDeadline = 125;
    link.onSchedule?.();
    time.run(50);
    expect(link.polledAt).toEqual([125, 135, 145]);
    end();
    time.run(50);
    expect(link.polledAt.length).toBe(3);
    expect(link.onSchedule).toBeUndefined();
  });

  test("is early where a deadline came nearer, and goes on past the longest timer", () => {
    const time = new VirtualTime();
    const link = new Ticker(time, 1e9);
    link.nextDeadline = 10_000;
    keepPolling(link, time);
    link.nextDeadline = 50;
    link.onSchedule?.();
    time.run(9_000);
    expect(link.polledAt).toEqual([50]);
    time.run(3_600_000);
    expect(link.polledAt).toEqual([50, 3_600_050]);
  });
});
