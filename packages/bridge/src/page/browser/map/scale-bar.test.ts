import fc from "fast-check";
import { expect, test } from "vitest";
import { niceAbove, niceBelow } from "../parts/nice-number.js";
import { scaleBar } from "./scale-bar.js";

test.each([
  [2, 100, { metres: 200, pixels: 100, label: "200 m" }],
  [2.4, 100, { metres: 200, pixels: 200 / 2.4, label: "200 m" }],
  [60, 100, { metres: 5000, pixels: 5000 / 60, label: "5 km" }],
  [0.002, 100, { metres: 0.2, pixels: 100, label: "0.2 m" }],
])("at %d m a pixel, %d pixels take a bar of %o", (metresPerPixel, pixels, bar) => {
  const made = scaleBar(metresPerPixel, pixels);
  expect(made).toEqual({
    ...bar,
    pixels: expect.closeTo(bar.pixels, 6),
    metres: expect.closeTo(bar.metres, 6),
  });
});

test("a nice number is near its limit", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (limit) => {
      expect(niceBelow(limit) / limit).toBeLessThanOrEqual(1.000001);
      expect(niceBelow(limit) / limit).toBeGreaterThan(0.399);
      expect(niceAbove(limit) / limit).toBeGreaterThanOrEqual(0.999999);
      expect(niceAbove(limit) / limit).toBeLessThan(1.501);
    }),
  );
});
