import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeFrame, maxFrameLength } from "./encode-frame.js";

describe("encodeFrame", () => {
  test("puts the CRC after the body, stuffs the zeros and delimits both sides", () => {
    // The CRC-32 of 11 00 22 is 0x37c551b1, least significant byte first.
    expect([...encodeFrame(Uint8Array.of(0x11, 0x00, 0x22))]).toEqual([
      0x00, 0x02, 0x11, 0x06, 0x22, 0xb1, 0x51, 0xc5, 0x37, 0x00,
    ]);
  });

  test("frames an empty body, whose CRC is 0", () => {
    expect([...encodeFrame(new Uint8Array(0))]).toEqual([0, 1, 1, 1, 1, 1, 0]);
  });

  test("costs at most one byte in 254, and no frame holds a zero inside", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1200, size: "max" }), (body) => {
        const wire = encodeFrame(body);
        expect(wire.length).toBeLessThanOrEqual(maxFrameLength(body.length));
        expect(wire.indexOf(0, 1)).toBe(wire.length - 1);
        expect(wire[0]).toBe(0);
      }),
    );
  });

  test("a body without zeros fills its blocks", () => {
    for (const length of [249, 250, 251, 253, 254, 255, 504, 508]) {
      const wire = encodeFrame(new Uint8Array(length).fill(0x5a));
      expect(wire.length).toBeLessThanOrEqual(maxFrameLength(length));
      expect(wire.indexOf(0, 1)).toBe(wire.length - 1);
    }
  });
});
