import { compileSchema } from "@bollard/payload";
import { fillDefaults } from "@bollard/schema";
import { describe, expect, test } from "vitest";
import { ModelReadings } from "./model-readings.js";

const place = { latitude: 48.2, longitude: 16.37, radiusM: 500 };
const HOUR_S = 3600;
/** Wednesday, 2026-01-14T00:00Z. */
const midnightS = Date.UTC(2026, 0, 14) / 1000;

const schema = fillDefaults({
  name: "mast",
  id: 9,
  time: "absolute",
  fields: [
    { name: "temperature", unit: "Cel", min: -40, max: 60, resolution: 0.1, typicalStep: 0.2 },
    { name: "humidity", unit: "%RH", min: 0, max: 100, resolution: 1, optional: true },
    { name: "noise", unit: "dB", min: 30, max: 120, resolution: 1 },
    { name: "cars", kind: "counter", bits: 16 },
    { name: "lit", kind: "boolean" },
    { name: "state", kind: "enum", values: ["off", "on"] },
    { name: "faults", kind: "flags", flags: ["hot", "wet"] },
    { name: "position", kind: "position", resolution: 0.00001 },
    { name: "uptime", kind: "duration", max: 86_400, resolution: 60 },
    { name: "label", kind: "text", maxBytes: 8 },
    { name: "raw", kind: "bytes", maxBytes: 4 },
    { name: "bands", kind: "array", length: 3, unit: "dB", min: 0, max: 120, resolution: 0.5 },
  ],
});

const readings = (models = {}, seed = 1) => new ModelReadings({ schema, seed, models, place });
const at = (source: ModelReadings, hour: number, node = 0, sequence = 0) => ({
  ...source.readingOf(node, sequence, midnightS + hour * HOUR_S).values,
});

describe("ModelReadings", () => {
  test("gives every kind of field a value that its schema can carry", () => {
    const codec = compileSchema(schema);
    const source = readings();
    for (let sequence = 0; sequence < 200; sequence++) {
      const reading = source.readingOf(sequence % 7, sequence, midnightS + sequence * 600);
      const { readings: decoded } = codec.decode(codec.encode(reading));
      const { position, ...values } = reading.values;
      expect(decoded[0]?.values).toMatchObject(values);
      expect(decoded[0]?.time).toBe(reading.time);
    }
  });

  test("is the same for the same seed, in whatever order, and another for another", () => {
    const [one, same, other] = [readings({}, 1), readings({}, 1), readings({}, 2)];
    at(same, 3, 5, 9);
    expect(at(one, 8, 4, 2)).toEqual(at(same, 8, 4, 2));
    expect(at(one, 8, 4, 3)).not.toEqual(at(other, 8, 4, 3));
  });

  test("follows the day, its rush hours and its nights", () => {
    const source = readings({
      temperature: { mean: 10, daily: { amplitude: 5, peakHour: 15 } },
      noise: { mean: 50, rush: 20 },
      lit: { mean: 0, between: { from: 17, to: 6, add: 1 } },
    });
    const hours = [3, 8, 15, 20].map((hour) => {
      const { temperature, noise, lit } = at(source, hour);
      return [temperature, noise, lit];
    });
    expect(hours).toEqual([
      [5, 50, true],
      [8.7, 70, false],
      [15, 52, false],
      [11.3, 52, true],
    ]);
  });

  test("a field may follow another, and all nodes share the weather", () => {
    const source = readings({
      temperature: { mean: 10, weather: 8 },
      humidity: { mean: 60, follows: { field: "temperature", factor: -2 } },
    });
    const seen = [0, 5, 11, 17, 23].map((hour) => at(source, hour));
    for (const { temperature, humidity } of seen) {
      expect(humidity).toBe(Math.round(60 - 2 * (Number(temperature) - 10)));
    }
    expect(new Set(seen.map(({ temperature }) => temperature)).size).toBe(5);
    expect(at(source, 5, 1).temperature).toBe(at(source, 5, 2).temperature);
  });

  test("nodes differ, sensors drift, counters only grow, and some values are missing", () => {
    const source = readings({
      temperature: { mean: 10, spread: 2, driftPerDay: 0.5 },
      humidity: { mean: 50, missing: 0.25 },
      cars: { mean: 60 },
    });
    const nodes = Array.from({ length: 40 }, (_, node) => Number(at(source, 0, node).temperature));
    expect(new Set(nodes).size).toBeGreaterThan(20);
    const later = Number(at(source, 24 * 10, 3).temperature);
    expect(Math.abs(later - (nodes[3] as number))).toBeCloseTo(5, 0);
    const cars = [0, 1, 2.5].map(
      (hour, sequence) => at(readings({ cars: { mean: 60 } }), hour, 7, sequence).cars,
    );
    expect(cars).toEqual([0, 0, 0]);
    const counted = [0, 1, 2.5].map((hour, sequence) => at(source, hour, 8, sequence).cars);
    expect(counted).toEqual([0, 60, 150]);
    const missing = Array.from(
      { length: 400 },
      (_, sequence) => at(source, 1, 1, sequence).humidity,
    );
    const share = missing.filter((value) => value === null).length / 400;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.35);
  });
});
