import { describe, expect, test } from "vitest";
import { Sht31 } from "./sht31.js";

function ask(sensor: Sht31, command: number, count: number): number[] {
  sensor.begin(true);
  expect([sensor.write(command >> 8), sensor.write(command & 0xff)]).toEqual([true, true]);
  sensor.begin(false);
  return Array.from({ length: count }, () => sensor.read());
}

describe("Sht31", () => {
  test("measures what the air is, by the conversion of the data sheet", () => {
    const sensor = new Sht31(() => ({ temperature: 21.37, humidity: 48.2 }));
    const [t1 = 0, t2 = 0, , h1 = 0, h2 = 0] = ask(sensor, 0x2400, 6);
    expect(-45 + (175 * ((t1 << 8) | t2)) / 65_535).toBeCloseTo(21.37, 2);
    expect((100 * ((h1 << 8) | h2)) / 65_535).toBeCloseTo(48.2, 2);
  });

  test("sends the checksum of the data sheet's example: 0xBEEF is 0x92", () => {
    // 0xBEEF of 65535 are 85.525 °C.
    const sensor = new Sht31(() => ({ temperature: (175 * 0xbeef) / 65_535 - 45, humidity: 0 }));
    expect(ask(sensor, 0x2c06, 6)).toEqual([0xbe, 0xef, 0x92, 0, 0, 0x81]);
  });

  test("has nothing to read before a measurement, and refuses an unknown command", () => {
    const sensor = new Sht31(() => ({ temperature: 20, humidity: 50 }));
    sensor.begin(false);
    expect(sensor.read()).toBe(0xff);
    sensor.begin(true);
    expect([sensor.write(0x12), sensor.write(0x34), sensor.write(0)]).toEqual([true, false, false]);
  });

  test("tells of its reset until the status is cleared", () => {
    const sensor = new Sht31(() => ({ temperature: 20, humidity: 50 }));
    expect(ask(sensor, 0xf32d, 2)).toEqual([0, 0x10]);
    ask(sensor, 0x3041, 0);
    expect(ask(sensor, 0xf32d, 2)).toEqual([0, 0]);
    ask(sensor, 0x30a2, 0);
    expect(ask(sensor, 0xf32d, 2)).toEqual([0, 0x10]);
  });
});
