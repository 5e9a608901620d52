import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkSchema, type SchemaInput } from "../index.js";
import { sensorSchemaJsonSchema } from "./index.js";

const everyKind = {
  $schema: "https://bollard.dev/schemas/sensor-schema.schema.json",
  name: "every-kind",
  version: 2,
  id: 300,
  title: "Every kind",
  description: "One field of each kind.",
  time: { mode: "16", milliseconds: true },
  reportInterval: 60,
  mobility: "mobile",
  fields: [
    {
      name: "quantity",
      title: "Quantity",
      description: "…",
      unit: "Cel",
      min: -40,
      max: 85,
      resolution: 0.1,
      typicalStep: 0.2,
      optional: true,
      concernsPersons: true,
      outOfRange: "missing",
      lwm2m: "3303/0/5700",
      maps: {
        WeatherObserved: "temperature",
        AirQualityObserved: { property: "temperature", unit: "K" },
      },
    },
    { name: "counter", kind: "counter", bits: 16, unit: "Wh", typicalStep: 3 },
    { name: "boolean", kind: "boolean", maps: [{ model: "ParkingSpot", property: "occupied" }] },
    { name: "enum", kind: "enum", values: ["off", "on"] },
    { name: "flags", kind: "flags", flags: ["lamp", "driver"] },
    {
      name: "position",
      kind: "position",
      resolution: 0.00001,
      altitude: { min: 0, max: 100, resolution: 1 },
      outOfRange: "clamp",
    },
    { name: "duration", kind: "duration", max: 60, resolution: 0.1 },
    { name: "text", kind: "text", maxBytes: 10 },
    { name: "bytes", kind: "bytes", maxBytes: 10 },
    { name: "array", kind: "array", length: 3, unit: "dB", min: 0, max: 100, resolution: 0.5 },
  ],
  derived: [
    {
      name: "corrected",
      title: "Corrected",
      description: "…",
      unit: "Cel",
      min: -40,
      max: 85,
      resolution: 0.1,
      outOfRange: "clamp",
      concernsPersons: false,
      maps: { AirQualityObserved: "feelsLike" },
      lwm2m: "3303/1/5700",
      inputs: ["quantity", "counter"],
      formula: "quantity - 0.1 * counter",
      version: "1.0",
      purpose: "To compare stations.",
      limits: "Not below freezing.",
      decides: true,
    },
    {
      name: "class",
      kind: "enum",
      values: ["low", "high"],
      outOfRange: "missing",
      inputs: ["corrected", "array"],
      model: "https://example.org/models/class",
      version: "2024-10",
      purpose: "To colour a map.",
    },
    {
      name: "warm",
      kind: "boolean",
      inputs: ["corrected"],
      formula: "classify(corrected, 20)",
      version: "1",
      purpose: "To colour a map.",
    },
  ],
  commands: [{ name: "dim", id: 1, title: "Dim", fields: [{ name: "on", kind: "boolean" }] }],
} satisfies SchemaInput & { $schema: string };

const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
ajv.addVocabulary(["unit"]);
const validate = ajv.compile(sensorSchemaJsonSchema);

/** Every place in a value, as the keys that lead to it. */
function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, entry]) => places(entry, [...path, key]))];
}

/** The value with one place changed; `undefined` takes the key away. */
function change(value: unknown, path: readonly string[], to: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return to;
  if (Array.isArray(value)) {
    return value.map((entry, index) => (String(index) === key ? change(entry, rest, to) : entry));
  }
  const changed = {
    ...(value as object),
    [key]: change((value as Record<string, unknown>)[key], rest, to),
  };
  return Object.fromEntries(Object.entries(changed).filter(([, entry]) => entry !== undefined));
}

const structural = new Set([
  "SCHEMA_WRONG_TYPE",
  "SCHEMA_MISSING_KEY",
  "SCHEMA_UNKNOWN_KEY",
  "SCHEMA_OUT_OF_BOUNDS",
]);

describe("sensor-schema.schema.json", () => {
  test("takes a schema with every key there is", () => {
    expect(checkSchema(everyKind)).toEqual([]);
    expect(validate(everyKind)).toBe(true);
  });

  test("says of every key its title and what it is", () => {
    const bare: string[] = [];
    const look = (schema: unknown, path: string): void => {
      if (typeof schema !== "object" || schema === null) return;
      for (const [key, value] of Object.entries(schema)) {
        const isList = key === "properties" && !path.endsWith("if");
        if (isList) {
          for (const [name, property] of Object.entries(value as object)) {
            const text = property as { title?: string; description?: string; $ref?: string };
            const isTold = text.$ref !== undefined || (text.title && text.description);
            if (!isTold) bare.push(`${path}.${name}`);
          }
        }
        look(value, `${path}.${key}`);
      }
    };
    look(sensorSchemaJsonSchema, "");
    expect(bare).toEqual([]);
  });

  test("agrees with checkSchema on whatever one change makes of a schema", () => {
    const odd = fc.constantFrom<unknown>(
      undefined,
      null,
      true,
      -1,
      0,
      1e9,
      0.5,
      "",
      "x",
      "A b",
      [],
      ["x"],
      {},
      { x: 1 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...places(everyKind)), odd, (path, to) => {
        const changed = change(everyKind, path, to);
        const problems = checkSchema(changed);
        const isValid = validate(changed);
        if (!isValid) expect(problems).not.toEqual([]);
        if (problems.some(({ code }) => structural.has(code))) expect(isValid).toBe(false);
      }),
      { numRuns: 1000 },
    );
  }, 20_000);
});
