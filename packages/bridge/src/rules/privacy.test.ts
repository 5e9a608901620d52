import { BatchEncoder, decodePayload, encodePayload } from "@bollard/payload";
import { defineSchema } from "@bollard/schema";
import { describe, expect, test } from "vitest";
import type { SchemaPrivacyConfig } from "../config/config.js";
import { SchemaSet } from "../schema-set.js";
import { applyRules } from "./rule.js";
import { stripPayload } from "./strip-payload.js";

const crowd = defineSchema({
  name: "crowd",
  id: 30,
  fields: [
    { kind: "counter", name: "people", bits: 16, concernsPersons: true },
    { kind: "position", name: "place", resolution: 0.00001, concernsPersons: true },
    { name: "level", unit: "dB", min: 0, max: 140, resolution: 0.1 },
    { kind: "array", name: "bins", length: 2, unit: "count", min: 0, max: 99, resolution: 1 },
    { kind: "text", name: "tag", maxBytes: 20, optional: true, concernsPersons: true },
  ],
  derived: [
    {
      ...{ name: "loudness", unit: "/", min: 0, max: 2, resolution: 0.1 },
      ...{ inputs: ["level"], formula: "level / 100", version: "1", purpose: "a test" },
    },
  ],
});
const values = {
  people: 3,
  place: { latitude: 42.69271, longitude: -23.32191 },
  level: 61.7,
  bins: [0, 12],
  tag: "AB 1234",
};
const node = { id: "a", name: "a", calibration: new Map(), tags: [] };

function knownBy(privacy: SchemaPrivacyConfig) {
  const schema = new SchemaSet([crowd], { crowd: privacy }).find(30);
  if (!schema) throw new Error("the test's own schema is wrong");
  return schema;
}

function left(privacy: SchemaPrivacyConfig, given: object = values): object {
  const schema = knownBy(privacy);
  return applyRules(schema.rules, { ...values, ...given }, { node, schema, timeS: 0 });
}

describe("privacy", () => {
  test("what concerns persons and has no rule goes nowhere, and somebody is told", () => {
    expect(left({})).toEqual({ level: 61.7, bins: [0, 12], loudness: 0.6 });
    const schema = knownBy({});
    expect(schema.output.fields.map(({ name }) => name)).toEqual(["level", "bins", "loudness"]);
    expect(schema.fields.map(({ name }) => name)).toEqual(["level", "bins", "loudness"]);
    expect(schema.privacy.isRestricted).toBe(true);
    expect(new SchemaSet([crowd]).warnings()[0]).toBe(
      "The field people of crowd concerns persons and has no rule, so it goes nowhere: give it one at privacy.crowd.fields.people",
    );
  });

  test("a threshold leaves out the few, and steps make the rest coarser", () => {
    const fields = { people: { atLeast: 5, step: 5 }, bins: { atLeast: 5 } };
    const of = (people: number) => (left({ fields }, { people }) as typeof values).people;
    expect([0, 1, 4, 5, 13, 15].map(of)).toEqual([0, null, null, 5, 10, 15]);
    expect(left({ fields }, { bins: [4, 12] })).toMatchObject({ bins: null });
    expect(left({ fields }, { bins: [0, 12] })).toMatchObject({ bins: [0, 12] });
  });

  test("a step is a multiple of itself in decimals, also below 0", () => {
    const fields = { level: { step: 0.3 }, place: { step: 0.01 } };
    expect(left({ fields }, { level: 0.9 })).toMatchObject({ level: 0.9 });
    expect(left({ fields })).toMatchObject({
      level: 61.5,
      place: { latitude: 42.69, longitude: -23.33 },
    });
  });

  test("a field may leave as it is, on somebody's word", () => {
    const allow = "parking permits, agreed with the data protection officer";
    expect(left({ fields: { tag: { allow } } })).toMatchObject({ tag: "AB 1234" });
    expect(left({ fields: { level: { drop: "pipeline" } } })).toEqual({
      bins: [0, 12],
      loudness: 0.6,
    });
  });

  test.each([
    [{ gone: { atLeast: 2 } }, "crowd has no field gone", "privacy.crowd.fields.gone"],
    [{ tag: { step: 2 } }, "Steps are for numbers", "privacy.crowd.fields.tag"],
    [{ place: { atLeast: 2 } }, "A threshold is for numbers", "privacy.crowd.fields.place"],
    [{ people: { drop: "spool" } }, "Only an optional field", "privacy.crowd.fields.people"],
    [{ people: { drop: "pipeline", step: 2 } }, "needs no other rule", "privacy.crowd"],
    [{ tag: { drop: "spool", keepHours: 2 } }, "does not come to the disk", "privacy.crowd"],
    [{ loudness: { keepHours: 2 } }, "give its inputs a time", "privacy.crowd.fields.loudness"],
  ] as const)("refuses %j", (fields, message, place) => {
    expect(() => knownBy({ fields })).toThrow(message);
    expect(() => knownBy({ fields })).toThrow(place);
  });

  test("a time to be kept says nothing of whether a field may leave", () => {
    const fields = { people: { keepHours: 2 }, level: { keepHours: 24 } };
    expect(left({ fields })).toEqual({ level: 61.7, bins: [0, 12], loudness: 0.6 });
    expect(knownBy({ fields }).privacy.withheld).toContain("people");
    // What is derived lasts as long as what it is derived from.
    expect(knownBy({ fields }).expiring).toEqual([
      { name: "level", keepS: 86_400 },
      { name: "loudness", keepS: 86_400 },
    ]);
  });

  test("refuses rules for a schema that there is not", () => {
    expect(() => new SchemaSet([crowd], { crowds: {} })).toThrow(
      "There is no schema of this name; there are crowd (BRIDGE_CONFIG_INVALID at privacy.crowds)",
    );
  });
});

describe("before the disk", () => {
  const schema = knownBy({ fields: { tag: { drop: "spool" } } });
  const names = ["tag"];
  const key = { boot: 3, sequence: 70_000 };

  test("a field is taken out, and the message stays the same otherwise", () => {
    const payload = encodePayload(crowd, { time: 1_789_000_000, values }, { key });
    const kept = stripPayload(payload, schema, 1_789_000_001, names);
    if (!kept) throw new Error("it could not be read");
    expect(Buffer.from(kept).includes("AB 1234")).toBe(false);
    expect(decodePayload(crowd, kept)).toEqual({
      ...decodePayload(crowd, payload),
      readings: [{ time: 1_789_000_000, values: { ...values, tag: null } }],
    });
    expect(stripPayload(payload, schema, 0, [])).toBe(payload);
    expect(stripPayload(kept, schema, 0, names)).toBe(kept);
  });

  test.each([
    ["absolute", true],
    ["16", false],
    ["none", false],
  ] as const)("it is taken out of each row of a batch with time %s", (timeMode, milliseconds) => {
    const batch = new BatchEncoder(crowd, { timeMode, milliseconds, schemaId: false });
    batch.open(new Uint8Array(2000), key);
    const rows = Array.from({ length: 40 }, (_, row) => ({
      ...(timeMode !== "none" && { time: 1_789_000_000 + 60 * row + (milliseconds ? 0.25 : 0) }),
      values: { ...values, people: row * 7, level: (row * 13) / 10, tag: `AB ${row}` },
    }));
    for (const row of rows) expect(batch.append(row)).toBe(true);
    const payload = batch.close().slice();
    const kept = stripPayload(payload, schema, 1_789_002_400, names);
    if (!kept) throw new Error("it could not be read");
    expect(kept.length).toBeLessThan(payload.length);
    expect(Buffer.from(kept).includes("AB ")).toBe(false);
    const arrival = { arrival: 1_789_002_400 };
    const before = decodePayload(crowd, payload, arrival);
    expect(decodePayload(crowd, kept, arrival)).toEqual({
      ...before,
      readings: before.readings.map((reading) => ({
        ...reading,
        values: { ...reading.values, tag: null },
      })),
    });
  });

  test("it is taken out of a batch of numbers that jump from end to end", () => {
    const jumpy = defineSchema({
      name: "jumpy",
      id: 31,
      fields: [
        { name: "a", min: 0, max: 100_000, resolution: 1, unit: "/", typicalStep: 1 },
        { name: "secret", min: 0, max: 9, resolution: 1, unit: "/", optional: true },
      ],
    });
    const known = new SchemaSet([jumpy], { jumpy: { fields: { secret: { drop: "spool" } } } });
    const batch = new BatchEncoder(jumpy);
    batch.open(new Uint8Array(4000), key);
    for (let row = 0; row < 255; row++) {
      const reading = { a: (row % 2) * 50_000 + row, secret: row % 10 };
      expect(batch.append({ time: 1_789_000_000 + row, values: reading })).toBe(true);
    }
    const found = known.find(31);
    const kept = found && stripPayload(batch.close(), found, 0, ["secret"]);
    const { readings } = decodePayload(jumpy, kept ?? new Uint8Array(0));
    expect(readings.length).toBe(255);
    expect(readings.every(({ values }) => values.secret === null)).toBe(true);
    expect(readings.map(({ values }) => values.a)).toContain(50_253);
  });

  test("a 16-bit time stays what it was", () => {
    const reading = { time: 1_789_000_000, values };
    const payload = encodePayload(crowd, reading, { timeMode: "16", schemaId: false });
    const kept = stripPayload(payload, schema, 1_789_000_100, names);
    const { timeMode, schemaId, readings } = decodePayload(crowd, kept ?? payload, {
      arrival: 1_789_000_100,
    });
    expect([timeMode, schemaId, readings[0]?.time]).toEqual(["16", undefined, 1_789_000_000]);
  });

  test("what cannot be read is not kept", () => {
    const payload = encodePayload(crowd, { time: 1_789_000_000, values }, { key });
    expect(stripPayload(payload.subarray(0, -1), schema, 0, names)).toBeUndefined();
  });
});
