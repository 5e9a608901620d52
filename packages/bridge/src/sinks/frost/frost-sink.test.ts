import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resolveConfig } from "../../config/resolve-config.js";
import { ManualClock } from "../../testing/manual-clock.js";
import { passUntil } from "../../testing/pass-until.js";
import { SensorThingsDouble } from "../../testing/sensor-things-double.js";
import { silent, testStreet } from "../../testing/street.js";
import type { FrostSink } from "./frost-sink.js";
import { makeFrostSink } from "./make-frost-sink.js";

const { delivery } = testStreet();
let double: SensorThingsDouble;
let clock: ManualClock;
let sinks: FrostSink[];

beforeEach(async () => {
  double = await SensorThingsDouble.open();
  clock = new ManualClock();
  sinks = [];
});
afterEach(async () => {
  for (const sink of sinks) await sink.close();
  await double.close();
});

function open(): FrostSink {
  const given = { name: "frost", url: double.url, timeoutMs: 1000 };
  const [config] = resolveConfig({ sinks: { frost: [given] } }).sinks.frost;
  if (!config) throw new Error("the configuration has no server");
  const sink = makeFrostSink(config, { clock, log: silent });
  sinks.push(sink);
  sink.open();
  return sink;
}

const pm25 = (node = "oak-street-12") => double.observations(node, "street-air/pm25");

describe("FrostSink", () => {
  test("makes a Thing with its Datastreams once, and Observations with the time of the reading", async () => {
    const sink = open();
    await sink.deliver(delivery(1));
    await sink.deliver(delivery(2));
    expect(double.things.length).toBe(1);
    expect(double.things[0]?.entity).toMatchObject({
      name: "oak-street-12",
      Locations: [
        {
          encodingType: "application/geo+json",
          location: { type: "Point", coordinates: [23.32, 42.69] },
        },
      ],
    });
    expect(double.things[0]?.datastreams.map(({ entity }) => entity)).toMatchObject([
      {
        name: "street-air/pm25",
        observationType: "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        unitOfMeasurement: { name: "ug/m3" },
        ObservedProperty: { name: "pm25", definition: expect.stringMatching(/^https?:/) },
      },
      { name: "street-air/temperature", unitOfMeasurement: { name: "Cel", symbol: "°C" } },
    ]);
    expect(pm25()).toEqual([
      { time: "2026-09-10T00:27:40.000Z", result: 0.1, key: "1-1" },
      { time: "2026-09-10T00:28:40.000Z", result: 0.2, key: "1-2" },
    ]);
    expect(sink.state()).toMatchObject({ state: "up", messages: 4, errors: 0 });
  });

  test("finds its Things again after a restart, and makes no Observation twice", async () => {
    await open().deliver(delivery(1));
    const sink = open();
    await sink.deliver(delivery(1));
    await sink.deliver(delivery(2));
    expect(double.things.length).toBe(1);
    expect(pm25().map(({ key }) => key)).toEqual(["1-1", "1-2"]);
  });

  test("asks what is there where the answer was lost", async () => {
    const sink = open();
    await sink.deliver(delivery(1));
    double.server.losesNextAnswer = true;
    await passUntil(clock, sink.deliver(delivery(2)));
    expect(pm25().map(({ key }) => key)).toEqual(["1-1", "1-2"]);
    expect(sink.state()).toMatchObject({ state: "up" });
  });

  test("holds what the server does not take now, and says why", async () => {
    const sink = open();
    double.server.faults.push({ status: 503, retryAfterS: 5 }, "reset", { status: 401 });
    const done = sink.deliver(delivery(1));
    while (clock.waiting === 0) await new Promise(setImmediate);
    expect(sink.state()).toMatchObject({ state: "down", detail: "answered 503" });
    expect(await passUntil(clock, done)).toBeGreaterThanOrEqual(5000);
    expect(pm25().map(({ key }) => key)).toEqual(["1-1"]);
  });

  test("what waits goes together, and a Datastream deleted there takes nothing else with it", async () => {
    const sink = open();
    await sink.deliver(delivery(1));
    const before = double.server.requests.length;
    await Promise.all([2, 3, 4, 5].map((number) => sink.deliver(delivery(number))));
    expect(double.server.requests.length - before).toBeLessThanOrEqual(2);
    double.things[0]?.datastreams.pop();
    await sink.deliver(delivery(6));
    expect(pm25().map(({ key }) => key)).toEqual(["1-1", "1-2", "1-3", "1-4", "1-5", "1-6"]);
    expect(sink.state()).toMatchObject({ state: "up", errors: 1 });
  });

  test("a node whose Thing the server refuses is counted and holds up no other", async () => {
    const sink = open();
    await sink.deliver(delivery(1));
    double.server.faults.push({ status: 200, body: { value: [] } }, { status: 400 });
    await sink.deliver(delivery(1, "nowhere"));
    await sink.deliver(delivery(2));
    expect(pm25().length).toBe(2);
    expect(sink.state().errors).toBeGreaterThan(0);
    expect(sink.state().detail).toMatch(/Things answered 400/);
  });
});
