import fc from "fast-check";
import { expect, test } from "vitest";
import { ArrivalLog } from "./arrival-log.js";

test("counts what a plain list of all messages counts", () => {
  const message = fc.record({ node: fc.nat({ max: 2 }), sequence: fc.nat({ max: 30 }) });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 120 }), (messages) => {
      const log = new ArrivalLog(3);
      const seen = [new Set<number>(), new Set<number>(), new Set<number>()];
      let duplicates = 0;
      let outOfOrder = 0;
      for (const { node, sequence } of messages) {
        const before = seen[node] as Set<number>;
        if (before.has(sequence)) duplicates++;
        else if (sequence < Math.max(-1, ...before)) outOfOrder++;
        before.add(sequence);
        log.add(node, sequence);
      }
      const received = seen.reduce((sum, { size }) => sum + size, 0);
      expect(log.counts([31, 31, 31])).toEqual({
        received,
        duplicates,
        outOfOrder,
        lost: 3 * 31 - received,
        unknown: 0,
      });
    }),
  );
});

test("knows nothing of a node it was not told of", () => {
  const log = new ArrivalLog(1);
  expect(log.add(7, 0)).toBe(false);
  expect(log.counts([0]).received).toBe(0);
});
