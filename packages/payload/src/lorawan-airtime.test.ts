import { expect, test } from "vitest";
import { eu868DataRates, lorawanAirtime, type SpreadingFactor } from "./index.js";

// By hand from the formula: preamble and payload symbols times 2^SF / 125 kHz. The first is the
// worked example of the sheet that goes with Semtech's AN1200.13: 13 bytes in all at SF9.
test.each<[SpreadingFactor, number, number]>([
  [9, 0, 164.864],
  [7, 10, 61.7],
  [7, 51, 118],
  [8, 10, 113.2],
  [9, 10, 205.8],
  [10, 10, 370.7],
  [11, 10, 823.3],
  [12, 10, 1482.8],
  [12, 51, 2793.5],
])("at SF%i %i bytes take %d ms", (spreadingFactor, bytes, milliseconds) => {
  const seconds = lorawanAirtime(bytes, { spreadingFactor, bandwidthHz: 125_000 });
  expect(seconds * 1000).toBeCloseTo(milliseconds, 1);
});

test("a faster data rate takes less time and no fewer bytes", () => {
  for (const [index, rate] of eu868DataRates.entries()) {
    const slower = eu868DataRates[index - 1];
    expect(rate.dataRate).toBe(index);
    if (slower === undefined) continue;
    expect(lorawanAirtime(20, rate)).toBeLessThan(lorawanAirtime(20, slower));
    expect(rate.maxPayloadBytes).toBeGreaterThanOrEqual(slower.maxPayloadBytes);
  }
});
