import { describe, expect, test } from "vitest";
import { BaudPacer } from "./baud-pacer.js";

describe("BaudPacer", () => {
  test("carries 11,520 bytes in a second at 115,200 baud, whenever it is asked", () => {
    for (const stepMs of [0.3, 1, 5, 250, 1000]) {
      const pacer = new BaudPacer(115_200);
      pacer.begin(7);
      let carried = 0;
      for (let now = 7 + stepMs; now <= 1007.001; now += stepMs) carried += pacer.take(1e6, now);
      expect(carried).toBeGreaterThanOrEqual(11_515);
      expect(carried).toBeLessThanOrEqual(11_520);
    }
  });

  test("a byte counts when its stop bit is over", () => {
    const pacer = new BaudPacer(1000); // 10 ms a byte
    pacer.begin(100);
    expect([pacer.take(5, 109.9), pacer.take(5, 110), pacer.take(4, 110.1)]).toEqual([0, 1, 0]);
    expect(pacer.durationMs(4)).toBe(40);
  });

  test("catches up after a slow program, and saves nothing up while idle", () => {
    const pacer = new BaudPacer(1000);
    pacer.begin(0);
    expect(pacer.take(100, 500)).toBe(50);
    expect(pacer.take(50, 5000)).toBe(50);
    pacer.begin(9000);
    expect(pacer.take(100, 9010)).toBe(1);
  });
});
