import { EntityGates } from "@bollard/ngsi-ld";
import { parseSenmlJson } from "@bollard/senml";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Alarms } from "../../alarms.js";
import { systemClock } from "../../clock.js";
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

function make(config: Partial<MqttSinkConfig> = {}): MqttSink {
  const [resolved] = resolveConfig({
    sinks: { mqtt: [{ name: "city", url: broker.url, prefix: "city", ...config }] },
  }).sinks.mqtt;
  if (!resolved) throw new Error("no sink");
  sink = new MqttSink({
    config: resolved,
    bridgeName: "bollard",
    gates,
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
});
