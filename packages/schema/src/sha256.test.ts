import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sha256 } from "./sha256.js";

function hexOf(text: string): string {
  return Array.from(sha256(text), (word) => word.toString(16).padStart(8, "0")).join("");
}

test("gives the digests that FIPS 180-4 is published with", () => {
  expect(hexOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(hexOf("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

test("agrees with Node's on every length to four blocks, and on any text", () => {
  const expected = (text: string) => createHash("sha256").update(text).digest("hex");
  for (let length = 0; length <= 256; length++) {
    const text = "x".repeat(length);
    expect(hexOf(text)).toBe(expected(text));
  }
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-ascii", maxLength: 2000 }), (text) => {
      expect(hexOf(text)).toBe(expected(text));
    }),
  );
});
