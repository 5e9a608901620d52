import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CableFaults } from "./cable-faults.js";

const sent = Uint8Array.from({ length: 50_000 }, (_, index) => index * 7);

describe("CableFaults", () => {
  test("a good cable carries the very bytes", () => {
    const cable = new CableFaults();
    expect(cable.carry(sent)).toBe(sent);
    expect(cable.counts).toEqual({ flipped: 0, dropped: 0, duplicated: 0, noise: 0, cut: 0 });
  });

  test("a flip turns over one bit of the byte", () => {
    const cable = new CableFaults({ flip: 0.01 });
    const got = cable.carry(sent);
    expect(got.length).toBe(sent.length);
    const turned = [...got].map((byte, index) => byte ^ (sent[index] as number)).filter(Boolean);
    expect(turned.length).toBe(cable.counts.flipped);
    expect(turned.every((bits) => (bits & (bits - 1)) === 0)).toBe(true);
    expect(turned.length).toBeGreaterThan(400);
    expect(turned.length).toBeLessThan(600);
  });

  test("drops, doubles and noise account for every byte", () => {
    const cable = new CableFaults({ drop: 0.02, duplicate: 0.01, noise: 0.005, seed: 3 });
    const got = cable.carry(sent);
    const { dropped, duplicated, noise } = cable.counts;
    expect(got.length).toBe(sent.length - dropped + duplicated + noise);
    for (const [count, rate] of [
      [dropped, 0.02],
      [duplicated, 0.01],
      [noise, 0.005],
    ] as const) {
      expect(count / sent.length / rate).toBeGreaterThan(0.8);
      expect(count / sent.length / rate).toBeLessThan(1.2);
    }
  });

  test("loses everything while cut, and nothing once joined", () => {
    const cable = new CableFaults();
    cable.cut();
    expect(cable.carry(sent.subarray(0, 100))).toEqual(new Uint8Array(0));
    cable.join();
    expect(cable.carry(sent)).toBe(sent);
    expect(cable.counts.cut).toBe(100);
  });

  test("the seed decides, not how the bytes are cut", () => {
    const rates = { flip: 0.05, drop: 0.05, duplicate: 0.05, noise: 0.05 };
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 300 }), (seed, step) => {
        const bytes = sent.subarray(0, 600);
        const whole = new CableFaults({ ...rates, seed }).carry(bytes);
        const cable = new CableFaults({ ...rates, seed });
        const pieces: number[] = [];
        for (let i = 0; i < bytes.length; i += step) {
          pieces.push(...cable.carry(bytes.subarray(i, i + step)));
        }
        expect(Uint8Array.from(pieces)).toEqual(whole);
      }),
    );
  });

  test("refuses a rate that is no probability", () => {
    for (const rate of [-0.1, 1.1, Number.NaN]) {
      expect(() => new CableFaults({ drop: rate })).toThrow(/SIM_BAD_OPTION: drop/);
    }
  });
});
