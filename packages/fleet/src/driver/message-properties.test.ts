import fc from "fast-check";
import { expect, test } from "vitest";
import {
  encodeCorrelationHead,
  encodeMessageProperties,
  findCorrelationData,
  readMessageProperties,
} from "./message-properties.js";

test("finds what was written among what a broker adds", () => {
  const stamp = Uint8Array.of(1, 2, 3);
  const bytes = Buffer.concat([
    Buffer.of(1, 1, 11, 0x85, 0x01, 2, 0, 0, 0, 60),
    encodeMessageProperties("application/json", [["simulated", "true"]]),
    encodeCorrelationHead(3),
    stamp,
  ]);
  const start = findCorrelationData(bytes, 0, bytes.length);
  expect(bytes.subarray(start)).toEqual(Buffer.from(stamp));
  expect(readMessageProperties(bytes, 0, bytes.length)).toEqual({
    contentType: "application/json",
    correlationStart: start,
    correlationEnd: bytes.length,
    userProperties: [["simulated", "true"]],
  });
});

test("whatever the bytes are, what is found lies within them", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const found = findCorrelationData(bytes, 0, bytes.length);
      expect(found).toBeLessThanOrEqual(bytes.length);
      const { correlationEnd } = readMessageProperties(bytes, 0, bytes.length);
      expect(correlationEnd).toBeLessThanOrEqual(bytes.length);
    }),
  );
});
