import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TimerWheel } from "./timer-wheel.js";

describe("TimerWheel", () => {
  test("finds each node due once, not early, whatever the steps of time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1000, max: 20_000, noNaN: true }), { maxLength: 50 }),
        fc.array(fc.double({ min: 0.1, max: 3000, noNaN: true }), { minLength: 1, maxLength: 30 }),
        (dues, steps) => {
          const wheel = new TimerWheel(dues.length, 1000, 1);
          for (const [node, dueMs] of dues.entries()) wheel.schedule(node, dueMs);
          const found = new Map<number, number>();
          let now = 1000;
          for (const step of [...steps, 20_000]) {
            now += step;
            wheel.advance(now, (node, dueMs) => {
              expect(found.has(node)).toBe(false);
              expect(dueMs).toBeLessThanOrEqual(now);
              expect(dueMs).toBe(dues[node]);
              found.set(node, now);
            });
          }
          expect(found.size).toBe(dues.length);
        },
      ),
    );
  });

  test("keeps a period exact over any number of rounds", () => {
    const wheel = new TimerWheel(1, 0, 1);
    const sent: number[] = [];
    wheel.schedule(0, 7.5);
    for (let now = 0; now <= 10_000; now += 3) {
      wheel.advance(now, (node, dueMs) => {
        sent.push(dueMs);
        wheel.schedule(node, dueMs + 7.5);
      });
    }
    expect(sent).toEqual(Array.from({ length: 1333 }, (_, i) => 7.5 * (i + 1)));
  });

  test("catches up in one step after a long pause", () => {
    const wheel = new TimerWheel(2, 0, 1);
    const counts = [0, 0];
    const next = (node: number, dueMs: number) => {
      counts[node] = (counts[node] ?? 0) + 1;
      wheel.schedule(node, dueMs + 10);
    };
    wheel.schedule(0, 10);
    wheel.schedule(1, 49_995);
    wheel.advance(50_000.5, next);
    wheel.advance(50_001.5, next);
    expect(counts).toEqual([5000, 1]);
  });
});
