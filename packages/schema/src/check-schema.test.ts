import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkSchema } from "./index.js";

const good = {
  name: "air",
  id: 1,
  fields: [{ name: "a", unit: "Pa", min: 0, max: 10, resolution: 1 }],
};

/** What is wrong with a schema of one field, as `path: message (code)`. */
function fieldProblems(field: unknown): string[] {
  return problems({ ...good, fields: [field] });
}

function problems(schema: unknown): string[] {
  return checkSchema(schema).map(({ path, message, code }) => `${path}: ${message} (${code})`);
}

describe("checkSchema", () => {
  test("finds nothing wrong with what is right", () => {
    expect(checkSchema(good)).toEqual([]);
  });

  test.each([
    [null, ": nothing is not a set of keys (SCHEMA_WRONG_TYPE)"],
    [[], ": [] is not a set of keys (SCHEMA_WRONG_TYPE)"],
    [
      { ...good, name: "Air_1" },
      'name: "Air_1" may not be used; lower-case words joined by hyphens, such as street-air, at most 64 characters (SCHEMA_BAD_NAME)',
    ],
    [
      { ...good, id: 16384 },
      "id: 16384 is out of bounds; a whole number from 1 to 16383 (SCHEMA_OUT_OF_BOUNDS)",
    ],
    [
      { ...good, titel: "Air" },
      "titel: titel is not a key here; did you mean title? (SCHEMA_UNKNOWN_KEY)",
    ],
    [
      { ...good, time: "absolut" },
      'time: "absolut" may not stand here; did you mean absolute? (SCHEMA_OUT_OF_BOUNDS)',
    ],
    [
      { ...good, time: { mode: "none", milliseconds: true } },
      "time.milliseconds: there is no time for milliseconds to refine; leave them out or take a mode (SCHEMA_BAD_RULE)",
    ],
    [
      { ...good, reportInterval: 0 },
      "reportInterval: 0 is out of bounds; seconds, above 0 (SCHEMA_OUT_OF_BOUNDS)",
    ],
    [
      { ...good, fields: [] },
      "fields: 0 entries are out of bounds; 1 to 64 (SCHEMA_OUT_OF_BOUNDS)",
    ],
    [{ ...good, fields: {} }, "fields: {} is not a list (SCHEMA_WRONG_TYPE)"],
    [
      { ...good, fields: [...good.fields, ...good.fields] },
      'fields[1].name: "a" is at fields[0].name already (SCHEMA_DUPLICATE)',
    ],
    [
      {
        ...good,
        commands: [
          { name: "x", id: 1 },
          { name: "y", id: 1 },
        ],
      },
      "commands[1].id: 1 is at commands[0].id already (SCHEMA_DUPLICATE)",
    ],
  ])("%j", (schema, problem) => {
    expect(problems(schema)).toEqual([problem]);
  });

  test.each([
    [7, ": 7 is not a field; a set of keys (SCHEMA_WRONG_TYPE)"],
    [
      { name: "t", kind: "boolean" },
      ".name: t is what a reading has beside its fields; take another name (SCHEMA_BAD_NAME)",
    ],
    [
      { name: "a", kind: "bool" },
      '.kind: "bool" may not stand here; did you mean boolean? (SCHEMA_OUT_OF_BOUNDS)',
    ],
    [
      { name: "a", unit: "hpa", min: 0, max: 1, resolution: 1 },
      '.unit: "hpa" is not a SenML unit; did you mean hPa? (SCHEMA_UNKNOWN_UNIT)',
    ],
    [
      { name: "a", unit: "°C", min: 0, max: 1, resolution: 1 },
      '.unit: "°C" is not a SenML unit; did you mean Cel? (SCHEMA_UNKNOWN_UNIT)',
    ],
    [
      { name: "a", kind: "boolean", outOfRange: "missing" },
      ".outOfRange: missing needs a field that may be missing; add optional: true (SCHEMA_BAD_RULE)",
    ],
    [
      { name: "a", kind: "boolean", outOfRange: "clamp" },
      ".outOfRange: a boolean has no nearest value to clamp to; take refuse or missing (SCHEMA_BAD_RULE)",
    ],
    [
      { name: "a", kind: "enum", values: ["x"] },
      ".values: 1 entries are out of bounds; 2 to 256 (SCHEMA_OUT_OF_BOUNDS)",
    ],
    [
      { name: "a", kind: "enum", values: ["half-full", "half_full"] },
      '.values[1]: "half_full" is at fields[0].values[0] already (SCHEMA_DUPLICATE)',
    ],
    [
      { name: "a", kind: "position", resolution: 0.7 },
      ".resolution: 90 degrees are not a multiple of 0.7; take such as 0.00001 (SCHEMA_BAD_RANGE)",
    ],
    [
      {
        name: "a",
        kind: "position",
        resolution: 1e-5,
        altitude: { min: 0, max: 0, resolution: 1 },
      },
      ".altitude.max: 0 is not above min, 0 (SCHEMA_BAD_RANGE)",
    ],
    [
      { name: "a", kind: "text", maxBytes: 256 },
      ".maxBytes: 256 is out of bounds; a whole number from 1 to 255 (SCHEMA_OUT_OF_BOUNDS)",
    ],
    [
      { name: "a", kind: "boolean", lwm2m: "/3303" },
      '.lwm2m: "/3303" may not be used; numbers between slashes, such as 3303/0/5700 (SCHEMA_BAD_NAME)',
    ],
    [
      { ...good.fields[0], maps: { WeatherObserved: { property: "p", unit: "Cel" } } },
      ".maps.WeatherObserved.unit: Pa does not measure what Cel does; leave the unit out or take a fitting one (SCHEMA_UNKNOWN_UNIT)",
    ],
    [
      { name: "a", kind: "boolean", maps: { ParkingSpot: { property: "p", unit: "Cel" } } },
      ".maps.ParkingSpot.unit: a boolean has no unit to convert; leave the unit out or take a fitting one (SCHEMA_UNKNOWN_UNIT)",
    ],
    [
      { name: "a", kind: "boolean", maps: "pm25" },
      '.maps: "pm25" is not a set of models; such as AirQualityObserved: pm25 (SCHEMA_WRONG_TYPE)',
    ],
  ])("a field: %j", (field, problem) => {
    expect(fieldProblems(field)).toEqual([`fields[0]${problem}`]);
  });

  test("finds one property that two fields go to", () => {
    const field = { name: "a", kind: "boolean", maps: { ParkingSpot: "status" } };
    const other = {
      name: "b",
      kind: "boolean",
      maps: [{ model: "ParkingSpot", property: "status" }],
    };
    expect(problems({ ...good, fields: [field, other] })).toEqual([
      'fields[1].maps[0]: "ParkingSpot.status" is at fields[0].maps.ParkingSpot already (SCHEMA_DUPLICATE)',
    ]);
  });

  test("takes anything and never throws", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (any, field) => {
        expect(Array.isArray(checkSchema(any))).toBe(true);
        expect(checkSchema({ ...good, fields: [field] }).length).toBeGreaterThan(0);
        checkSchema({ ...good, fields: [{ ...good.fields[0], ...(any as object) }] });
      }),
    );
  });
});
