import { BatchEncoder, compileSchema, type FieldValue } from "@bollard/payload";
import { checkSchema, defineSchema, type Field, stepsOf, valueOfStep } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";
import { describe, expect, test } from "vitest";
import { exampleFile } from "../testing/examples.js";
import { coarsenings, coarsest } from "./coarsen.js";
import { meanBytes, meanRowsThatFit, mostBytes } from "./message-bytes.js";
import { typicalReadings } from "./typical-readings.js";

const names = ["noise", "parking-spot", "traffic-counter", "waste-bin", "moving-sensor"];
const schemas = [
  readSchemaFile(exampleFile("street-air/street-air.schema.yaml")),
  ...[...names, "street-light", "node-health"].map((name) =>
    readSchemaFile(exampleFile(`schemas/${name}.schema.yaml`)),
  ),
];
const carried = { schemaId: true };
const nameOf = (index: number) => `reading ${index}`;

/** A field's value at the lower or the upper end of what it may be. */
function valueAt(field: Field, end: number): FieldValue {
  switch (field.kind) {
    case "quantity":
    case "counter":
    case "duration": {
      const steps = stepsOf(field);
      return valueOfStep(steps, end * steps.last);
    }
    case "boolean":
      return end === 1;
    case "enum":
      return field.values.at(-end) ?? null;
    case "flags":
      return end === 0 ? [] : field.flags;
    case "text":
      return "x".repeat(end * field.maxBytes);
    case "bytes":
      return new Uint8Array(end * field.maxBytes);
    case "array":
      return new Array<number>(field.length).fill(end === 0 ? field.min : field.max);
    case "position":
      return { latitude: 90 - 180 * end, longitude: 180 - 360 * end, altitude: 0 };
  }
}

describe("typicalReadings", () => {
  test("are readings of their schema, and the same each time", () => {
    for (const schema of schemas) {
      const readings = typicalReadings(schema, 50);
      expect(typicalReadings(schema, 50)).toEqual(readings);
      const codec = compileSchema(schema);
      for (const reading of readings) {
        const { readings: back } = codec.decode(codec.encode(reading), {
          arrival: reading.time ?? 0,
        });
        expect(back).toEqual([reading]);
      }
    }
  });

  test("move by the typical step in the mean, and a counter up", () => {
    const schema = defineSchema({
      name: "a",
      id: 1,
      fields: [
        { name: "level", unit: "m", min: 0, max: 1000, resolution: 0.1, typicalStep: 2 },
        { name: "count", kind: "counter", bits: 32, typicalStep: 7 },
        { name: "still", unit: "V", min: 0, max: 10, resolution: 0.1, typicalStep: 0 },
      ],
    });
    const readings = typicalReadings(schema, 5000);
    const changes = (name: string) =>
      readings.slice(1).map(({ values }, index) => {
        return Number(values[name]) - Number(readings[index]?.values[name]);
      });
    const mean = (numbers: readonly number[]) =>
      numbers.reduce((sum, number) => sum + Math.abs(number), 0) / numbers.length;
    expect(mean(changes("level"))).toBeCloseTo(2, 0);
    expect(mean(changes("count"))).toBeCloseTo(7, 0);
    expect(changes("count").every((change) => change >= 0)).toBe(true);
    expect(changes("still").every((change) => change === 0)).toBe(true);
  });
});

describe("mostBytes", () => {
  test("is kept by readings that jump from one end of their ranges to the other", () => {
    for (const schema of schemas) {
      const codec = compileSchema(schema);
      const ends = [0, 1].map((end) =>
        Object.fromEntries(schema.fields.map((field) => [field.name, valueAt(field, end)])),
      );
      const most = mostBytes(schema, 30, carried);
      const batch = new BatchEncoder(schema);
      batch.open(new Uint8Array(most));
      for (let row = 0; row < 30; row++) {
        const values = ends[row % 2] ?? {};
        const time = 1_700_000_000 + (row % 2) * 1_000_000;
        expect(batch.append({ time, values })).toBe(true);
        const bytes = codec.encode({ time, values });
        expect(bytes.length).toBeLessThanOrEqual(mostBytes(schema, 1, carried));
      }
      expect(batch.close().length).toBeLessThanOrEqual(most);
    }
  });
});

test("meanBytes is what encoding gives, with and without the schema's id", () => {
  const [air] = schemas;
  if (air === undefined) throw new Error("there is no schema");
  const readings = typicalReadings(air, 40);
  const codec = compileSchema(air);
  const lengths = readings.map((reading) => codec.encode(reading).length);
  const sum = lengths.reduce((total, length) => total + length, 0);
  expect(meanBytes(air, readings, 1, carried, nameOf)).toBe(sum / 40);
  expect(meanBytes(air, readings, 1, { schemaId: false }, nameOf)).toBe(sum / 40 - 1);
  const fit = meanRowsThatFit(air, readings, 51, { schemaId: false });
  expect(meanBytes(air, readings, Math.floor(fit) - 1, { schemaId: false }, nameOf)).toBeLessThan(
    51,
  );
  expect(meanRowsThatFit(air, readings, 10, carried)).toBe(0);
  expect(meanRowsThatFit(air, readings, 5000, carried)).toBe(40);
});

describe("coarsenings", () => {
  test("go by 1, 2 and 5, on to twice the typical step, and leave schemas that are right", () => {
    for (const schema of schemas) {
      for (const { schema: coarser } of coarsenings(schema))
        expect(checkSchema(coarser)).toEqual([]);
      expect(checkSchema(coarsest(schema))).toEqual([]);
    }
    const fine = defineSchema({
      name: "fine",
      id: 1,
      fields: [
        { name: "a", unit: "Pa", min: 30005, max: 110000, resolution: 0.05, typicalStep: 6.3 },
        { name: "b", unit: "count", min: 0, max: 31, resolution: 1 },
      ],
    });
    expect(coarsenings(fine).map(({ field, to }) => [field, to])).toEqual([
      ["a", 0.1],
      ["a", 0.2],
      ["a", 0.5],
      ["a", 5],
    ]);
    expect(coarsest(fine).fields).toMatchObject([
      { min: 30005, max: 110000, resolution: 5 },
      { min: 0, max: 31, resolution: 1 },
    ]);
  });
});
