import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EntityGates } from "@bollard/ngsi-ld";
import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bridge } from "../../bridge.js";
import type { LdesSinkConfig } from "../../config/config.js";
import { resolveConfig } from "../../config/resolve-config.js";
import { DescribedApi } from "../../testing/described-api.js";
import { LdesClient } from "../../testing/ldes-client.js";
import { ManualClock } from "../../testing/manual-clock.js";
import { silent, testStreet } from "../../testing/street.js";
import { streetAir, streetPayload } from "../../testing/street-air.js";
import { TestBroker } from "../../testing/test-broker.js";
import type { LdesSink } from "./ldes-sink.js";
import { makeLdesSink } from "./make-ldes-sink.js";

const AIR = "urn:ngsi-ld:AirQualityObserved:oak-street-12";

const { delivery } = testStreet();
const gates = new EntityGates();
let dataDir: string;
let folder: string;
let clock: ManualClock;
let sinks: LdesSink[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "bollard-ldes-"));
  folder = join(dataDir, "ldes", "city");
  clock = new ManualClock();
  sinks = [];
});
afterEach(async () => {
  for (const sink of sinks) await sink.close();
  rmSync(dataDir, { recursive: true });
});

function open(more: Partial<LdesSinkConfig> = {}): LdesSink {
  const given = { name: "city", membersPerPage: 100, types: ["AirQualityObserved"], ...more };
  const [config] = resolveConfig({ sinks: { ldes: [given] } }).sinks.ldes;
  if (!config) throw new Error("the configuration has no stream");
  const sink = makeLdesSink(config, { gates, dataDir, clock, log: silent });
  sinks.push(sink);
  sink.open();
  return sink;
}

const deliver = (sink: LdesSink, from: number, to: number) =>
  Promise.all(
    Array.from({ length: to - from }, (_, index) => sink.deliver(delivery(from + index))),
  );

async function valuesIn(sink: LdesSink, page: string): Promise<number[]> {
  const found = await sink.pages?.read(page);
  const members = JSON.parse(found?.text ?? '{"tree:member":[]}')["tree:member"];
  return members.map((member: { pm25: { value: number } }) => member.pm25.value);
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => (from + index) / 10);

describe("LdesSink", () => {
  test("closes a full page for ever, and goes on in the next", async () => {
    const sink = open();
    await deliver(sink, 0, 150);
    const first = await sink.pages?.read("0000000001.jsonld");
    expect(first?.isClosed).toBe(true);
    expect(await valuesIn(sink, "0000000001.jsonld")).toEqual(numbers(0, 100));
    expect((await sink.pages?.read("0000000002.jsonld"))?.isClosed).toBe(false);
    expect(await valuesIn(sink, "0000000002.jsonld")).toEqual(numbers(100, 150));
    await deliver(sink, 150, 160);
    expect((await sink.pages?.read("0000000001.jsonld"))?.text).toBe(first?.text);
    expect(JSON.parse(first?.text ?? "")["tree:member"][1]).toMatchObject({
      id: `${AIR}#1789000060000-1-1`,
      type: "AirQualityObserved",
      "http://purl.org/dc/terms/isVersionOf": { "@id": AIR },
      "http://www.w3.org/ns/prov#generatedAtTime": { "@value": "2026-09-10T00:27:40.000Z" },
    });
  });

  test("goes on after a restart, and takes nothing twice that is delivered twice", async () => {
    const first = open();
    await deliver(first, 0, 130);
    await first.close();
    const again = open();
    await deliver(again, 60, 140);
    expect(await valuesIn(again, "0000000001.jsonld")).toEqual(numbers(0, 100));
    expect(await valuesIn(again, "0000000002.jsonld")).toEqual(numbers(100, 140));
  });

  test("takes again what a crash has torn, and what it closed without noting it", async () => {
    const first = open();
    await deliver(first, 0, 130);
    await first.close();
    const lines = join(folder, "0000000002.ndjson");
    const text = readFileSync(lines, "utf8");
    writeFileSync(lines, text.slice(0, -20));
    writeFileSync(join(folder, "pages.json"), "[]");
    appendFileSync(join(folder, "0000000001.ndjson"), text.split("\n")[0] ?? "");
    const again = open();
    await deliver(again, 120, 130);
    expect(await valuesIn(again, "0000000002.jsonld")).toEqual(numbers(100, 130));
    expect(again.pages?.index()).toContain("2026-09-10T02:05:40.000Z");
    expect(readdirSync(folder)).not.toContain("0000000001.ndjson");
  });

  test("closes a page that is old, and deletes those beyond the bound", async () => {
    const sink = open({ closeAfterMinutes: 10, keepPages: 2 });
    for (let number = 0; number < 3; number++) {
      await sink.deliver(delivery(number));
      clock.pass(600_000);
    }
    expect(await sink.pages?.read("0000000001.jsonld")).toMatchObject({ isClosed: true });
    await sink.deliver(delivery(3));
    expect(await sink.pages?.read("0000000001.jsonld")).toBeUndefined();
    expect(await valuesIn(sink, "0000000003.jsonld")).toEqual([0.2]);
    expect(sink.pages?.index()).not.toContain("0000000001.jsonld");
    expect(readdirSync(folder).sort()).toEqual([
      ...["0000000002.jsonld", "0000000003.jsonld", "0000000004.ndjson"],
      ...["index.jsonld", "pages.json"],
    ]);
  });

  test("takes a node out of every page when it is erased", async () => {
    const sink = open();
    const elm = (number: number) => {
      const one = delivery(number);
      return sink.deliver({ ...one, node: { ...one.node, name: "elm-street-3" } });
    };
    await deliver(sink, 0, 90);
    await elm(90);
    await deliver(sink, 91, 120);
    sink.forget("oak-street-12");
    await elm(121);
    expect(await valuesIn(sink, "0000000001.jsonld")).toEqual([9]);
    expect(await valuesIn(sink, "0000000002.jsonld")).toEqual([12.1]);
    expect(readFileSync(join(folder, "0000000001.jsonld"), "utf8")).not.toContain("oak-street-12");
    expect(readFileSync(join(folder, "0000000002.ndjson"), "utf8")).not.toContain("oak-street-12");
  });

  test("tells that its folder cannot be made, and goes on once it can", async () => {
    mkdirSync(join(dataDir, "ldes"));
    writeFileSync(folder, "in the way");
    const sink = open();
    while (clock.waiting === 0) await new Promise(setImmediate);
    expect(sink.pages).toBeUndefined();
    expect(sink.state()).toMatchObject({ state: "down", detail: expect.stringMatching(/EEXIST/) });
    rmSync(folder);
    const done = sink.deliver(delivery(1));
    clock.pass(5000);
    await done;
    expect(sink.state()).toMatchObject({ state: "up", messages: 1 });
  });

  test("holds what the disk refuses, and tells it", async () => {
    const sink = open();
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "in the way");
    let isDone = false;
    const done = sink.deliver(delivery(1)).then(() => (isDone = true));
    while (clock.waiting === 0) await new Promise(setImmediate);
    expect([sink.state().state, isDone]).toEqual(["down", false]);
    rmSync(folder);
    clock.pass(5000);
    while (!isDone) {
      await new Promise(setImmediate);
      if (clock.waiting > 0) clock.pass(5000);
    }
    await done;
    expect(sink.state().state).toBe("up");
    expect(await valuesIn(sink, "0000000001.jsonld")).toEqual([0.1]);
  });
});

test("a client reads each member of a bridge's stream once, and a closed page once", async () => {
  const street = await TestBroker.open();
  const bridge = new Bridge({
    config: {
      dataDir,
      sources: { mqtt: [{ name: "street", url: street.url }] },
      sinks: { ldes: [{ name: "city", membersPerPage: 100 }] },
      nodes: { list: { "a1-b2": { name: "oak-street-12", position: [23.32, 42.69] } } },
      spool: { commitDelayMs: 10 },
      http: { port: 0 },
    },
    schemas: [streetAir],
    log: silent,
  });
  const { url } = await bridge.start();
  const node = await connectAsync(street.url);
  const report = async (from: number, to: number) => {
    for (let number = from; number < to; number++) {
      const payload = Buffer.from(streetPayload(number));
      await node.publishAsync("bollard/a1-b2/up", payload, { qos: 1 });
    }
    const isThere = () => bridge.status().sinks[0]?.messages === 2 * to;
    while (!isThere()) await new Promise(setImmediate);
  };
  const api = await DescribedApi.open(url);
  const [{ index }] = (await api.get("/v1/ldes")).json;
  const client = new LdesClient(new URL(index, `${url}/v1/ldes`).href);
  await report(0, 120);
  const first = await client.look();
  const ids = first.map((member) => member["@id"]);
  expect(new Set(ids).size).toBe(240);
  expect(first[0]).toMatchObject({
    "@type": ["https://smartdatamodels.org/dataModel.Environment/AirQualityObserved"],
    "http://purl.org/dc/terms/isVersionOf": [{ "@id": AIR }],
    "http://www.w3.org/ns/prov#generatedAtTime": [{ "@value": "2026-09-10T00:26:40.000Z" }],
    "https://smartdatamodels.org/dataModel.Environment/pm25": [{}],
  });
  expect(client.fetched).toBe(3);
  expect(await client.look()).toEqual([]);
  expect(client.fetched).toBe(4);
  await report(120, 170);
  const fresh = await client.look();
  expect(fresh.length).toBe(100);
  expect(fresh.some((member) => ids.includes(member["@id"]))).toBe(false);
  const closed = await api.get("/v1/ldes/city/0000000001.jsonld");
  expect(closed.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
  const view = await api.get("/v1/ldes/city/index.jsonld");
  expect(view.headers.get("cache-control")).toBe("private, no-cache");
  expect((await api.get("/v1/ldes/city/9999999999.jsonld")).status).toBe(404);
  expect((await api.get("/v1/ldes/nowhere/index.jsonld")).status).toBe(404);
  await node.endAsync();
  await bridge.close();
  await street.close();
});
