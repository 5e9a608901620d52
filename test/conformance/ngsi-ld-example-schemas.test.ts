import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Entity, EntityGates, type EntityMapping, entityId, toEntity } from "@bollard/ngsi-ld";
import { compileSchema, type Reading, toRecords } from "@bollard/payload";
import { readingArbitrary } from "@bollard/payload/testing";
import type { SensorSchema } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/**
 * Any reading of an example schema, sent and read, makes entities that the Smart Data Models' own
 * JSON Schemas take, and the other gates too.
 */
const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const schemas = [
  readSchemaFile(`${examples}street-air/street-air.schema.yaml`),
  ...readdirSync(`${examples}schemas`)
    .filter((name) => name.endsWith(".schema.yaml"))
    .map((name) => readSchemaFile(`${examples}schemas/${name}`)),
];

/** What the owner knows of the thing and no sensor tells, where a model requires it. */
const known: Readonly<Record<string, Partial<EntityMapping>>> = {
  ParkingSpot: {
    constants: { category: ["onStreet"] },
    relationships: { refParkingSite: entityId("OnStreetParking", "vesterbro") },
  },
};
const location = { latitude: 55.6759, longitude: 12.5655 };

/** The models that a schema's fields are mapped to, each with its properties by record name. */
function modelsOf({ fields }: SensorSchema): Map<string, Record<string, string>> {
  const models = new Map<string, Record<string, string>>();
  for (const field of fields) {
    for (const { model, property } of field.maps) {
      models.set(model, { ...models.get(model), [field.name]: property });
    }
  }
  return models;
}

/** Schemas whose readings are of no model: how a node itself is. */
const withoutModel = ["node-health"];
const gates = new EntityGates();
/** 2025-11-24 16:00 UTC. */
const time = 1_764_000_000;

/** What a city gets of a reading: encoded by the node, decoded, one entity for each model with a value. */
function entitiesOf(schema: SensorSchema, reading: Reading): Entity[] {
  const codec = compileSchema(schema);
  const [received] = codec.decode(codec.encode(reading), { arrival: time }).readings;
  const records = received ? toRecords(schema, received) : [];
  const models = [...modelsOf(schema)].filter(([, properties]) =>
    records.some(({ name }) => Object.hasOwn(properties, name)),
  );
  return models.map(([type, properties]) =>
    toEntity(records, {
      ...{ id: entityId(type, "radhuspladsen-3"), type, properties, location },
      ...known[type],
    }),
  );
}

/** Every reading in which one field has its least, its most, each of its names, or nothing. */
function readingsAtTheEnds(schema: SensorSchema): Reading[] {
  const [usual] = fc.sample(readingArbitrary(schema), { numRuns: 1, seed: 1 }) as [Reading];
  return schema.fields.flatMap((field) => {
    const ends: Reading["values"][string][] = [];
    if (field.kind === "quantity") ends.push(field.min, field.max);
    if (field.kind === "boolean") ends.push(false, true);
    if (field.kind === "enum") ends.push(...field.values);
    if (field.optional) ends.push(null);
    return ends.map((end) => ({ time, values: { ...usual.values, [field.name]: end } }));
  });
}

describe("every entity that an example schema makes passes all three gates:", () => {
  const mapped = schemas.filter(({ name }) => !withoutModel.includes(name));

  test.each(mapped.map((schema) => [schema.name, schema] as const))(
    "%s, at the ends of each field and anywhere between",
    async (_, schema) => {
      const types = new Set<string>();
      const check = async (reading: Reading) => {
        for (const entity of entitiesOf(schema, reading)) {
          types.add(String(entity.type));
          expect({ entity, ...(await gates.check(entity)) }).toEqual({ entity, ok: true });
        }
      };
      for (const reading of readingsAtTheEnds(schema)) await check(reading);
      await fc.assert(
        fc.asyncProperty(readingArbitrary(schema), async ({ values }) => check({ time, values })),
      );
      expect([...types].sort()).toEqual([...modelsOf(schema).keys()].sort());
    },
  );

  test("all have models, but those that say how a node is", () => {
    expect(schemas.filter((schema) => modelsOf(schema).size === 0).map(({ name }) => name)).toEqual(
      withoutModel,
    );
  });

  test("a property that the model does not have as the schema maps it would be told", async () => {
    const [air] = schemas;
    if (!air) throw new Error("there is no street-air");
    const [reading] = readingsAtTheEnds(air);
    const [entity] = reading ? entitiesOf(air, reading) : [];
    if (!entity) throw new Error("street-air makes no entity");
    const planted = { ...entity, pm25: { ...(entity.pm25 as object), value: -1 } };
    expect(await gates.check(planted as Entity)).toMatchObject({
      ok: false,
      problems: [{ gate: "model", path: "/pm25" }],
    });
  });
});
