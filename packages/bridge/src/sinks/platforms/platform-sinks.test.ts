import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Alarms } from "../../alarms.js";
import type { CommandDesk } from "../../commands/command-desk.js";
import type { BridgeConfig, ResolvedConfig } from "../../config/config.js";
import { resolveConfig } from "../../config/resolve-config.js";
import { isBridgeError } from "../../error.js";
import { planSinks } from "../../make-ends.js";
import { ManualClock } from "../../testing/manual-clock.js";
import { passUntil } from "../../testing/pass-until.js";
import { PlatformServer } from "../../testing/platform-server.js";
import { silent, testStreet } from "../../testing/street.js";
import { TestBroker } from "../../testing/test-broker.js";
import type { Sink } from "../sink.js";

const { delivery } = testStreet();
let folder: string;
let clock: ManualClock;
let broker: TestBroker;
let server: PlatformServer;
let sinks: Sink[];
let asked: unknown[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bollard-platforms-"));
  clock = new ManualClock();
  broker = await TestBroker.open();
  server = await PlatformServer.open(({ path }) => ({
    status: path === "/iot/services" ? 201 : 200,
  }));
  sinks = [];
  asked = [];
});
afterEach(async () => {
  for (const sink of sinks) await sink.close();
  await broker.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

const desk = {
  ask: async (node: string, request: unknown) => {
    asked.push([node, request]);
    return { id: "1", node, status: "done", at: "" };
  },
} as unknown as CommandDesk;

function open(config: BridgeConfig["sinks"]): Sink {
  const resolved: ResolvedConfig = resolveConfig({ sinks: config ?? {} });
  const alarms = new Alarms(clock);
  const [planned] = planSinks({ config: resolved, clock, log: silent, alarms, commands: desk });
  if (!planned) throw new Error("the configuration has no sink");
  const sink = planned.make();
  sinks.push(sink);
  sink.open();
  return sink;
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const taken = () => broker.taken.map(({ topic, text }) => [topic, JSON.parse(text)]);

describe("ThingsBoard", () => {
  const config = () => ({
    name: "tb",
    url: broker.url,
    tokenFile: file("token", "the-token\n"),
    commands: true,
  });

  test("is told of a device once a connection, then of each reading with its own time", async () => {
    const users: string[] = [];
    broker.aedes.authenticate = (_client, user, _password, done) => {
      users.push(String(user));
      done(null, true);
    };
    const sink = open({ thingsBoard: [config()] });
    await sink.deliver(delivery(1));
    await sink.deliver(delivery(2));
    expect(users).toEqual(["the-token"]);
    expect(taken()).toEqual([
      ["v1/gateway/connect", { device: "oak-street-12", type: "street-air" }],
      [
        "v1/gateway/attributes",
        {
          "oak-street-12": {
            schema: "street-air",
            title: "Street air station",
            longitude: 23.32,
            latitude: 42.69,
          },
        },
      ],
      [
        "v1/gateway/telemetry",
        { "oak-street-12": [{ ts: 1_789_000_060_000, values: { pm25: 0.1, temperature: 20 } }] },
      ],
      [
        "v1/gateway/telemetry",
        { "oak-street-12": [{ ts: 1_789_000_120_000, values: { pm25: 0.2, temperature: 20 } }] },
      ],
    ]);
    expect(sink.state()).toMatchObject({ state: "up", messages: 4, errors: 0 });
  });

  test("its requests reach the node, and what came of them goes back", async () => {
    const sink = open({ thingsBoard: [config()] });
    await sink.deliver(delivery(1));
    const other = await connectAsync(broker.url);
    const answers: unknown[] = [];
    other.on("message", (_topic, payload) => answers.push(String(payload)));
    await other.subscribeAsync("v1/gateway/rpc");
    const request = { device: "lamp-7", data: { id: 3, method: "dim", params: { level: 0.5 } } };
    await other.publishAsync("v1/gateway/rpc", JSON.stringify(request), { qos: 1 });
    await other.publishAsync("v1/gateway/rpc", "no JSON", { qos: 1 });
    while (!answers.some((text) => String(text).includes("success"))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await other.endAsync();
    expect(asked).toEqual([
      ["lamp-7", { id: expect.stringMatching(/^3-/), command: "dim", values: { level: 0.5 } }],
    ]);
    expect(answers.at(-1)).toBe(
      '{"device":"lamp-7","id":3,"data":{"success":true,"status":"done"}}',
    );
  });

  test("a broker that was away gets all that waited, in order", async () => {
    await broker.cut();
    const sink = open({ thingsBoard: [config()] });
    const done = Promise.all([1, 2, 3].map((number) => sink.deliver(delivery(number))));
    await broker.join();
    await done;
    const values = taken().flatMap(([topic, body]) =>
      topic === "v1/gateway/telemetry" ? [body["oak-street-12"][0].values.pm25] : [],
    );
    expect([...new Set(values)]).toEqual([0.1, 0.2, 0.3]);
  }, 30_000);
});

describe("FIWARE's IoT Agent", () => {
  const AIR = "street-AirQualityObserved";

  test("groups and devices are made before the first measure, which goes over MQTT", async () => {
    const provision = { url: server.url, service: "city", servicePath: "/air" };
    const sink = open({
      iotAgent: [{ name: "agent", url: broker.url, apiKey: "street", provision }],
    });
    await sink.deliver(delivery(1));
    await sink.deliver(delivery(2));
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /iot/services",
      "POST /iot/devices",
      "POST /iot/services",
      "POST /iot/devices",
    ]);
    expect(server.requests[0]?.headers).toMatchObject({
      "fiware-service": "city",
      "fiware-servicepath": "/air",
    });
    expect(server.requests[0]?.body).toMatchObject({
      services: [
        {
          apikey: AIR,
          resource: "/iot/json",
          entity_type: "AirQualityObserved",
          attributes: [
            {
              object_id: "pm25",
              name: "pm25",
              type: "Number",
              metadata: { unitCode: { type: "Text", value: "GQ" } },
            },
            { name: "temperature", metadata: { unitCode: { value: "CEL" } } },
            { name: "location", type: "geo:json" },
          ],
        },
      ],
    });
    // A device that declared an attribute again would lose its unit.
    expect(server.requests[1]?.body).toEqual({
      devices: [
        {
          device_id: "oak-street-12",
          apikey: AIR,
          entity_name: "urn:ngsi-ld:AirQualityObserved:oak-street-12",
          entity_type: "AirQualityObserved",
          transport: "MQTT",
          protocol: "IoTA-JSON",
        },
      ],
    });
    const location = { type: "Point", coordinates: [23.32, 42.69] };
    expect(taken().slice(0, 2)).toEqual([
      [
        `/json/${AIR}/oak-street-12/attrs`,
        { TimeInstant: "2026-09-10T00:27:40.000Z", pm25: 0.1, temperature: 20, location },
      ],
      [
        "/json/street-WeatherObserved/oak-street-12/attrs",
        { TimeInstant: "2026-09-10T00:27:40.000Z", temperature: 20, location },
      ],
    ]);
  });

  test("readings wait until the agent has made what they need", async () => {
    const sink = open({
      iotAgent: [{ name: "agent", url: broker.url, provision: { url: server.url } }],
    });
    server.faults.push({ status: 503 }, "reset", { status: 409 });
    const done = sink.deliver(delivery(1));
    while (clock.waiting === 0) await new Promise(setImmediate);
    expect(broker.taken).toEqual([]);
    expect(sink.state()).toMatchObject({
      state: "down",
      detail: expect.stringMatching(/^group bollard-AirQualityObserved of .*: answered 503/),
    });
    await passUntil(clock, done);
    expect(server.requests.some(({ method }) => method === "PUT")).toBe(true);
    expect(broker.taken.length).toBe(2);
    expect(sink.state()).toMatchObject({ state: "up" });
  });

  test("its commands reach the node, and cmdexe tells what came of them", async () => {
    const sink = open({
      iotAgent: [{ name: "agent", url: broker.url, apiKey: "street", commands: true }],
    });
    await sink.deliver(delivery(1));
    const other = await connectAsync(broker.url);
    const topic = "/street-Streetlight/lamp-7/cmd";
    await other.publishAsync("/other-Streetlight/lamp-7/cmd", '{"dim":{}}', { qos: 1 });
    await other.publishAsync(topic, '{"dim":{"level":0.5}}', { qos: 1 });
    await broker.until(() => broker.taken.some(({ text }) => text.includes("done")));
    await other.endAsync();
    expect(asked).toMatchObject([["lamp-7", { command: "dim", values: { level: 0.5 } }]]);
    expect(taken().at(-1)).toEqual(["/json/street-Streetlight/lamp-7/cmdexe", { dim: "done" }]);
  });

  test("over HTTP each entity is a measure, and one that is refused holds up no other", async () => {
    const sink = open({ iotAgent: [{ name: "agent", url: server.url, apiKey: "street" }] });
    server.faults.push({ status: 404, body: { name: "DEVICE_GROUP_NOT_FOUND" } });
    await sink.deliver(delivery(1));
    expect(server.requests.map(({ path }) => path)).toEqual([
      `/iot/json?k=${AIR}&i=oak-street-12`,
      "/iot/json?k=street-WeatherObserved&i=oak-street-12",
    ]);
    expect(sink.state()).toMatchObject({ state: "up", messages: 1, errors: 1 });
    expect(sink.state().detail).toMatch(/DEVICE_GROUP_NOT_FOUND/);
  });

  test("who is not let in holds all until it is put right", async () => {
    const sink = open({ iotAgent: [{ name: "agent", url: server.url, apiKey: "street" }] });
    server.faults.push({ status: 403 }, { status: 401 });
    const done = sink.deliver(delivery(1));
    while (clock.waiting === 0) await new Promise(setImmediate);
    expect(sink.state()).toMatchObject({ state: "down", detail: "answered 403" });
    await passUntil(clock, done);
    expect(sink.state()).toMatchObject({ state: "up", messages: 2, errors: 0 });
  });
});

describe("OS2iot", () => {
  const payload = {
    node: "oak-street-12",
    schema: "street-air",
    key: "1-1",
    time: "2026-09-10T00:27:40.000Z",
    values: { pm25: 0.1, temperature: 20 },
  };

  test("over HTTP a node's key is its device, and each reading an object", async () => {
    const devicesFile = file("devices.yaml", "oak-street-12: { apiKey: 6f1c-key }\n");
    const sink = open({ os2iot: [{ name: "os2iot", url: server.url, devicesFile }] });
    server.faults.push({ status: 500 });
    await passUntil(clock, sink.deliver(delivery(1)));
    expect(server.requests.map(({ path }) => path)).toEqual([
      "/api/v1/receive-data?apiKey=6f1c-key",
      "/api/v1/receive-data?apiKey=6f1c-key",
    ]);
    expect(server.requests[1]?.body).toEqual(payload);
    expect(JSON.stringify(sink.state())).not.toContain("6f1c-key");
  });

  test("a key that is unknown there is counted, and holds up no other node", async () => {
    const devicesFile = file("devices.yaml", "oak-street-12: { apiKey: k }\n");
    const sink = open({ os2iot: [{ name: "os2iot", url: server.url, devicesFile }] });
    server.faults.push({ status: 403, body: { message: "MESSAGE.DEVICE-DOES-NOT-EXIST" } });
    await sink.deliver(delivery(1));
    await sink.deliver(delivery(2));
    expect(sink.state()).toMatchObject({ state: "up", messages: 1, errors: 1 });
    expect(sink.state().detail).toMatch(/DEVICE-DOES-NOT-EXIST/);
  });

  test("over MQTT the last level of the topic is the device", async () => {
    const devicesFile = file(
      "devices.yaml",
      "oak-street-12: { organization: 1, application: 2, device: 17 }\n",
    );
    const sink = open({ os2iot: [{ name: "os2iot", url: broker.url, devicesFile }] });
    await sink.deliver(delivery(1));
    expect(taken()).toEqual([["devices/1/2/17", payload]]);
  });

  test("a node without a device is counted; a device that is added counts from then on", async () => {
    const devicesFile = file("devices.yaml", "{}\n");
    const sink = open({ os2iot: [{ name: "os2iot", url: server.url, devicesFile }] });
    await sink.deliver(delivery(1));
    expect(sink.state()).toMatchObject({ errors: 1 });
    expect(sink.state().detail).toMatch(/oak-street-12 has no device/);
    writeFileSync(devicesFile, "oak-street-12: { apiKey: late }\n");
    utimesSync(devicesFile, 1, 1);
    clock.pass(1000);
    await sink.deliver(delivery(2));
    expect(server.requests.length).toBe(1);
    writeFileSync(devicesFile, "oak-street-12: [\n");
    utimesSync(devicesFile, 2, 2);
    clock.pass(1000);
    await sink.deliver(delivery(3));
    expect(server.requests.length).toBe(2);
  });

  test("a file of devices that is wrong is named before anything starts", () => {
    const devicesFile = file("devices.yaml", "oak-street-12: { apikey: x }\n");
    expect(() => open({ os2iot: [{ name: "os2iot", url: server.url, devicesFile }] })).toThrowError(
      expect.toSatisfy((error) => isBridgeError(error) && error.message.includes("devices.yaml")),
    );
  });
});
