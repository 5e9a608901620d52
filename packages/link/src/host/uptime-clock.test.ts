import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UptimeClock } from "./uptime-clock.js";

describe("UptimeClock", () => {
  test("knows nothing before it heard something", () => {
    expect(new UptimeClock().read(5)).toBeUndefined();
  });

  test("goes by the sample that came soonest, whatever came late", () => {
    const clock = new UptimeClock();
    clock.note(1000, 50_040);
    expect(clock.read(50_040)).toEqual({ uptimeMs: 1000, slowPpm: 0 });
    clock.note(2000, 51_005);
    expect(clock.read(51_005)).toEqual({ uptimeMs: 2000, slowPpm: 0 });
    clock.note(3000, 55_000);
    expect(clock.read(55_005)).toEqual({ uptimeMs: 6000, slowPpm: 0 });
  });

  test("finds offset and rate of any clock, through ways of any length", () => {
    const scenario = fc.record({
      slowPpm: fc.integer({ min: -100_000, max: 100_000 }),
      startedAt: fc.integer({ min: 0, max: 1e9 }),
      bornUptimeMs: fc.constantFrom(0, 2 ** 32 - 300_000),
      everyMs: fc.constantFrom(10_000, 600_000),
      delays: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 20, maxLength: 60 }),
    });
    fc.assert(
      fc.property(scenario, ({ slowPpm, startedAt, bornUptimeMs, everyMs, delays }) => {
        const clock = new UptimeClock();
        const rate = 1 + slowPpm / 1e6;
        const atOf = (uptimeMs: number) => startedAt + rate * (uptimeMs - bornUptimeMs);
        let uptimeMs = bornUptimeMs;
        for (const delay of delays) {
          uptimeMs += everyMs;
          clock.note(uptimeMs % 2 ** 32, atOf(uptimeMs) + delay);
        }
        const read = clock.read(atOf(uptimeMs));
        const off = ((read?.uptimeMs ?? 0) - (uptimeMs % 2 ** 32)) | 0;
        // Sixty milliseconds of doubt over the time observed are the doubt about the rate.
        expect(Math.abs(off)).toBeLessThanOrEqual(130);
        // Of the first and the last minute one sample each is kept, wherever in it: the line through them
        // may be two minutes shorter.
        const lineMs = Math.min(everyMs * (delays.length - 1), 32 * 60_000) - 2 * 60_000;
        const ppm = (2 * 60e6) / lineMs;
        expect(Math.abs((read?.slowPpm ?? 0) - slowPpm)).toBeLessThanOrEqual(Math.ceil(ppm));
      }),
      {
        numRuns: 300,
        examples: [
          [
            {
              ...{ slowPpm: -52_456, startedAt: 704_150_490, bornUptimeMs: 0, everyMs: 10_000 },
              delays: [35, 1, 1, 1, 1, 1, 53, ...Array.from({ length: 13 }, () => 1)],
            },
          ],
        ],
      },
    );
  });

  test("begins anew with a node that started anew", () => {
    const clock = new UptimeClock();
    clock.note(500_000, 1_000_000);
    clock.note(700_000, 1_210_000);
    expect(clock.read(1_210_000)?.slowPpm).toBe(50_000);
    clock.note(3000, 1_300_000);
    expect(clock.read(1_300_000)).toEqual({ uptimeMs: 3000, slowPpm: 0 });
  });

  test("takes no rate that no clock has", () => {
    const clock = new UptimeClock();
    clock.note(0, 0);
    clock.note(60_000, 600_000);
    expect(clock.read(600_000)).toMatchObject({ slowPpm: 0 });
  });
});
