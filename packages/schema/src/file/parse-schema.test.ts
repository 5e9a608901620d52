import { describe, expect, test } from "vitest";
import { defineSchema, isSchemaError } from "../index.js";
import { parseSchema, readSchemaFile } from "./index.js";

const good = `
name: street-air
id: 3
time: 16
fields:
  - name: pm25
    unit: ug/m3
    min: 0
    max: 999.9
    resolution: 0.1
    maps: { AirQualityObserved: pm25 }
  - name: lamp
    kind: enum
    values: [off, on]
`;

/** The lines of the error that a text gives. */
function errorOf(text: string, file = "air.yaml"): string[] {
  try {
    parseSchema(text, { file });
  } catch (error) {
    if (isSchemaError(error)) return error.message.split("\n");
    throw error;
  }
  return [];
}

describe("parseSchema", () => {
  test("gives what defineSchema gives", () => {
    expect(parseSchema(good)).toEqual(
      defineSchema({
        name: "street-air",
        id: 3,
        time: "16",
        fields: [
          {
            name: "pm25",
            unit: "ug/m3",
            min: 0,
            max: 999.9,
            resolution: 0.1,
            maps: { AirQualityObserved: "pm25" },
          },
          { name: "lamp", kind: "enum", values: ["off", "on"] },
        ],
      }),
    );
  });

  test("reads JSON as well, tabs and all", () => {
    const schema = parseSchema(good);
    expect(parseSchema(JSON.stringify(schema, null, "\t"), { file: "air.json" })).toEqual(schema);
  });

  test("names line, column and key, and says what would be right", () => {
    const text = good
      .replace("resolution: 0.1", "resoluton: 0.1")
      .replace("unit: ug/m3", "unit: µg/m³")
      .replace("values: [off, on]", "values: [off, off]\n    outOfRange: clmp")
      .replace("id: 3", "id: 20000");
    expect(errorOf(text)).toMatchInlineSnapshot(`
      [
        "air.yaml:3:1 id: 20000 is out of bounds; a whole number from 1 to 16383 (SCHEMA_OUT_OF_BOUNDS)",
        "air.yaml:7:5 fields[0].unit: "µg/m³" is not a SenML unit; did you mean ug/m3? (SCHEMA_UNKNOWN_UNIT)",
        "air.yaml:10:5 fields[0].resoluton: resoluton is not a key here; did you mean resolution? (SCHEMA_UNKNOWN_KEY)",
        "air.yaml:14:19 fields[1].values[1]: "off" is at fields[1].values[0] already (SCHEMA_DUPLICATE)",
        "air.yaml:15:5 fields[1].outOfRange: "clmp" may not stand here; did you mean clamp? (SCHEMA_OUT_OF_BOUNDS)",
      ]
    `);
  });

  test("finds ranges that do not fit", () => {
    expect(errorOf(good.replace("min: 0", "min: 0.05"))).toMatchInlineSnapshot(`
      [
        "air.yaml:8:5 fields[0].min: 0.05 is not a multiple of the resolution, 0.1; 0 is (SCHEMA_BAD_RANGE)",
      ]
    `);
    expect(errorOf(good.replace("max: 999.9", "max: -1"))).toMatchInlineSnapshot(`
      [
        "air.yaml:9:5 fields[0].max: -1 is not above min, 0 (SCHEMA_BAD_RANGE)",
      ]
    `);
    expect(errorOf(good.replace("resolution: 0.1", "resolution: 1e-9"))).toMatchInlineSnapshot(`
      [
        "air.yaml:10:5 fields[0].resolution: 0 to 999.9 by 1e-9 does not fit 32 bits; take a coarser resolution or a narrower range (SCHEMA_BAD_RANGE)",
      ]
    `);
  });

  test("finds what is not YAML, where it stops to be", () => {
    expect(errorOf("name: [a, b\nid: 3")).toMatchInlineSnapshot(`
      [
        "air.yaml:2:1 Flow sequence in block collection must be sufficiently indented and end with a ] (SCHEMA_SYNTAX)",
      ]
    `);
    expect(errorOf("name: a\nname: b")).toMatchInlineSnapshot(`
      [
        "air.yaml:2:1 Map keys must be unique (SCHEMA_SYNTAX)",
      ]
    `);
    expect(errorOf("")).toMatchInlineSnapshot(`
      [
        "air.yaml:1:1 nothing is not a set of keys (SCHEMA_WRONG_TYPE)",
      ]
    `);
    expect(errorOf("[".repeat(100_000))[0]).toMatchInlineSnapshot(
      `"air.yaml:1:1 nested too deeply (SCHEMA_SYNTAX)"`,
    );
  });

  test("is not filled by aliases of aliases", () => {
    const lines = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (let depth = 0; depth < 9; depth++) {
      const name = String.fromCharCode(98 + depth);
      const before = `*${String.fromCharCode(97 + depth)}`;
      lines.push(`${name}: &${name} [${Array(9).fill(before).join(", ")}]`);
    }
    expect(errorOf(lines.join("\n"))).toMatchInlineSnapshot(`
      [
        "air.yaml:1:1 Excessive alias count indicates a resource exhaustion attack; write the values out (SCHEMA_SYNTAX)",
      ]
    `);
  });

  test("says of a missing file why", () => {
    expect(() => readSchemaFile("/nowhere/air.yaml")).toThrow(
      "/nowhere/air.yaml cannot be read; ENOENT: no such file or directory",
    );
  });
});
