import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteQueue } from "./byte-queue.js";

test("ByteQueue gives the bytes back in order, by any counts", () => {
  const step = fc.oneof(fc.uint8Array({ maxLength: 9 }), fc.integer({ min: 0, max: 12 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const queue = new ByteQueue();
      let model: number[] = [];
      for (const one of steps) {
        if (typeof one === "number") {
          expect([...queue.take(one)]).toEqual(model.slice(0, one));
          model = model.slice(one);
        } else {
          queue.push(one);
          model.push(...one);
          one.fill(0);
        }
        expect(queue.length).toBe(model.length);
      }
      queue.clear();
      expect(queue.take(100)).toEqual(new Uint8Array(0));
    }),
  );
});
