import { readFileSync } from "node:fs";
import { stepsOf } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";
import { describe, expect, test } from "vitest";
import { asReported, readReadings } from "./read-readings.js";

const schema = readSchemaFile(new URL("street-air.schema.yaml", import.meta.url).pathname);
const csv = readFileSync(new URL("data/street_pm_bme280.csv", import.meta.url), "utf8");

describe("readReadings", () => {
  test("reads the recording as it is", () => {
    const rows = readReadings(csv);
    expect(rows.length).toBe(8000);
    expect(rows[0]).toEqual({
      time: 1538352143,
      values: { pm10: 7.3, pm25: 1.3, temperature: 6.99, humidity: 74.67, pressure: 102235.02 },
    });
    const missing = (name: string) => rows.filter(({ values }) => values[name] === null).length;
    expect(["pm10", "pm25", "temperature", "humidity", "pressure"].map(missing)).toEqual([
      0, 0, 13, 13, 13,
    ]);
  });

  test("names the line of what it cannot read", () => {
    expect(() => readReadings("t,a\n1,2\n2,x\n")).toThrow("line 3: x is not a number");
    expect(() => readReadings("t,a\n1\n")).toThrow("line 2: 1 cells in place of 2");
    expect(() => readReadings("a,b\n")).toThrow("line 1: the first column is a, not t");
    expect(() => readReadings("t,a\n,1\n")).toThrow("line 2: the time is missing");
  });
});

describe("street-air", () => {
  test("takes every reading of the recording without leaving its ranges", () => {
    for (const row of readReadings(csv)) {
      for (const field of schema.fields) {
        const value = row.values[field.name];
        if (field.kind !== "quantity" || value === null || value === undefined) continue;
        expect(value).toBeGreaterThanOrEqual(field.min);
        expect(value).toBeLessThanOrEqual(field.max);
      }
    }
  });

  test("a reading is rounded to the schema's resolution once, and is the same after", () => {
    const [first] = readReadings(csv);
    if (first === undefined) throw new Error("no reading");
    const reported = asReported(schema, first);
    expect(reported).toEqual({
      time: 1538352143,
      values: { pm25: 1.3, pm10: 7.3, temperature: 7, humidity: 74.7, pressure: 102240 },
    });
    expect(asReported(schema, reported)).toEqual(reported);
  });

  test("needs 62 bits for five values", () => {
    const bits = schema.fields.map((field) =>
      field.kind === "quantity" ? stepsOf(field).bits : 0,
    );
    expect(bits).toEqual([14, 14, 11, 10, 13]);
  });
});
