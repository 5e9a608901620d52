import { EntityGates } from "@bollard/ngsi-ld";
import { schemaArbitrary } from "@bollard/payload/testing";
import { defineSchema } from "@bollard/schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import { deviceModelEntity } from "./device-model-entity.js";

const air = defineSchema({
  ...{ name: "street-air", id: 1, title: "Street air" },
  fields: [
    { name: "temperature", unit: "Cel", min: -40, max: 85, resolution: 0.1 },
    { name: "pm25", unit: "ug/m3", min: 0, max: 999, resolution: 0.1 },
  ],
});

test("a sensor's model says what it measures, in which units", () => {
  expect(deviceModelEntity(air, "Example Sensors")).toMatchObject({
    id: "urn:ngsi-ld:DeviceModel:street-air-1",
    manufacturerName: { type: "Property", value: "Example Sensors" },
    controlledProperty: { type: "Property", value: ["temperature", "airPollution"] },
    supportedUnits: { type: "Property", value: ["CEL", "GQ"] },
  });
});

test("it passes its Smart Data Model and the strict profile, whatever the schema", async () => {
  const gates = new EntityGates();
  await fc.assert(
    fc.asyncProperty(schemaArbitrary, async (schema) => {
      const result = await gates.check(deviceModelEntity(schema, "Example Sensors"));
      expect(result).toMatchObject({ ok: true });
    }),
    { numRuns: 100 },
  );
});
