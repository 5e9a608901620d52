import { describe, expect, test } from "vitest";
import { checkSchema, type DerivedInput, defineSchema, deriveValues } from "./index.js";

const provenance = { version: "1.0", purpose: "To tell the street how its air is." } as const;

const air = defineSchema({
  name: "air",
  id: 1,
  fields: [
    { name: "pm25", unit: "ug/m3", min: 0, max: 999.9, resolution: 0.1, optional: true },
    { name: "humidity", unit: "%RH", min: 0, max: 100, resolution: 0.1, optional: true },
    { name: "fan", kind: "enum", values: ["off", "slow", "fast"] },
    { name: "door_open", kind: "boolean" },
    { name: "note", kind: "text", maxBytes: 10 },
  ],
  derived: [
    {
      name: "pm25_dry",
      unit: "ug/m3",
      min: 0,
      max: 500,
      resolution: 0.5,
      inputs: ["pm25", "humidity"],
      formula: "pm25 / (1 + 0.25 * (humidity / 100) ^ 2)",
      ...provenance,
    },
    {
      name: "air_class",
      kind: "enum",
      values: ["good", "fair", "poor"],
      inputs: ["pm25_dry"],
      formula: "classify(pm25_dry, 10, 20)",
      ...provenance,
    },
    {
      name: "doubtful",
      kind: "boolean",
      inputs: ["fan", "door_open"],
      formula: "fan * door_open",
      ...provenance,
    },
    {
      name: "guess",
      unit: "count",
      min: 0,
      max: 10,
      resolution: 1,
      outOfRange: "clamp",
      inputs: ["note"],
      model: "note-length",
      ...provenance,
    },
  ],
});

const reading = { pm25: 23.2, humidity: 80, fan: "slow", door_open: true, note: "aaaaaaaaaaaaaa" };
const models = { "note-length": ({ note }: object & { note?: unknown }) => String(note).length };

describe("deriveValues", () => {
  test("reckons by formula, asks models, and rounds to the resolution", () => {
    expect(deriveValues(air, reading, models)).toEqual({
      pm25_dry: 20,
      air_class: "poor",
      doubtful: true,
      guess: 10,
    });
  });

  test("gives null where an input is missing, for what is made from that too", () => {
    expect(deriveValues(air, { ...reading, humidity: null, note: undefined }, models)).toEqual({
      pm25_dry: null,
      air_class: null,
      doubtful: true,
      guess: null,
    });
  });

  test("gives null for a value out of range, and where there is no such model", () => {
    expect(deriveValues(air, { ...reading, pm25: 999.9 })).toMatchObject({
      pm25_dry: null,
      guess: null,
    });
  });

  test("takes from a model only what its field may be", () => {
    const wrong = { "note-length": () => "three" };
    expect(deriveValues(air, reading, wrong).guess).toBeNull();
    expect(deriveValues(air, reading, { "note-length": () => Number.NaN }).guess).toBeNull();
    expect(deriveValues(air, reading, { "note-length": () => -4 }).guess).toBe(0);
  });
});

describe("checkSchema of derived fields", () => {
  const fields = [
    { name: "pm25", unit: "ug/m3", min: 0, max: 999.9, resolution: 0.1 },
    { name: "note", kind: "text", maxBytes: 10 },
  ] as const;
  const right: DerivedInput = {
    name: "twice",
    unit: "ug/m3",
    min: 0,
    max: 2000,
    resolution: 0.1,
    inputs: ["pm25"],
    formula: "2 * pm25",
    ...provenance,
  };

  function problemsOf(...derived: readonly object[]): string[] {
    const problems = checkSchema({ name: "air", id: 1, fields, derived });
    return problems.map(({ code, path, message }) => `${path}: ${message} (${code})`);
  }

  test("finds nothing wrong with what is right", () => {
    expect(
      problemsOf(right, { ...right, name: "more", inputs: ["twice"], formula: "twice" }),
    ).toEqual([]);
  });

  test.each<[string, object, readonly string[]]>([
    [
      "an input that is no field",
      { inputs: ["pm2"], formula: "pm2" },
      ["derived[0].inputs[0]: pm2 is no field before it; did you mean pm25? (SCHEMA_BAD_RULE)"],
    ],
    [
      "itself as an input",
      { inputs: ["twice"], formula: "twice" },
      ["derived[0].inputs[0]: twice is no field before it; there is pm25, note (SCHEMA_BAD_RULE)"],
    ],
    [
      "a text in a formula",
      { inputs: ["note"], formula: "note" },
      ['derived[0].inputs[0]: a formula cannot reckon with "text"; take a model (SCHEMA_BAD_RULE)'],
    ],
    [
      "a name that is not among the inputs",
      { formula: "pm25 + pm10" },
      ["derived[0].formula: pm10 is not among the inputs; add it there (SCHEMA_BAD_FORMULA)"],
    ],
    [
      "an input that is not used",
      { formula: "2" },
      ['derived[0].inputs[0]: "pm25" is not in the formula; take it out (SCHEMA_BAD_RULE)'],
    ],
    [
      "a formula that makes no sense",
      { formula: "2 * (pm25" },
      ["derived[0].formula: ) is missing here, at character 10 (SCHEMA_BAD_FORMULA)"],
    ],
    [
      "neither a formula nor a model",
      { formula: undefined },
      [
        "derived[0].formula: there is neither a formula nor a model; say how it is made (SCHEMA_BAD_RULE)",
      ],
    ],
    [
      "both",
      { model: "m" },
      [
        "derived[0].model: there are a formula and a model; keep the one that makes it (SCHEMA_BAD_RULE)",
      ],
    ],
    [
      "no purpose",
      { purpose: undefined },
      ["derived[0].purpose: purpose is missing (SCHEMA_MISSING_KEY)"],
    ],
    [
      "the name of a field",
      { name: "pm25" },
      ['derived[0].name: "pm25" is the name of a field already (SCHEMA_DUPLICATE)'],
    ],
    [
      "a rule that only a device can keep",
      { outOfRange: "refuse" },
      [
        'derived[0].outOfRange: "refuse" may not stand here; one of missing, clamp (SCHEMA_OUT_OF_BOUNDS)',
      ],
    ],
  ])("tells of %s", (_, change, problems) => {
    expect(problemsOf({ ...right, ...change })).toEqual(problems);
  });

  test("tells of a model's property that a field has already", () => {
    const maps = { AirQualityObserved: "pm25" };
    const input = {
      name: "air",
      id: 1,
      fields: [{ ...fields[0], maps }],
      derived: [{ ...right, maps }],
    };
    expect(checkSchema(input)).toMatchObject([
      { code: "SCHEMA_DUPLICATE", path: "derived[0].maps.AirQualityObserved" },
    ]);
  });
});
