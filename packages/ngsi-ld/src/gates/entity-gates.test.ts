import { describe, expect, test } from "vitest";
import { coreContext, servedContexts } from "../contexts.js";
import { entityId } from "../entity-id.js";
import { toEntity } from "../to-entity.js";
import { EntityGates } from "./entity-gates.js";

const records = [
  { name: "pm25", unit: "ug/m3", value: 12.3, time: 1_700_000_000 },
  { name: "humidity", unit: "%RH", value: 55.3, time: 1_700_000_000 },
];
const air = toEntity(records, {
  id: entityId("AirQualityObserved", "radhuspladsen-3"),
  type: "AirQualityObserved",
  properties: { pm25: "pm25", humidity: "relativeHumidity" },
  location: { latitude: 55.6759, longitude: 12.5655 },
});
const gates = new EntityGates();

describe("EntityGates", () => {
  test("lets a good entity pass, at once from the second of its shape on", async () => {
    const own = new EntityGates();
    expect(own.checkKnown(air)).toBeUndefined();
    expect(await own.check(air)).toEqual({ ok: true });
    expect(own.checkKnown(air)).toEqual({ ok: true });
    expect(own.stats()).toEqual({
      checked: 2,
      refused: 0,
      shapes: 1,
      expansions: 1,
      evictions: 0,
    });
  });

  test("expands once for many entities of one shape that come together", async () => {
    const own = new EntityGates();
    const results = await Promise.all(Array.from({ length: 20 }, () => own.check(air)));
    expect(results).toEqual(Array.from({ length: 20 }, () => ({ ok: true })));
    expect(own.stats().expansions).toBe(1);
  });

  test("names every problem of a bad one, with gate and place", async () => {
    const bad = {
      ...air,
      dateObserved: { type: "Property", value: "2026-01-01T00:00:00" },
      location: { type: "GeoProperty", value: { type: "Point", coordinates: [55.67, 112.5] } },
      pm25: { type: "Property", observedAt: "2026-01-01T01:00:00+01:00" },
      relativeHumidity: { type: "Property", value: 55.3 },
      smell: { type: "Property", value: "bread" },
      refDevice: "urn:ngsi-ld:Device:a",
    };
    expect(await gates.check(bad)).toEqual({
      ok: false,
      problems: [
        { gate: "model", path: "/dateObserved", message: 'must match format "date-time"' },
        { gate: "model", path: "/relativeHumidity", message: "must be <= 1" },
        { gate: "strict", path: "/location/value/coordinates/1", message: "must be <= 90" },
        { gate: "strict", path: "/pm25/value", message: "is missing" },
        {
          gate: "strict",
          path: "/pm25/observedAt",
          message: "must be UTC with Z, such as 2026-01-31T12:00:00Z",
        },
        {
          gate: "strict",
          path: "/refDevice",
          message: "must be an attribute: an object with a type such as Property, and its value",
        },
        {
          gate: "expansion",
          path: "/smell",
          message: '"smell" has no meaning in its contexts; give it one in a context of your own',
        },
      ],
    });
  });

  test("tells what a model requires", async () => {
    const { location, ...rest } = air;
    expect(location).toBeDefined();
    expect(await gates.check(rest)).toEqual({
      ok: false,
      problems: [{ gate: "model", path: "/location", message: "AirQualityObserved requires it" }],
    });
  });

  test.each([
    ["core first", [coreContext, "https://c.example"], "the core context must come last"],
    ["no core", ["https://c.example"], "the core context is missing; put it last"],
    ["no context", undefined, "the core context is missing; put it last"],
    [
      "an unknown one",
      ["https://c.example/c.jsonld", coreContext],
      'the context "https://c.example/c.jsonld" is neither shipped nor given in the options' +
        " (NGSI_LD_UNKNOWN_CONTEXT at https://c.example/c.jsonld)",
    ],
  ])("refuses a context with %s", async (_, context, message) => {
    expect(await gates.check({ ...air, "@context": context })).toEqual({
      ok: false,
      problems: [{ gate: "expansion", path: "/@context", message }],
    });
  });

  test("finds terms without a meaning in types and below attributes", async () => {
    const entity = {
      ...air,
      address: { type: "Property", value: { type: "PostalAddress", streetAddress: "Torvet 1" } },
    };
    expect(await gates.check(entity)).toEqual({
      ok: false,
      problems: [
        {
          gate: "expansion",
          path: "/address/value/type",
          message:
            '"PostalAddress" has no meaning in its contexts; give it one in a context of your own',
        },
      ],
    });
  });

  test("takes models and contexts of your own", async () => {
    const url = "https://city.example/bench.jsonld";
    const own = new EntityGates({
      models: {
        Bench: {
          type: "object",
          properties: { seats: { $ref: "https://city.example/seats.json" } },
        },
      },
      references: { "https://city.example/seats.json": { type: "integer", maximum: 4 } },
      contexts: {
        [url]: { "@context": { Bench: `${url}#Bench`, seats: `${url}#seats` } },
      },
    });
    const bench = (seats: number) => ({
      id: "urn:ngsi-ld:Bench:torvet",
      type: "Bench",
      seats: { type: "Property", value: seats },
      "@context": [url, coreContext],
    });
    expect(await own.check(bench(3))).toEqual({ ok: true });
    expect(await own.check(bench(5))).toEqual({
      ok: false,
      problems: [{ gate: "model", path: "/seats", message: "must be <= 4" }],
    });
    expect(await gates.check({ ...bench(3), "@context": [coreContext] })).toMatchObject({
      ok: false,
      problems: [
        {
          gate: "model",
          path: "/type",
          message: 'no schema of the type "Bench" is shipped; give one in the options',
        },
        { gate: "expansion", path: "/seats" },
        { gate: "expansion", path: "/type" },
      ],
    });
  });

  test("knows the shipped contexts where the bridge serves them", async () => {
    const servedAt = "http://127.0.0.1:8080/contexts/";
    const own = new EntityGates({ contexts: servedContexts(servedAt) });
    const context = [`${servedAt}dataModel.Environment.jsonld`, coreContext];
    expect(await own.check({ ...air, "@context": context })).toEqual({ ok: true });
  });

  test.each([
    ["null", null],
    ["text", "entity"],
    ["a list", [air]],
  ])("refuses %s", async (_, value) => {
    expect(await gates.check(value)).toEqual({
      ok: false,
      problems: [{ gate: "strict", path: "", message: "must be an object" }],
    });
  });

  test("refuses what is nested too deeply", async () => {
    let value: object = {};
    for (let depth = 0; depth < 100; depth++) value = { type: value };
    expect(await gates.check({ ...air, value })).toEqual({
      ok: false,
      problems: [{ gate: "strict", path: "", message: "must not be nested deeper than 32" }],
    });
  });

  test("forgets the shape unused for longest when it remembers too many", async () => {
    const own = new EntityGates({ maxShapes: 2 });
    const shape = (name: string) => ({ ...air, [name]: { type: "Property", value: 1 } });
    await own.check(shape("co"));
    await own.check(shape("no2"));
    own.checkKnown(shape("co"));
    await own.check(shape("so2"));
    expect(own.checkKnown(shape("co"))).toEqual({ ok: true });
    expect(own.checkKnown(shape("no2"))).toBeUndefined();
    expect(own.stats()).toMatchObject({ shapes: 2, expansions: 3, evictions: 1 });
  });
});
