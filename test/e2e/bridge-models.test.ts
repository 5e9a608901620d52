import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Bridge, type BridgeConfig } from "@bollard/bridge";
import { entityId, pinnedContexts } from "@bollard/ngsi-ld";
import { BrokerDouble } from "@bollard/ngsi-ld/testing";
import { compileSchema } from "@bollard/payload";
import { readingArbitrary } from "@bollard/payload/testing";
import { defineSchema, type SensorSchema } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";
import fc from "fast-check";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CutBroker } from "./bridge-parts.js";

/**
 * For each model: what a node of an example schema reports becomes, by way of the whole bridge, an
 * entity that a broker takes which refuses what the standard refuses.
 */
const examples = fileURLToPath(new URL("../../examples/", import.meta.url));

/** For models that none of the example schemas is mapped to. */
const more: readonly SensorSchema[] = [
  defineSchema({
    name: "people-flow",
    id: 901,
    fields: [
      { name: "people", kind: "counter", bits: 16, maps: { CrowdFlowObserved: "peopleCount" } },
    ],
  }),
  defineSchema({
    name: "parking-area",
    id: 902,
    fields: [
      {
        name: "free",
        kind: "counter",
        bits: 16,
        maps: { OnStreetParking: "availableSpotNumber" },
      },
    ],
  }),
  defineSchema({
    name: "water-quality",
    id: 903,
    fields: [
      {
        name: "acidity",
        unit: "pH",
        min: 0,
        max: 14,
        resolution: 0.01,
        maps: { WaterQualityObserved: "pH" },
      },
    ],
  }),
  defineSchema({
    name: "river-level",
    id: 904,
    fields: [
      {
        name: "level",
        unit: "m",
        min: 0,
        max: 20,
        resolution: 0.01,
        maps: { WaterObserved: "waterLevel" },
      },
    ],
  }),
  defineSchema({
    name: "any-value",
    id: 905,
    fields: [
      {
        name: "value",
        unit: "Cel",
        min: -40,
        max: 85,
        resolution: 0.1,
        maps: { DeviceMeasurement: "numValue" },
      },
    ],
  }),
];

const schemas = [
  readSchemaFile(`${examples}street-air/street-air.schema.yaml`),
  ...readdirSync(`${examples}schemas`)
    .filter((name) => name.endsWith(".schema.yaml"))
    .map((name) => readSchemaFile(`${examples}schemas/${name}`)),
  ...more,
];

/** What the owner knows of the thing and no sensor tells. */
const entities = {
  ParkingSpot: {
    category: ["onStreet"],
    refParkingSite: entityId("OnStreetParking", "vesterbro"),
  },
  Streetlight: { status: "ok" },
  DeviceMeasurement: { controlledProperty: "temperature" },
  Device: { controlledAsset: [entityId("Streetlight", "vesterbro-7")] },
};

let folder: string;
let street: CutBroker;
let city: BrokerDouble;
let bridge: Bridge;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bollard-models-"));
  street = await CutBroker.open();
  city = await BrokerDouble.open({ contexts: pinnedContexts() });
  const list: NonNullable<NonNullable<BridgeConfig["nodes"]>["list"]> = Object.fromEntries(
    schemas.map(({ name }) => [name, { position: [12.5655, 55.6759], schemas: [name], entities }]),
  );
  const config: BridgeConfig = {
    dataDir: join(folder, "data"),
    sources: { mqtt: [{ name: "street", url: street.url }] },
    sinks: { ngsiLd: [{ name: "city", url: city.url }] },
    nodes: { list },
    spool: { commitDelayMs: 20 },
    http: { enabled: false },
    log: { level: "silent" },
  };
  bridge = new Bridge({ config, schemas });
  await bridge.start();
  const node = await connectAsync(street.url);
  for (const schema of schemas) {
    const codec = compileSchema(schema);
    const all = fc.sample(readingArbitrary(schema), { numRuns: 200, seed: 3 });
    // One in which every value is there.
    const [reading] = all.filter(({ values }) =>
      Object.values(values).every((one) => one !== null),
    );
    if (!reading) throw new Error(`no reading of ${schema.name} is whole`);
    const payload = Buffer.from(codec.encode({ ...reading, time: 1_789_000_000 }));
    await node.publishAsync(`bollard/${schema.name}/up`, payload, { qos: 1 });
  }
  await node.endAsync();
  const isThrough = () => {
    const { spool } = bridge.status();
    return spool.entries === schemas.length && spool.backlog === 0;
  };
  while (!isThrough()) await new Promise((resolve) => setTimeout(resolve, 10));
});
afterAll(async () => {
  await bridge.close();
  await street.close();
  await city.close();
  rmSync(folder, { recursive: true });
});

test.each([
  ["AirQualityObserved", "street-air"],
  ["WeatherObserved", "street-air"],
  ["NoiseLevelObserved", "noise"],
  ["TrafficFlowObserved", "traffic-counter"],
  ["CrowdFlowObserved", "people-flow"],
  ["ParkingSpot", "parking-spot"],
  ["OnStreetParking", "parking-area"],
  ["Streetlight", "street-light"],
  ["WasteContainer", "waste-bin"],
  ["WaterQualityObserved", "water-quality"],
  ["WaterObserved", "river-level"],
  ["FloodMonitoring", "water-level"],
  ["Device", "street-light"],
  ["DeviceModel", "street-light"],
  ["DeviceMeasurement", "any-value"],
])("%s of a %s node is taken", (type, name) => {
  const entity = city.store().entity(entityId(type, name));
  expect(entity).toMatchObject({ type });
  if (type === "Device") {
    expect(entity?.controlledAsset).toMatchObject({ object: entities.Device.controlledAsset });
  }
  if (type === "ParkingSpot") {
    expect(entity?.refParkingSite).toMatchObject({ object: entities.ParkingSpot.refParkingSite });
  }
});

test("nothing was refused", () => {
  expect(bridge.status().sinks[0]).toMatchObject({ state: "up", errors: 0, dropped: 0 });
});
