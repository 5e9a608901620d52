import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coreContext } from "./contexts.js";
import type { LdContext } from "./entity.js";
import { entityId } from "./entity-id.js";
import { EntitySeries } from "./entity-series.js";
import { type EntityKind, EntityStencils, type RecordValues } from "./entity-stencils.js";
import { EntityGates } from "./gates/entity-gates.js";
import { type Location, toEntity } from "./to-entity.js";

interface TestKind extends EntityKind {
  readonly context?: LdContext;
  readonly values: readonly fc.Arbitrary<number | string | boolean>[];
}

const number = fc.oneof(
  fc.integer({ min: -20, max: 400 }),
  fc.double({ min: -1, max: 120, noNaN: true }),
  fc.double(),
);
const kinds: readonly TestKind[] = [
  {
    type: "AirQualityObserved",
    properties: { pm25: "pm25", hum: "relativeHumidity", wind: "windDirection", p: "pressure" },
    records: [
      { name: "pm25", unit: "ug/m3" },
      { name: "hum", unit: "%RH" },
      { name: "wind", unit: "deg" },
      { name: "p", unit: "Pa" },
      { name: "unmapped", unit: "V" },
    ],
    values: [number, number, number, number, number],
  },
  {
    type: "NoiseLevelObserved",
    properties: { level: "LAeq", peak: "LAmax" },
    records: [
      { name: "level", unit: "dB" },
      { name: "peak", unit: "dB" },
    ],
    values: [number, number],
  },
  {
    type: "WasteContainer",
    properties: { full: "fillingLevel", lid: "status", note: "name" },
    records: [{ name: "full", unit: "/" }, { name: "lid" }, { name: "note" }],
    values: [number, fc.constantFrom("ok", "lidOpen", "eaten"), fc.string()],
  },
];
const place: Location = { latitude: 55.6759, longitude: 12.5655 };
const gates = new EntityGates();

/** Both ways, and what is learnt from the long one. */
async function bothWays(
  kind: TestKind,
  series: EntitySeries,
  time: number,
  values: RecordValues,
  options: { readonly name?: string; readonly gates?: EntityGates; readonly location?: Location },
): Promise<{ readonly quick: string | undefined; readonly long: string | undefined }> {
  const { name = "elm-1", location = place } = options;
  const quick = series.write(time, values);
  const records = kind.records.flatMap(({ name: record, unit }, index) => {
    const value = values[index];
    if (value === undefined) return [];
    const content = typeof value === "number" ? { value } : { stringValue: String(value) };
    const ofRecord = typeof value === "boolean" ? { booleanValue: value } : content;
    return [{ name: record, ...(unit !== undefined && { unit }), ...ofRecord, time }];
  });
  try {
    const entity = toEntity(records, {
      ...{ id: entityId(kind.type, name), type: kind.type, properties: kind.properties, location },
      ...(kind.context && { context: kind.context }),
    });
    const isWell = (await (options.gates ?? gates).check(entity)).ok;
    if (isWell) series.learn(entity, values);
    return { quick, long: isWell ? JSON.stringify(entity) : undefined };
  } catch {
    return { quick, long: undefined };
  }
}

describe("EntitySeries", () => {
  test("writes what has passed before with other values, and nothing before that", async () => {
    const [kind] = kinds as [TestKind];
    const series = new EntitySeries(new EntityStencils(kind, gates));
    const first = await bothWays(kind, series, 1_789_000_000, [1, 50, 270, 101_325, 3], {});
    expect(first.quick).toBeUndefined();
    const second = await bothWays(kind, series, 1_789_000_060.5, [2.5, 55.3, 10, 99_800, 3], {});
    expect(second.quick).toBe(second.long);
    expect(JSON.parse(second.quick ?? "")).toMatchObject({
      id: "urn:ngsi-ld:AirQualityObserved:elm-1",
      dateObserved: { value: "2026-09-10T00:27:40.500Z" },
      relativeHumidity: { value: 0.553, unitCode: "C62" },
    });
  });

  for (const kind of kinds) {
    test(`what it writes is what the long way gives, and passes: ${kind.type}`, async () => {
      const stencils = new EntityStencils(kind, gates);
      const things = ["elm-1", "oak-2"].map((name) => ({
        name,
        series: new EntitySeries(stencils),
        learnt: new Set<string>(),
      }));
      let written = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...things),
          fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }),
          fc.tuple(...kind.values.map((value) => fc.option(value, { nil: undefined, freq: 9 }))),
          async ({ name, series, learnt }, ms, values) => {
            const { quick, long } = await bothWays(kind, series, ms / 1000, values, { name });
            const there = values.map((value) => value !== undefined).join();
            if (learnt.has(there)) expect(quick).toBe(long);
            else expect(quick).toBeUndefined();
            if (long !== undefined) learnt.add(there);
            if (quick !== undefined) written++;
          },
        ),
        { numRuns: 400 },
      );
      expect(written).toBeGreaterThan(20);
    });
  }

  test("learns nothing of a model that asks something of two properties at once", async () => {
    const terms = ["Lamp", "on", "power", "dateObserved"];
    const lamp: TestKind = {
      type: "Lamp",
      properties: { on: "on", power: "power" },
      records: [{ name: "on" }, { name: "power", unit: "W" }],
      context: [
        Object.fromEntries(terms.map((term) => [term, `https://example.org/${term}`])),
        coreContext,
      ],
      values: [],
    };
    const own = (model: object) =>
      new EntityGates({
        models: { Lamp: { type: "object", properties: { power: { maximum: 60 } }, ...model } },
      });
    const write = async (gates: EntityGates) => {
      const series = new EntitySeries(new EntityStencils(lamp, gates));
      await bothWays(lamp, series, 1_789_000_000, [true, 20], { gates });
      const { quick, long } = await bothWays(lamp, series, 1_789_000_000, [false, 30], { gates });
      expect(quick === undefined || quick === long).toBe(true);
      const { quick: tooMuch } = await bothWays(lamp, series, 1_789_000_000, [true, 61], { gates });
      expect(tooMuch).toBeUndefined();
      return quick !== undefined;
    };
    expect(await write(own({}))).toBe(true);
    expect(await write(own({ "x-owner": "city", title: "A lamp" }))).toBe(true);
    expect(
      await write(own({ definitions: { on: {} }, allOf: [{ $ref: "#/definitions/on" }] })),
    ).toBe(true);
    const isOff = { properties: { on: { const: false } } };
    const isBright = { properties: { on: { const: true }, power: { minimum: 50 } } };
    expect(await write(own({ not: isBright }))).toBe(false);
    expect(await write(own({ allOf: [{ anyOf: [{ required: ["on"] }, isOff] }] }))).toBe(false);
  });

  test("learns nothing where two records become one property", async () => {
    const kind = { ...(kinds[1] as TestKind), properties: { level: "LAeq", peak: "LAeq" } };
    const series = new EntitySeries(new EntityStencils(kind, gates));
    for (const peak of [60, 61]) {
      const { quick, long } = await bothWays(kind, series, 1_789_000_000, [50, peak], {});
      expect(quick).toBeUndefined();
      expect(long).toContain(`"value":${peak}`);
    }
  });

  test("learns nothing of a thing that moves", async () => {
    const van: TestKind = {
      ...(kinds[0] as TestKind),
      records: [
        { name: "pm25", unit: "ug/m3" },
        { name: "lat", unit: "lat" },
        { name: "lon", unit: "lon" },
      ],
    };
    const series = new EntitySeries(new EntityStencils(van, gates));
    for (const latitude of [55, 56]) {
      const { quick, long } = await bothWays(van, series, 1_789_000_000, [3, latitude, 12], {});
      expect(quick).toBeUndefined();
      expect(long).toContain(`"coordinates":[12,${latitude}]`);
    }
  });
});
