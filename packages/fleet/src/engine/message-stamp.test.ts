import fc from "fast-check";
import { expect, test } from "vitest";
import { readStamp, STAMP_BYTES, writeStamp } from "./message-stamp.js";

test("a stamp comes back as it was written, wherever it lies", () => {
  fc.assert(
    fc.property(
      fc.record({
        run: fc.nat({ max: 0xffff }),
        node: fc.nat({ max: 0xffff_ffff }),
        sequence: fc.nat({ max: 0xffff_ffff }),
        dueMs: fc.double({ noNaN: true }),
        lateUs: fc.nat({ max: 0xffff_ffff }),
      }),
      fc.nat({ max: 50 }),
      (stamp, at) => {
        const buffer = new Uint8Array(at + STAMP_BYTES + 3);
        const { run, node, sequence, dueMs, lateUs } = stamp;
        writeStamp(buffer, at, run, node, sequence, dueMs, lateUs);
        expect(readStamp(buffer, at, buffer.length)).toEqual(stamp);
        expect(readStamp(buffer, at, at + STAMP_BYTES - 1)).toBeUndefined();
      },
    ),
  );
});

test("other bytes are no stamp", () => {
  expect(readStamp(new Uint8Array(40), 0, 40)).toBeUndefined();
});
