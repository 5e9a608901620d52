import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePayload } from "@bollard/payload";
import { defineSchema } from "@bollard/schema";
import jsonld from "jsonld";
import { connectAsync } from "mqtt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Bridge } from "../../../bridge.js";
import { DescribedApi } from "../../../testing/described-api.js";
import { silent } from "../../../testing/street.js";
import { START_S } from "../../../testing/street-air.js";
import { TestBroker } from "../../../testing/test-broker.js";

const crowd = defineSchema({
  ...{ name: "crowd", id: 30, version: 2 },
  fields: [
    { kind: "counter", name: "people", title: "People", bits: 16, concernsPersons: true },
    { kind: "text", name: "plate", maxBytes: 12, optional: true, concernsPersons: true },
    { kind: "text", name: "note", maxBytes: 12, optional: true, concernsPersons: true },
    { name: "level", unit: "dB", min: 0, max: 140, resolution: 0.1 },
  ],
  derived: [
    {
      ...{ name: "busy", kind: "boolean", title: "Busy street", inputs: ["level"] },
      ...{ formula: "level - 70", version: "1.1", purpose: "To open a second lane" },
      ...{ limits: "Not in rain", decides: true },
      maps: { NoiseLevelObserved: "busy" },
    },
    {
      ...{ name: "secret", unit: "/", min: 0, max: 1, resolution: 0.1, inputs: ["people"] },
      ...{ formula: "people / 100", version: "1", purpose: "a test", concernsPersons: true },
    },
  ],
});

let dataDir: string;
let street: TestBroker;
let bridge: Bridge;
let url: string;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "bollard-accounts-"));
  street = await TestBroker.open();
  bridge = new Bridge({
    config: {
      ...{ name: "pole-7", dataDir, sources: { mqtt: [{ name: "street", url: street.url }] } },
      nodes: { unknown: "accept" },
      privacy: {
        crowd: {
          fields: {
            people: { atLeast: 5, step: 5, keepHours: 24 },
            plate: { drop: "spool" },
          },
        },
      },
      spool: { commitDelayMs: 10, historyDays: 3 },
      http: { port: 0 },
    },
    schemas: [crowd],
    log: silent,
  });
  url = (await bridge.start()).url;
});
afterEach(async () => {
  await bridge.close();
  await street.close();
  rmSync(dataDir, { recursive: true });
});

test("a value that is made is in the register, with what it is for; what does not leave is not", async () => {
  const api = await DescribedApi.open(url);
  expect((await api.get("/v1/algorithms")).json).toEqual([
    {
      ...{ id: "crowd/busy", title: "Busy street", schema: "crowd", schemaVersion: 2 },
      method: { kind: "formula", text: "level - 70" },
      ...{ version: "1.1", inputs: ["level"], purpose: "To open a second lane" },
      ...{ limits: "Not in rain", decides: true, concernsPersons: false },
      attributes: [{ type: "NoiseLevelObserved", name: "busy" }],
    },
  ]);
});

test("what concerns persons is on record with its rule and how long it is kept, in JSON-LD", async () => {
  const api = await DescribedApi.open(url);
  const { json, type } = await api.get("/v1/processing");
  expect(type).toBe("application/ld+json");
  const [expanded] = await jsonld.expand(json, { base: `${url}/v1/processing` });
  const dpv = "https://w3id.org/dpv#";
  const processes = expanded?.[`${dpv}hasProcess`] as Record<string, { "@id"?: string }[]>[];
  expect(processes.map((one) => one["@id"])).toEqual(
    ["people", "plate", "note", "secret"].map((name) => `${url}/v1/processing#crowd/${name}`),
  );
  const [people, plate, note, secret] = json["dpv:hasProcess"];
  const said = (process: typeof people) =>
    process["dpv:hasTechnicalOrganisationalMeasure"].map(
      (measure: Record<string, string>) => measure["dct:description"],
    );
  expect(said(people)).toEqual(["Left out where it is below 5", "Rounded down to a multiple of 5"]);
  expect(people["dpv:hasStorageCondition"]["dpv:hasDuration"]["@value"]).toBe("PT24H");
  expect(people["dpv:hasProcessing"]).toContainEqual({ "@id": "dpv:MakeAvailable" });
  expect(said(plate)).toEqual(["Taken out before it comes to a disk"]);
  expect(plate["dpv:hasStorageCondition"]).toBeUndefined();
  expect(said(note)[0]).toMatch(/^Goes to no one/);
  expect(note["dpv:hasStorageCondition"]["dpv:hasDuration"]["@value"]).toBe("P3D");
  expect(secret["dpv:hasProcessing"]).toEqual([{ "@id": "dpv:Derive" }]);
  expect(secret["dpv:hasStorageCondition"]).toBeUndefined();
  expect(note["dpv:hasProcessing"]).toEqual([{ "@id": "dpv:Collect" }, { "@id": "dpv:Store" }]);
  expect(plate["dpv:hasProcessing"]).toEqual([{ "@id": "dpv:Collect" }, { "@id": "dpv:Erase" }]);
});

test("what readings took is told a reading, with what LoRaWAN would take", async () => {
  const api = await DescribedApi.open(url);
  expect((await api.get("/v1/resources")).json).toMatchObject({ messages: 0, readings: 0 });
  const node = await connectAsync(street.url);
  const sizes = [0, 1, 2].map((minute) => {
    const values = { people: 7, level: 60, plate: null, note: null };
    const payload = encodePayload(
      crowd,
      { time: START_S + 60 * minute, values },
      { key: { boot: 1, sequence: minute } },
    );
    void node.publish("bollard/lamp-1/up", Buffer.from(payload), { qos: 1 });
    return payload.length;
  });
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let told = (await api.get("/v1/resources")).json;
  while (told.readings < 3) told = (await api.get("/v1/resources")).json;
  await node.endAsync();
  expect(told).toMatchObject({ messages: 3, readings: 3, payloadBytes: total });
  expect(told.perReading.payloadBytes).toBeCloseTo(total / 3, 3);
  expect(told.perReading.jsonBytes).toBeGreaterThan(told.perReading.payloadBytes);
  expect(told.lorawan).toHaveLength(6);
  const [slowest] = told.lorawan;
  expect(slowest).toMatchObject({ dataRate: 0, spreadingFactor: 12 });
  expect(slowest.transmitMJ / slowest.airtimeS).toBeCloseTo(95.7, 1);
});
