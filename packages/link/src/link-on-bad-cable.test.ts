import { CableFaults } from "@bollard/firmware-sim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesOf, offer, texts } from "./testing/messages.js";
import { SimulatedStreet, type SimulatedStreetOptions } from "./testing/simulated-street.js";

function badCable(
  rate: number,
  seed: number,
): Pick<SimulatedStreetOptions, "toHost" | "toNode"> & { cables: CableFaults[] } {
  const rates = { flip: rate, drop: rate / 2, duplicate: rate / 4, noise: rate / 4 };
  const cables = [seed, seed + 1].map((each) => new CableFaults({ ...rates, seed: each }));
  const [toHost, toNode] = cables.map((cable) => (bytes: Uint8Array) => cable.carry(bytes));
  return { cables, ...(toHost && toNode ? { toHost, toNode } : {}) };
}

describe("a link on a bad cable", () => {
  test("delivers everything once and in order, whatever the cable does", () => {
    const scenario = fc.record({
      seed: fc.integer({ min: 1, max: 1_000_000 }),
      rate: fc.constantFrom(0, 1e-4, 1e-3, 5e-3, 1e-2),
      window: fc.integer({ min: 1, max: 8 }),
      maxHeld: fc.constantFrom(1, 3, 8, 200),
      baudRate: fc.constantFrom(9600, 115_200, 1_000_000),
      delayMs: fc.constantFrom(0, 2, 20, 600),
      boot: fc.constantFrom(0, 7),
      mishaps: fc.array(
        fc.record({
          afterMs: fc.integer({ min: 1, max: 700 }),
          kind: fc.constantFrom("unplug", "cut", "restartHost", "rewind"),
          forMs: fc.integer({ min: 1, max: 7000 }),
        }),
        { maxLength: 4 },
      ),
    });
    fc.assert(
      fc.property(scenario, ({ seed, rate, window, maxHeld, mishaps, boot, ...line }) => {
        const { cables, ...carry } = badCable(rate, seed);
        const street = new SimulatedStreet({ ...line, ...carry, node: { boot, window, maxHeld } });
        let accepted = 0;
        const tryOffering = (): void => {
          for (let i = 0; i < 5; i++) accepted += offer(street, accepted, 1);
        };
        for (const { afterMs, kind, forMs } of mishaps) {
          for (let t = 0; t < afterMs; t += 50) {
            tryOffering();
            street.time.run(50);
          }
          if (kind === "unplug") street.unplug();
          else if (kind === "cut") for (const cable of cables) cable.cut();
          else if (kind === "restartHost") street.restartHost();
          else street.host.session?.rewind();
          tryOffering();
          street.time.run(forMs);
          for (const cable of cables) cable.join();
          if (!street.joined) street.plug();
        }
        for (let round = 0; round < 20; round++) {
          tryOffering();
          street.time.run(50);
        }
        street.drain(600_000);

        expect(street.node.stats()).toMatchObject({ held: 0, durable: accepted, dropped: 0 });
        // Only a host that forgot what was not durable may deliver something twice, with one key.
        const byKey = new Map(street.delivered.map(({ key, text }) => [key, text]));
        expect([...byKey.values()]).toEqual(texts(0, accepted));
        expect([...byKey.keys()].map((key) => Number(key.split("-")[1]))).toEqual(
          texts(0, accepted).map((_, index) => index),
        );
        for (const { key, text } of street.delivered) expect(byKey.get(key)).toBe(text);
        const forgetful = mishaps.some(({ kind }) => kind === "restartHost" || kind === "rewind");
        if (!forgetful) expect(street.delivered.length).toBe(accepted);
      }),
      { numRuns: 150 },
    );
  });

  test("a node that starts again loses no more than it held, and no key names two messages", () => {
    const scenario = fc.record({
      seed: fc.integer({ min: 1, max: 1_000_000 }),
      rate: fc.constantFrom(0, 1e-3, 1e-2),
      delayMs: fc.constantFrom(0, 2, 600),
      counts: fc.boolean(),
      lives: fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 6 }),
    });
    fc.assert(
      fc.property(scenario, ({ seed, rate, delayMs, counts, lives }) => {
        const { cables: _, ...carry } = badCable(rate, seed);
        const boot = (life: number) => (counts ? { boot: life } : {});
        const street = new SimulatedStreet({ delayMs, ...carry, node: { life: 1, ...boot(1) } });
        const offered: string[][] = [];
        const durable: number[] = [];
        lives.forEach((durationMs, index) => {
          if (index > 0) street.restartNode({ life: index + 1, ...boot(index + 1) });
          const texts: string[] = [];
          for (let t = 0; t < durationMs; t += 100) {
            const text = `life ${index} message ${texts.length}`;
            street.node.offer(bytesOf(text));
            texts.push(text);
            street.time.run(100);
          }
          offered.push(texts);
          durable.push(street.node.stats().durable);
        });
        street.drain(600_000);
        durable[durable.length - 1] = street.node.stats().durable;
        expect(durable.at(-1)).toBe(offered.at(-1)?.length);
        expect(new Set(street.delivered.map(({ key }) => key)).size).toBe(street.delivered.length);
        offered.forEach((texts, index) => {
          const got = street.delivered.filter(({ text }) => text.startsWith(`life ${index} `));
          expect(got.map(({ text }) => text)).toEqual(texts.slice(0, got.length));
          expect(got.length).toBeGreaterThanOrEqual(durable[index] ?? 0);
        });
      }),
    );
  });

  test("carries more than stop-and-wait where one byte in a thousand is flipped, and one dropped", () => {
    const goodput = (window: number, rates: { flip: number; drop: number }): number => {
      const toHost = new CableFaults({ ...rates, seed: 11 });
      const toNode = new CableFaults({ ...rates, seed: 12 });
      const street = new SimulatedStreet({
        commitDelayMs: 0,
        toHost: (bytes) => toHost.carry(bytes),
        toNode: (bytes) => toNode.carry(bytes),
        node: { boot: 7, window, maxHeld: 1000, baudRate: 115_200 },
      });
      const payload = new Uint8Array(100).fill(0x41);
      street.time.run(3000, () => street.host.session !== undefined);
      const start = street.time.now();
      for (let i = 0; i < 500; i++) street.node.offer(payload);
      street.drain(600_000);
      expect(street.delivered.length).toBe(500);
      return (500 * payload.length) / ((street.time.now() - start) / 1000);
    };
    const clean = { flip: 0, drop: 0 };
    const bad = { flip: 1e-3, drop: 1e-3 };
    expect(goodput(8, clean)).toBeGreaterThan(9500);
    expect(goodput(8, bad)).toBeGreaterThan(7000);
    expect(goodput(8, bad)).toBeGreaterThan(2 * goodput(1, bad));
  });
});
