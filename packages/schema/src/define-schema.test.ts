import { describe, expect, expectTypeOf, test } from "vitest";
import { parseSchema } from "./file/index.js";
import {
  type CommandsOf,
  checkSchema,
  defineSchema,
  isSchemaError,
  type ReadingOf,
} from "./index.js";

const lamp = defineSchema({
  name: "street-lamp",
  id: 7,
  fields: [
    { name: "power", unit: "W", min: 0, max: 500, resolution: 0.1 },
    { name: "mode", kind: "enum", values: ["off", "dimmed", "on"] },
    { name: "faults", kind: "flags", flags: ["lamp", "driver"], optional: true },
    { name: "place", kind: "position", resolution: 0.00001, optional: true },
    { name: "door_open", kind: "boolean" },
    { name: "switches", kind: "counter", bits: 16 },
    { name: "spectrum", kind: "array", length: 4, unit: "dB", min: 0, max: 120, resolution: 0.5 },
    { name: "note", kind: "text", maxBytes: 20 },
    { name: "raw", kind: "bytes", maxBytes: 8, optional: true },
    { name: "burning", kind: "duration", max: 86400, resolution: 1 },
  ],
  commands: [
    {
      name: "dim",
      id: 1,
      fields: [{ name: "level", unit: "/100", min: 0, max: 100, resolution: 1 }],
    },
    { name: "reboot", id: 2 },
  ],
});

describe("defineSchema", () => {
  test("fills in the defaults", () => {
    const schema = defineSchema({
      name: "well",
      id: 1,
      fields: [
        {
          name: "level",
          unit: "m",
          min: 0,
          max: 20,
          resolution: 0.01,
          maps: {
            WaterObserved: "height",
            FloodMonitoring: { property: "currentLevel", unit: "cm" },
          },
        },
      ],
    });
    expect(schema).toEqual({
      name: "well",
      version: 1,
      id: 1,
      time: { mode: "absolute", milliseconds: false },
      mobility: "fixed",
      fields: [
        {
          name: "level",
          kind: "quantity",
          unit: "m",
          min: 0,
          max: 20,
          resolution: 0.01,
          optional: false,
          concernsPersons: false,
          outOfRange: "refuse",
          maps: [
            { model: "WaterObserved", property: "height" },
            { model: "FloodMonitoring", property: "currentLevel", unit: "cm" },
          ],
        },
      ],
      derived: [],
      commands: [],
    });
  });

  test("a finished schema is right as it stands", () => {
    expect(checkSchema(lamp)).toEqual([]);
    // What is derived is optional, and says so.
    const flood = defineSchema({
      ...{ name: "flood", id: 2 },
      fields: [{ name: "level", unit: "m", min: 0, max: 20, resolution: 0.01 }],
      derived: [
        {
          ...{ name: "is_high", kind: "boolean", inputs: ["level"], formula: "floor(level / 4)" },
          ...{ version: "1", purpose: "a test" },
        },
      ],
    });
    expect(flood.derived[0]).toMatchObject({ optional: true });
    expect(checkSchema(flood)).toEqual([]);
    expect(parseSchema(JSON.stringify(flood))).toEqual(flood);
    const [derived] = flood.derived;
    expect(checkSchema({ ...flood, derived: [{ ...derived, optional: false }] })).toMatchObject([
      { path: "derived[0].optional" },
    ]);
  });

  test("infers the reading's type", () => {
    expectTypeOf<ReadingOf<typeof lamp>>().toEqualTypeOf<{
      readonly power: number;
      readonly mode: "off" | "dimmed" | "on";
      readonly faults?: readonly ("lamp" | "driver")[] | null;
      readonly place?: {
        readonly latitude: number;
        readonly longitude: number;
        readonly altitude?: number;
      } | null;
      readonly door_open: boolean;
      readonly switches: number;
      readonly spectrum: readonly number[];
      readonly note: string;
      readonly raw?: Uint8Array | null;
      readonly burning: number;
    }>();
    expectTypeOf<CommandsOf<typeof lamp>>().toEqualTypeOf<{
      readonly dim: { readonly level: number };
      readonly reboot: Record<never, never>;
    }>();
    expectTypeOf(lamp.name).toEqualTypeOf<"street-lamp">();
  });

  test("tells every problem at once", () => {
    let caught: unknown;
    try {
      defineSchema({
        name: "Bad Name",
        id: 0,
        fields: [{ name: "a", unit: "Pa", min: 5, max: 1, resolution: 1 }],
      });
    } catch (error) {
      caught = error;
    }
    if (!isSchemaError(caught)) throw new Error("no SchemaError");
    expect(caught.problems.map(({ code, path }) => [code, path])).toEqual([
      ["SCHEMA_BAD_NAME", "name"],
      ["SCHEMA_OUT_OF_BOUNDS", "id"],
      ["SCHEMA_BAD_RANGE", "fields[0].max"],
    ]);
  });
});
