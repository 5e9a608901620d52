import { EntityGates } from "@bollard/ngsi-ld";
import { defineSchema } from "@bollard/schema";
import { parseSenmlJson } from "@bollard/senml";
import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Alarms } from "../../alarms.js";
import { systemClock } from "../../clock.js";
import { CommandDesk } from "../../commands/command-desk.js";
import type { MqttSinkConfig } from "../../config/config.js";
import { resolveConfig } from "../../config/resolve-config.js";
import { silent, testStreet } from "../../testing/street.js";
import { START_S } from "../../testing/street-air.js";
import { TestBroker } from "../../testing/test-broker.js";
import { MqttSink } from "./mqtt-sink.js";

const gates = new EntityGates();
const { delivery } = testStreet();
let broker: TestBroker;
let sink: MqttSink | undefined;

beforeEach(async () => {
  broker = await TestBroker.open();
});
afterEach(async () => {
  await sink?.close();
  sink = undefined;
  await broker.close();
});

/** A schema with a command. */
const lamp = defineSchema({
  name: "lamp",
  id: 40,
  fields: [{ kind: "boolean", name: "on" }],
  commands: [{ name: "reboot", id: 8 }],
});

function make(config: Partial<MqttSinkConfig> = {}, commands?: CommandDesk): MqttSink {
  const [resolved] = resolveConfig({
    sinks: { mqtt: [{ name: "city", url: broker.url, prefix: "city", status: false, ...config }] },
  }).sinks.mqtt;
  if (!resolved) throw new Error("no sink");
  sink = new MqttSink({
    config: resolved,
    bridgeName: "bollard",
    gates,
    commands,
    alarms: new Alarms(systemClock()),
    clock: systemClock(),
    log: silent,
  });
  sink.open();
  return sink;
}

const topic = "city/oak-street-12/street-air";

describe("MqttSink", () => {
  test("publishes a reading as SenML and as one entity for each model, retained", async () => {
    await make().deliver(delivery(3));
    expect(broker.taken.map(({ topic, retain }) => [topic, retain])).toEqual([
      [`${topic}/senml`, true],
      [`${topic}/ngsi-ld/AirQualityObserved`, true],
      [`${topic}/ngsi-ld/WeatherObserved`, true],
    ]);
    const time = START_S + 180;
    expect(parseSenmlJson(broker.taken[0]?.text ?? "")).toEqual([
      { name: "oak-street-12/pm25", unit: "ug/m3", value: 0.3, time },
      { name: "oak-street-12/temperature", unit: "Cel", value: 20, time },
      { name: "oak-street-12/key", stringValue: "1-3", time },
    ]);
    expect(JSON.parse(broker.taken[0]?.text ?? "").at(-1)).toEqual({ n: "key", vs: "1-3" });
    const observedAt = new Date(time * 1000).toISOString();
    expect(JSON.parse(broker.taken[2]?.text ?? "")).toMatchObject({
      id: "urn:ngsi-ld:WeatherObserved:oak-street-12",
      type: "WeatherObserved",
      temperature: { type: "Property", value: 20, unitCode: "CEL", observedAt },
      location: { type: "GeoProperty", value: { type: "Point", coordinates: [23.32, 42.69] } },
    });
    expect(sink?.state()).toEqual({
      state: "up",
      detail: broker.url,
      messages: 3,
      errors: 0,
    });
  });

  test("keeps the newest as the latest, also when an older one comes later", async () => {
    const out = make({ formats: ["senml"] });
    await out.deliver(delivery(5));
    await out.deliver(delivery(3));
    await out.deliver(delivery(6));
    expect(broker.taken.map(({ text, retain }) => [JSON.parse(text).at(-1).vs, retain])).toEqual([
      ["1-5", true],
      ["1-3", false],
      ["1-6", true],
    ]);
  });

  test("hands entries over in their order, however many at once", async () => {
    const out = make({ inFlight: 4 });
    await Promise.all([...Array(40).keys()].map((number) => out.deliver(delivery(number))));
    const senml = broker.taken.filter(({ topic }) => topic.endsWith("/senml"));
    expect(senml.map(({ text }) => JSON.parse(text).at(-1).vs)).toEqual(
      [...Array(40).keys()].map((number) => `1-${number}`),
    );
  });

  test("leaves out an entity that a gate refuses, with the reason, and sends the rest", async () => {
    // Both models ask for a location, and this node has none.
    await make().deliver(delivery(1, "nowhere"));
    expect(broker.taken.map(({ topic }) => topic)).toEqual(["city/nowhere/street-air/senml"]);
    expect(sink?.state().errors).toBe(2);
    expect(sink?.state().detail).toMatch(/; 2 left out, such as: .*location/);
  });

  test("publishes the latest again to a broker that forgot it, once all else is delivered", async () => {
    const out = make({ formats: ["senml"] });
    await out.deliver(delivery(1));
    await out.deliver(delivery(1, "pole-3"));
    out.caughtUp();
    await broker.cut();
    const waiting = out.deliver(delivery(2));
    await broker.restart();
    await waiting;
    out.caughtUp();
    await broker.until(() => broker.taken.length >= 4);
    expect(broker.taken.map(({ topic, text }) => [topic, JSON.parse(text).at(-1).vs])).toEqual([
      [`${topic}/senml`, "1-1"],
      ["city/pole-3/street-air/senml", "1-1"],
      [`${topic}/senml`, "1-2"],
      ["city/pole-3/street-air/senml", "1-1"],
    ]);
  });

  test("publishes what it recalls from before a restart once it is connected", async () => {
    const out = make({ formats: ["senml"] });
    out.recall(delivery(4));
    out.recall(delivery(3));
    out.caughtUp();
    await broker.until(() => broker.taken.length >= 1);
    expect(broker.taken.map(({ text, retain }) => [JSON.parse(text).at(-1).vs, retain])).toEqual([
      ["1-4", true],
    ]);
    await out.deliver(delivery(2));
    await broker.until(() => broker.taken.length >= 2);
    expect(broker.taken[1]?.retain).toBe(false);
  });

  test("publishes plain JSON, and the payload as it came, on the topics asked for", async () => {
    const topics = { json: "{prefix}/v1/{schema}/{node}", raw: "raw/{node}" };
    const one = delivery(3);
    await make({ formats: ["json", "raw"], topics }).deliver(one);
    expect(broker.taken.map(({ topic, retain }) => [topic, retain])).toEqual([
      ["raw/oak-street-12", true],
      ["city/v1/street-air/oak-street-12", true],
    ]);
    expect(JSON.parse(broker.taken[1]?.text ?? "")).toEqual({
      node: "oak-street-12",
      schema: "street-air",
      key: "1-3",
      time: new Date((START_S + 180) * 1000).toISOString(),
      values: { pm25: 0.3, temperature: 20 },
    });
    expect(broker.taken[0]?.text).toBe(Buffer.from(one.entry.payload).toString());
  });

  test("keeps back the payload of a schema with privacy rules", async () => {
    const one = delivery(3);
    const privacy = { ...one.schema.privacy, isRestricted: true };
    const restricted = { ...one, schema: { ...one.schema, privacy } };
    const made = make({ formats: ["json", "raw"] });
    await made.deliver(restricted);
    await made.deliver(delivery(4));
    expect(broker.taken.map((message) => message.topic)).toEqual([
      ...[`${topic}/json`, `${topic}/raw`, `${topic}/json`],
    ]);
  });

  test("publishes nothing again whose time to be kept is over", async () => {
    const one = delivery(1);
    const schema = { ...one.schema, expiring: [{ name: "temperature", keepS: 3600 }] };
    const arrived = (agoMs: number, node: string) => {
      const { entry, ...others } = delivery(1, node);
      const arrival = { ...entry.arrival, wallMs: Date.now() - agoMs };
      return { ...others, schema, entry: { ...entry, arrival } };
    };
    const out = make({ formats: ["json"] });
    await out.deliver(arrived(3_600_000, "a1-b2"));
    await out.deliver(arrived(0, "lamp-13"));
    out.caughtUp();
    await broker.restart();
    await broker.until(() => broker.taken.length >= 3);
    expect(broker.taken.map((message) => message.topic)).toEqual([
      ...[`${topic}/json`, "city/lamp-13/street-air/json", "city/lamp-13/street-air/json"],
    ]);
  });

  test("announces a node to Home Assistant once, and again to a broker that forgot it", async () => {
    const out = make({ formats: ["json"], homeAssistant: {} });
    await out.deliver(delivery(1));
    await out.deliver(delivery(2));
    out.caughtUp();
    const config = "homeassistant/device/bollard_oak-street-12_street-air/config";
    expect(broker.taken.map(({ topic }) => topic)).toEqual([
      config,
      `${topic}/json`,
      `${topic}/json`,
    ]);
    expect(JSON.parse(broker.taken[0]?.text ?? "")).toMatchObject({
      state_topic: `${topic}/json`,
      cmps: { pm25: { device_class: "pm25" } },
    });
    await broker.restart();
    await broker.until(() => broker.taken.length >= 5);
    expect(broker.taken.slice(3).map(({ topic, retain }) => [topic, retain])).toEqual([
      [config, true],
      [`${topic}/json`, true],
    ]);
  });

  test("tells its birth and its good-bye, and how each node is", async () => {
    const out = make({ formats: ["json"], status: true });
    await broker.until(() => broker.taken.length >= 1);
    await out.deliver(delivery(1));
    await out.deliver(delivery(2));
    await out.close();
    const states = broker.taken.filter(({ topic }) => topic.endsWith("/status"));
    expect(states.every(({ retain }) => retain)).toBe(true);
    expect(states.map(({ topic, text }) => [topic, JSON.parse(text)])).toMatchObject([
      ["city/bridge/bollard/status", { bridge: "bollard", state: "up" }],
      ["city/oak-street-12/status", { node: "oak-street-12", session: 1 }],
      ["city/bridge/bollard/status", { bridge: "bollard", state: "down" }],
    ]);
    const [birth, , death] = states.map(({ text }) => JSON.parse(text).session);
    expect(death).toBe(birth);
  });

  test("takes commands for nodes, and publishes what came of them", async () => {
    const asked: unknown[] = [];
    const commands = new CommandDesk({
      schemas: () => [lamp],
      routes: () => [
        {
          command: (node, _payload, { id }) => {
            asked.push([node, id]);
            return Promise.resolve({ status: "done" });
          },
        },
      ],
      idOf: (name) => (name === "oak-street-12" ? "a1-b2" : undefined),
      clock: systemClock(),
    });
    const subscribed = new Promise((resolve) => broker.aedes.once("subscribe", resolve));
    make({ commands: { topic: "{prefix}/{node}/do/{command}" } }, commands);
    await subscribed;
    const city = await connectAsync(broker.url);
    const send = (topic: string, text: string, retain = false) =>
      city.publishAsync(topic, text, { qos: 1, retain });
    await send("city/oak-street-12/do/reboot", '{"id":"7"}');
    await send("city/oak-street-12/do/paint", '{"id":"8"}');
    await send("city/oak-street-12/do/reboot", "now");
    const results = () => broker.taken.filter(({ topic: at }) => at.endsWith("/result"));
    await broker.until(() => results().length >= 3);
    await city.endAsync(true);
    expect(asked).toEqual([["a1-b2", "7"]]);
    expect(results().every(({ topic: at }) => at === "city/oak-street-12/result")).toBe(true);
    // What needs no answer from a node is told at once.
    const told = results().map(({ text }) => JSON.parse(text));
    expect(told.sort((one, other) => one.id.localeCompare(other.id))).toMatchObject([
      { id: "", status: "invalid" },
      { id: "7", node: "oak-street-12", status: "done" },
      { id: "8", status: "invalid" },
    ]);
  });

  test("passes over a command that the broker has retained", async () => {
    const city = await connectAsync(broker.url);
    const old = { qos: 1, retain: true } as const;
    await city.publishAsync("city/oak-street-12/command", '{"id":"7","command":"reboot"}', old);
    const commands = new CommandDesk({
      ...{ schemas: () => [lamp], routes: () => [], idOf: () => "a1-b2", clock: systemClock() },
    });
    const subscribed = new Promise((resolve) => broker.aedes.once("subscribe", resolve));
    make({ commands: {} }, commands);
    await subscribed;
    await city.publishAsync("city/oak-street-12/command", '{"id":"8","command":"reboot"}');
    const results = () => broker.taken.filter(({ topic: at }) => at.endsWith("/result"));
    await broker.until(() => results().length >= 1);
    await city.endAsync(true);
    expect(results().map(({ text }) => JSON.parse(text))).toMatchObject([
      { id: "8", status: "unreachable" },
    ]);
  });

  test("leaves a will, which the broker publishes when the bridge is cut off", async () => {
    const out = make({ formats: ["json"], status: true });
    await broker.until(() => broker.taken.length >= 1);
    const will = new Promise<{ topic: string; payload: Buffer | string; retain: boolean }>(
      (resolve) =>
        broker.aedes.on("publish", (packet) => {
          if (packet.payload.toString().includes('"down"')) resolve(packet);
        }),
    );
    const first = JSON.parse(broker.taken[0]?.text ?? "");
    await broker.cut();
    await broker.join();
    const { topic: place, payload, retain } = await will;
    expect([place, retain]).toEqual(["city/bridge/bollard/status", true]);
    expect(JSON.parse(payload.toString())).toEqual({ ...first, state: "down" });
    await broker.until(
      () => broker.taken.length >= 2 && broker.taken.at(-1)?.text.includes('"up"') === true,
    );
    const second = JSON.parse(broker.taken.at(-1)?.text ?? "");
    expect(second.session).toBeGreaterThan(first.session);
    await out.close();
  });
});
