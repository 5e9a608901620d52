import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BatchEncoder, encodePayload } from "@bollard/payload";
import { defineSchema } from "@bollard/schema";
import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bridge } from "./bridge.js";
import type { BridgeOptions } from "./bridge-options.js";
import type { BridgeConfig } from "./config/config.js";
import { isBridgeError } from "./error.js";
import type { NodeView } from "./page/api-types.js";
import type { LogView } from "./page/detail-types.js";
import { ManualClock } from "./testing/manual-clock.js";
import { silent } from "./testing/street.js";
import { START_S, streetAir, streetPayload } from "./testing/street-air.js";
import { TestBroker } from "./testing/test-broker.js";

let dataDir: string;
let street: TestBroker;
let city: TestBroker;
let bridges: Bridge[];
const urls = new Map<Bridge, string>();

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "bollard-bridge-"));
  street = await TestBroker.open();
  city = await TestBroker.open();
  bridges = [];
});
afterEach(async () => {
  for (const bridge of bridges) await bridge.close();
  await street.close();
  await city.close();
  rmSync(dataDir, { recursive: true });
});

function config(more: BridgeConfig = {}): BridgeConfig {
  return {
    dataDir,
    sources: { mqtt: [{ name: "street", url: street.url }] },
    sinks: {
      mqtt: [{ name: "city", url: city.url, prefix: "city", formats: ["senml"], status: false }],
    },
    nodes: { unknown: "accept" },
    spool: { commitDelayMs: 20 },
    http: { port: 0 },
    ...more,
  };
}

async function start(options: Partial<BridgeOptions> = {}): Promise<Bridge> {
  const bridge = new Bridge({ config: config(), schemas: [streetAir], log: silent, ...options });
  bridges.push(bridge);
  urls.set(bridge, (await bridge.start()).url);
  return bridge;
}

function pageOf(bridge: Bridge): string {
  return urls.get(bridge) ?? "";
}

async function ask(method: string, url: string, body?: object): Promise<Response> {
  return fetch(url, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
}

async function publish(...payloads: readonly (readonly [node: string, bytes: Uint8Array])[]) {
  const node = await connectAsync(street.url);
  for (const [id, payload] of payloads) {
    await node.publishAsync(`bollard/${id}/up`, Buffer.from(payload), { qos: 1 });
  }
  await node.endAsync();
}

const keysAtTheCity = () => city.taken.map(({ text }) => JSON.parse(text).at(-1).vs);

describe("Bridge", () => {
  test("brings a reading from the street to the city and shows it", async () => {
    const bridge = new Bridge({ config: config(), schemas: [streetAir], log: silent });
    bridges.push(bridge);
    const { url } = await bridge.start();
    await publish(["lamp-12", streetPayload(1)]);
    await city.until(() => city.taken.length >= 1);
    expect(city.taken[0]?.topic).toBe("city/lamp-12/street-air/senml");
    const nodes = await (await fetch(`${url}/api/v1/nodes`)).json();
    expect(nodes).toMatchObject([{ name: "lamp-12", source: "mqtt street", readings: 1 }]);
    const history = await fetch(`${url}/api/v1/nodes/lamp-12/history?field=pm25`);
    expect(await history.json()).toMatchObject({ unit: "µg/m³", values: [0.1] });
    const csv = await fetch(`${url}/api/v1/readings.csv?node=lamp-12&field=pm25`);
    expect(await csv.text()).toBe("time,node,pm25\r\n2026-09-10T00:27:40.000Z,lamp-12,0.1\r\n");
    expect(await (await fetch(`${url}/api/v1/readings.csv?node=lamp-12&field=co2`)).json()).toEqual(
      {
        type: "about:blank",
        status: 404,
        title: "No such readings",
        detail: "No node lamp-12 with a field co2.",
      },
    );
    const spool = await (await fetch(`${url}/api/v1/spool`)).json();
    expect(spool).toMatchObject({ state: "ok", last: 1, cursors: [{ name: "mqtt:city" }] });
    expect(bridge.status()).toMatchObject({
      health: "well",
      nodes: { total: 1, fresh: 1, stale: 0 },
      sources: [{ name: "street", state: "up", messages: 1 }],
      sinks: [{ name: "city", state: "up", dropped: 0 }],
      alarms: [],
    });
  });

  test("goes on after a restart where it was: nothing lost, nothing shown twice", async () => {
    const first = await start();
    await publish(["lamp-12", streetPayload(1)]);
    await city.until(() => city.taken.length >= 1);
    await city.cut();
    await publish(["lamp-12", streetPayload(2)], ["lamp-12", streetPayload(3)]);
    await first.close();
    await city.join();
    const second = await start();
    await city.until(() => keysAtTheCity().includes("1-3"));
    expect([...new Set(keysAtTheCity())]).toEqual(["1-1", "1-2", "1-3"]);
    expect(second.status().nodes.total).toBe(1);
    // The same message again is known from before the restart.
    await publish(["lamp-12", streetPayload(3)], ["lamp-12", streetPayload(4)]);
    await city.until(() => keysAtTheCity().includes("1-4"));
    expect(keysAtTheCity().filter((key) => key === "1-3")).toHaveLength(1);
  });

  test("holds an unknown node's readings, says so, and replays them once it is known", async () => {
    const first = new Bridge({
      config: config({ nodes: { unknown: "hold" } }),
      schemas: [streetAir],
      logTo: { write: () => {} },
    });
    bridges.push(first);
    const { url } = await first.start();
    const log = (await (await fetch(`${url}/api/v1/log`)).json()) as LogView;
    expect(log.lines.map(({ message }) => message)).toContain("running");
    await publish(["lamp-12", streetPayload(1)], ["lamp-12", streetPayload(2)]);
    await until(() => first.status().alarms?.[0]?.count === 2);
    const waiting = await (await fetch(`${url}/api/v1/waiting`)).json();
    expect(waiting).toEqual([{ reason: "unknown-node", detail: "lamp-12", messages: 2 }]);
    expect(first.status().alarms).toEqual([
      {
        code: "NODE_UNKNOWN",
        place: "lamp-12",
        message: "The node lamp-12 is not in the registry: its messages are held.",
        count: 2,
      },
    ]);
    await until(() => first.status().spool.backlog === 0);
    expect(city.taken).toEqual([]);
    await first.close();
    const list = { "lamp-12": { name: "oak-street-12" } };
    const second = await start({ config: config({ nodes: { unknown: "hold", list } }) });
    await city.until(() => city.taken.length >= 2);
    expect(city.taken.map(({ topic }) => topic)).toEqual([
      "city/oak-street-12/street-air/senml",
      "city/oak-street-12/street-air/senml",
    ]);
    expect(keysAtTheCity()).toEqual(["1-1", "1-2"]);
    await until(() => second.status().alarms?.length === 0);
    await second.close();
    const third = await start({ config: config({ nodes: { unknown: "hold", list } }) });
    await publish(["lamp-12", streetPayload(3)]);
    await city.until(() => keysAtTheCity().includes("1-3"));
    expect(third.status().alarms).toEqual([]);
  });

  test("approves a node while it runs: what was held comes first, then what is new", async () => {
    const bridge = await start({ config: config({ nodes: { unknown: "hold" } }) });
    await publish(["lamp-12", streetPayload(1)], ["lamp-12", streetPayload(2)]);
    await until(() => bridge.status().alarms?.[0]?.count === 2);
    const url = pageOf(bridge);
    const registry = await (await fetch(`${url}/api/v1/registry`)).json();
    expect(registry).toEqual({
      file: join(dataDir, "nodes.yaml"),
      nodes: [],
      held: [{ id: "lamp-12", messages: 2 }],
    });
    const approved = await ask("PUT", `${url}/api/v1/registry/lamp-12`, { name: "oak-street-12" });
    expect([approved.status, await approved.json()]).toMatchObject([
      200,
      { name: "oak-street-12" },
    ]);
    await publish(["lamp-12", streetPayload(3)]);
    await city.until(() => city.taken.length >= 3);
    expect(keysAtTheCity()).toEqual(["1-1", "1-2", "1-3"]);
    expect(city.taken[0]?.topic).toBe("city/oak-street-12/street-air/senml");
    await until(() => bridge.status().alarms?.length === 0);
    expect(await (await fetch(`${url}/api/v1/nodes`)).json()).toMatchObject([
      { name: "oak-street-12", readings: 3 },
    ]);
    const wrong = await ask("PATCH", `${url}/api/v1/registry/lamp-12`, { hight: 3 });
    expect(wrong.status).toBe(422);
    expect(wrong.headers.get("content-type")).toContain("application/problem+json");
    expect(await wrong.text()).toContain("lamp-12.hight: there is no such key");
    expect((await ask("DELETE", `${url}/api/v1/registry/lamp-13`)).status).toBe(404);
    expect((await ask("DELETE", `${url}/api/v1/registry/lamp-12`)).status).toBe(204);
    await publish(["lamp-12", streetPayload(4)]);
    await until(() => bridge.status().alarms?.[0]?.count === 1);
    expect(keysAtTheCity()).toHaveLength(3);
  });

  test("takes up another configuration: what stays runs on, what is new is there, all is told", async () => {
    const bridge = await start({ schemas: [], config: config({ nodes: { unknown: "hold" } }) });
    await publish(["lamp-12", streetPayload(1)]);
    await until(() => bridge.status().alarms?.[0]?.count === 1);
    const county = await TestBroker.open();
    const schema = join(dataDir, "street-air.schema.json");
    writeFileSync(schema, JSON.stringify(streetAir));
    const form = { prefix: "city", formats: ["senml"], status: false } as const;
    const sink = { name: "city", url: city.url, ...form };
    const next = config({
      schemas: [schema],
      nodes: { unknown: "hold", list: { "lamp-12": {} } },
      sinks: { mqtt: [sink, { ...sink, name: "county", url: county.url }] },
      http: { port: 0, maxEventStreams: 3 },
    });
    expect(await bridge.reload(next)).toEqual({
      sources: { added: [], changed: [], removed: [] },
      sinks: { added: ["mqtt:county"], changed: [], removed: [] },
      sections: ["schemas", "nodes"],
      afterRestart: ["http"],
    });
    await publish(["lamp-12", streetPayload(2)]);
    await city.until(() => city.taken.length >= 2);
    await county.until(() => county.taken.length >= 2);
    expect(keysAtTheCity()).toEqual(["1-1", "1-2"]);
    const prefixed = { ...sink, prefix: "town" };
    const report = await bridge.reload({ ...next, sinks: { mqtt: [prefixed] } });
    expect(report.sinks).toEqual({
      added: [],
      changed: ["mqtt:city"],
      removed: ["mqtt:county"],
    });
    await publish(["lamp-12", streetPayload(3)]);
    await city.until(() => keysAtTheCity().includes("1-3"));
    expect(city.taken.at(-1)?.topic).toBe("town/lamp-12/street-air/senml");
    expect(county.taken).toHaveLength(2);
    await county.close();
  });

  test("a configuration that is wrong changes nothing, and is told", async () => {
    const bridge = await start();
    const wrong = config({ schemas: [join(dataDir, "no.schema.yaml")], sinks: {} });
    await expect(bridge.reload(wrong)).rejects.toThrow("BRIDGE_CONFIG_UNREADABLE");
    expect(bridge.status().alarms).toMatchObject([{ code: "CONFIG_REFUSED", place: "config" }]);
    await publish(["lamp-12", streetPayload(1)]);
    await city.until(() => city.taken.length >= 1);
    await bridge.reload(config());
    expect(bridge.status().alarms).toEqual([]);
  });

  test("erases a node: from the disk, from the page, and what the broker retains of it", async () => {
    const bridge = await start();
    await publish(["lamp-12", streetPayload(1)], ["lamp-13", streetPayload(1)]);
    await city.until(() => city.taken.length >= 2);
    const url = pageOf(bridge);
    const erased = await ask("POST", `${url}/api/v1/registry/lamp-12/erase`);
    expect([erased.status, await erased.json()]).toEqual([200, { node: "lamp-12", messages: 1 }]);
    expect(await (await fetch(`${url}/api/v1/nodes`)).json()).toMatchObject([{ name: "lamp-13" }]);
    const cleared = () => city.taken.filter(({ text }) => text === "").map(({ topic }) => topic);
    await city.until(() => cleared().includes("city/lamp-12/street-air/senml"));
    expect(cleared().every((topic) => topic.startsWith("city/lamp-12/"))).toBe(true);
    await bridge.close();
    const again = await start();
    expect(again.status().nodes.total).toBe(1);
  });

  test("without any sink left nothing is held back", async () => {
    const bridge = await start();
    expect((await bridge.reload(config())).sinks).toEqual({ added: [], changed: [], removed: [] });
    expect((await bridge.reload(config({ sinks: {} }))).sinks.removed).toEqual(["mqtt:city"]);
    await publish(["lamp-12", streetPayload(1)]);
    await until(() => bridge.status().nodes.total === 1);
    await until(() => bridge.status().spool.backlog === 0);
    expect(bridge.status()).toMatchObject({ health: "well", sinks: [] });
  });

  test("keeps readings of a schema it does not know, and replays them once it does", async () => {
    const first = await start({ schemas: [] });
    await publish(["lamp-12", streetPayload(1)]);
    await until(() => first.status().alarms?.[0]?.code === "SCHEMA_UNKNOWN");
    await until(() => first.status().spool.backlog === 0);
    await first.close();
    const second = await start();
    await city.until(() => city.taken.length >= 1);
    expect(keysAtTheCity()).toEqual(["1-1"]);
    await until(() => second.status().alarms?.length === 0);
  });

  test("keeps foreign messages as they came, and replays them once their mapping is mended", async () => {
    const withMapping = (from: string): BridgeConfig => {
      const mqtt = { url: street.url, topic: "old/{node}" };
      const fields = { pm25: { from } };
      const old = { name: "old", schema: "street-air", timeFrom: "at", fields, mqtt };
      return config({ sources: { foreign: [old] } });
    };
    const first = await start({ config: withMapping("pm") });
    await until(() => first.status().sources[0]?.state === "up");
    const node = await connectAsync(street.url);
    await node.publishAsync("old/roof", '{"pm2.5":8.4,"at":1789000000}', { qos: 1 });
    await node.endAsync();
    const codes = () => first.status().alarms?.map(({ code }) => code);
    await until(() => codes()?.includes("MAPPING_UNFIT") === true);
    await until(() => first.status().spool.backlog === 0);
    expect(codes()).toEqual(["FOREIGN_MESSAGE_UNFIT", "MAPPING_UNFIT"]);
    await first.close();
    const second = await start({ config: withMapping("pm2.5") });
    await city.until(() => city.taken.length >= 1);
    expect(JSON.parse(city.taken[0]?.text ?? "")).toMatchObject([
      { bn: "roof/", bt: 1_789_000_000, n: "pm25", u: "ug/m3", v: 8.4 },
      { n: "key", vs: expect.stringMatching(/^\d+-\d+$/) },
    ]);
    await until(() => second.status().alarms?.length === 0);
  });

  test("drops what comes twice, and keeps other bytes under the same key as a new session", async () => {
    const bridge = await start();
    const other = streetPayload(1, 1, { pm25: 500, temperature: 1 });
    await publish(
      ["lamp-12", streetPayload(1)],
      ["lamp-12", streetPayload(1)],
      ["lamp-12", other],
      ["lamp-12", streetPayload(2, 1)],
    );
    await city.until(() => city.taken.length >= 3);
    expect(keysAtTheCity()).toEqual(["1-1", "32768-1", "32768-2"]);
    expect(bridge.status().alarms).toMatchObject([{ code: "KEY_USED_TWICE", place: "lamp-12" }]);
  });

  test("needs no sink: the page and the history are kept all the same", async () => {
    const bridge = await start({ config: config({ sinks: {} }) });
    await publish(["lamp-12", streetPayload(1)]);
    await until(() => bridge.status().nodes.total === 1);
    expect(bridge.status()).toMatchObject({ health: "well", sinks: [], spool: { backlog: 0 } });
    await bridge.close();
    const second = await start({ config: config({ sinks: {} }) });
    expect(second.status().nodes.total).toBe(1);
  });

  test("is one at a time in its data folder", async () => {
    await start();
    const second = new Bridge({ config: config(), schemas: [streetAir], log: silent });
    const failure = await second.start().catch((error: unknown) => error);
    expect(isBridgeError(failure) && failure.code).toBe("BRIDGE_DATA_DIR");
  });

  test("stops in time, whatever it waits for", async () => {
    await city.cut();
    const bridge = await start();
    await publish(["lamp-12", streetPayload(1)]);
    await until(() => bridge.status().spool.backlog === 1);
    const startedAt = performance.now();
    await bridge.close();
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

/** Looks again whenever something has happened on the event loop. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("a field that is kept for an hour is then gone from disk, page and CSV, and all else is there", async () => {
  const gate = defineSchema({
    name: "gate",
    id: 40,
    fields: [
      { kind: "text", name: "plate", maxBytes: 12, optional: true, concernsPersons: true },
      { name: "speed", unit: "km/h", min: 0, max: 200, resolution: 1, optional: true },
      { name: "level", unit: "dB", min: 0, max: 140, resolution: 0.1 },
    ],
    derived: [
      {
        ...{ name: "ratio", unit: "/", min: 0, max: 10, resolution: 0.1 },
        ...{ inputs: ["speed"], formula: "speed / 20", version: "1", purpose: "a test" },
      },
    ],
  });
  const clock = new ManualClock();
  clock.wall = (START_S + 180) * 1000;
  let onRevised = () => {};
  const revised = new Promise<void>((resolve) => (onRevised = resolve));
  const onDisk = (text: string) =>
    readdirSync(join(dataDir, "spool")).some((name) =>
      readFileSync(join(dataDir, "spool", name)).includes(text),
    );
  const fields = { plate: { allow: "a test", keepHours: 1 }, speed: { keepHours: 1 } };
  const bridge = new Bridge({
    config: config({ privacy: { gate: { fields } } }),
    ...{ schemas: [gate], clock },
    logTo: { write: (line) => void (line.includes("revised") && onRevised()) },
  });
  bridges.push(bridge);
  const { url } = await bridge.start();
  const batch = new BatchEncoder(gate);
  batch.open(new Uint8Array(200), { boot: 1, sequence: 1 });
  for (const row of [0, 1, 2]) {
    const values = { plate: `AB ${row}`, speed: 40 + row, level: 60 + row };
    batch.append({ time: START_S + 60 * row, values });
  }
  await publish(["lamp-12", batch.close()]);
  await city.until(() => city.taken.length >= 3);
  const csv = async () => (await fetch(`${url}/api/v1/readings.csv?node=lamp-12`)).text();
  const series = async (field: string) => {
    const answer = await fetch(`${url}/api/v1/nodes/lamp-12/history?field=${field}`);
    return ((await answer.json()) as { values: unknown }).values;
  };
  expect(await csv()).toContain("lamp-12,AB 1,41,61,2.1");
  expect([onDisk("AB 1"), await series("speed")]).toEqual([true, [40, 41, 42]]);
  clock.pass(3_600_000);
  await revised;
  expect(onDisk("AB")).toBe(false);
  expect(await series("speed")).toEqual([null, null, null]);
  expect(await series("ratio")).toEqual([null, null, null]);
  expect(await series("level")).toEqual([60, 61, 62]);
  const [node] = (await (await fetch(`${url}/api/v1/nodes`)).json()) as NodeView[];
  expect(node?.values.map(({ value }) => value)).toEqual([null, null, 62, null]);
  expect((await csv()).split("\r\n").slice(1, 4)).toEqual([
    expect.stringMatching(/lamp-12,,,60,$/),
    expect.stringMatching(/lamp-12,,,61,$/),
    expect.stringMatching(/lamp-12,,,62,$/),
  ]);
});

test("a sink far behind is cut loose, loudly; it misses what is counted and holds up nobody", async () => {
  const picture = defineSchema({
    name: "picture",
    id: 41,
    fields: ["a", "b", "c", "d"].map((name) => ({ kind: "bytes", name, maxBytes: 250 }) as const),
  });
  const region = await TestBroker.open();
  const away = {
    ...{ url: region.url, prefix: "region" },
    formats: ["json"],
    status: false,
  } as const;
  await region.cut();
  const { sinks } = config();
  const bridge = await start({
    schemas: [picture],
    config: config({
      sinks: { mqtt: [...(sinks?.mqtt ?? []), { name: "region", ...away, maxBehind: 1000 }] },
      spool: { commitDelayMs: 20, historyBytes: 1_048_576 },
    }),
  });
  const count = 1800;
  const payloads = Array.from({ length: count }, (_, sequence) => {
    const row = Buffer.alloc(250, sequence);
    const values = { a: row, b: row, c: row, d: row };
    return encodePayload(picture, { time: START_S, values }, { key: { boot: 1, sequence } });
  });
  await publish(...payloads.map((payload) => ["lamp-12", payload] as const));
  await city.until(() => city.taken.length >= count);
  expect(bridge.status().health).toBe("holding");
  const alarm = () => bridge.status().alarms?.find(({ code }) => code === "SPOOL_CUT_LOOSE");
  expect(alarm()).toMatchObject({ place: "mqtt:region" });
  await region.join();
  await region.until(() => region.taken.at(-1)?.text.includes(`"1-${count - 1}"`) ?? false);
  const dropped = bridge.status().sinks.find(({ name }) => name === "region")?.dropped ?? 0;
  await bridge.close();
  await region.close();
  const got = new Set(region.taken.map(({ text }) => JSON.parse(text).key));
  // What had been handed to the connection before it was cut loose comes all the same.
  const missing = payloads.flatMap((_, sequence) => (got.has(`1-${sequence}`) ? [] : [sequence]));
  expect(missing.length).toBeGreaterThan(count / 10);
  expect(missing.length).toBeLessThanOrEqual(dropped);
  expect((missing.at(-1) ?? 0) - (missing[0] ?? 0)).toBe(missing.length - 1);
});
