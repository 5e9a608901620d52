import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ContextBroker, EntityGates } from "@bollard/ngsi-ld";
import { BrokerDouble } from "@bollard/ngsi-ld/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../testing/manual-clock.js";
import { silent, testStreet } from "../../testing/street.js";
import { NgsiLdSink, type NgsiLdSinkOptions } from "./ngsi-ld-sink.js";
import { RefusedLog } from "./refused-log.js";

const AIR = "urn:ngsi-ld:AirQualityObserved:oak-street-12";
const WEATHER = "urn:ngsi-ld:WeatherObserved:oak-street-12";
const DEVICE = "urn:ngsi-ld:Device:oak-street-12";

const gates = new EntityGates();
const { delivery } = testStreet();
let dataDir: string;
let double: BrokerDouble;
let clock: ManualClock;
let sinks: NgsiLdSink[];

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "bollard-ngsi-ld-"));
  double = await BrokerDouble.open();
  clock = new ManualClock();
  sinks = [];
});
afterEach(async () => {
  for (const sink of sinks) await sink.close();
  await double.close();
  rmSync(dataDir, { recursive: true });
});

function open(options: Partial<NgsiLdSinkOptions> = {}): NgsiLdSink {
  const sink = new NgsiLdSink({
    name: "city",
    url: double.url,
    window: 100,
    coalesce: true,
    history: "superseded",
    manufacturer: "Oak Sensors",
    contexts: [],
    contextsServedAt: undefined,
    broker: new ContextBroker({ url: double.url }),
    gates,
    refused: new RefusedLog(dataDir, "city"),
    clock,
    log: silent,
    ...options,
  });
  sinks.push(sink);
  sink.open();
  return sink;
}

const minute = (number: number) => new Date((1_789_000_000 + 60 * number) * 1000).toISOString();
const entity = (id: string) => double.store().entity(id);
/** The times of a property in the history. */
const times = (id: string, property: string) =>
  [double.store().history(id)?.[property] ?? []]
    .flat()
    .map((instance) => (instance as { observedAt: string }).observedAt);

/** Lets what is under way go on until the sink waits for the clock. */
async function untilWaiting(): Promise<void> {
  while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
}

/** How many refusals a sink of this name would find. */
function refusedOnDisk(): number {
  const log = new RefusedLog(dataDir, "city");
  log.open();
  return log.count;
}

describe("NgsiLdSink", () => {
  test("makes a reading the state of its entities, which lead to their device and its model", async () => {
    const sink = open();
    expect(sink.state().state).toBe("connecting");
    await sink.deliver(delivery(3));
    expect(entity(AIR)).toMatchObject({
      type: "AirQualityObserved",
      pm25: { value: 0.3, unitCode: "GQ", observedAt: minute(3) },
      location: { value: { coordinates: [23.32, 42.69] } },
      refDevice: { type: "Relationship", object: DEVICE },
    });
    expect(entity(WEATHER)).toMatchObject({ temperature: { value: 20, unitCode: "CEL" } });
    expect(entity(DEVICE)).toMatchObject({
      serialNumber: { value: "a1-b2" },
      controlledProperty: { value: ["airPollution", "temperature"] },
      refDeviceModel: { object: "urn:ngsi-ld:DeviceModel:street-air" },
    });
    expect(entity("urn:ngsi-ld:DeviceModel:street-air")).toMatchObject({
      manufacturerName: { value: "Oak Sensors" },
      supportedUnits: { value: ["CEL", "GQ"] },
    });
    expect(sink.state()).toMatchObject({ state: "up", messages: 4, errors: 0 });
  });

  test("registers a device once, and again when the registry says otherwise", async () => {
    const sink = open();
    const sent = () =>
      double.requests
        .flatMap(({ body }) => body)
        .filter((sent) => (sent as { id: string }).id === DEVICE);
    await sink.deliver(delivery(1));
    await sink.deliver(delivery(2));
    expect(sent()).toHaveLength(1);
    const moved = delivery(3);
    await sink.deliver({ ...moved, node: { ...moved.node, position: [23.4, 42.7] } });
    expect(sent()).toHaveLength(2);
    expect(entity(DEVICE)).toMatchObject({ location: { value: { coordinates: [23.4, 42.7] } } });
  });

  test("brings a backlog as the newest state and the rest as history, with their true times", async () => {
    const sink = open();
    await Promise.all(Array.from({ length: 40 }, (_, number) => sink.deliver(delivery(number))));
    expect(entity(AIR)).toMatchObject({ pm25: { value: 3.9, observedAt: minute(39) } });
    expect(times(AIR, "pm25")).toEqual(Array.from({ length: 39 }, (_, i) => minute(i)));
    expect(double.requests.length).toBeLessThan(10);
  });

  test("keeps what comes late out of the state", async () => {
    const sink = open();
    await sink.deliver(delivery(5));
    await sink.deliver(delivery(4));
    expect(entity(AIR)).toMatchObject({ pm25: { observedAt: minute(5) } });
    expect(times(AIR, "pm25")).toEqual([minute(4)]);
  });

  test("knows after a restart what is newest", async () => {
    const sink = open();
    sink.recall(delivery(5));
    await sink.deliver(delivery(4));
    expect(entity(AIR)).toBeUndefined();
    expect(times(AIR, "pm25")).toEqual([minute(4)]);
  });

  test("makes each value the state in turn where each counts", async () => {
    const sink = open({ coalesce: false, manufacturer: undefined });
    await Promise.all(Array.from({ length: 5 }, (_, number) => sink.deliver(delivery(number))));
    const values = double.requests
      .flatMap(({ body }) => body)
      .filter((sent) => (sent as { id: string }).id === AIR)
      .map((sent) => (sent as { pm25: { value: number } }).pm25.value);
    expect(values).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
    expect(entity(DEVICE)).toBeUndefined();
    expect(entity(AIR)).not.toHaveProperty("refDevice");
  });

  test("waits for a broker that is away, and then delivers", async () => {
    double.faults.push(
      { kind: "reset" },
      { kind: "answer", status: 503, headers: { "retry-after": "7" } },
    );
    const sink = open();
    let isDone = false;
    const done = sink.deliver(delivery(1)).then(() => {
      isDone = true;
    });
    await untilWaiting();
    expect(sink.state().state).toBe("down");
    clock.pass(500);
    await untilWaiting();
    expect(sink.state().detail).toMatch(/503/);
    clock.pass(6_999);
    expect([isDone, clock.waiting]).toEqual([false, 1]);
    clock.pass(1);
    await done;
    expect(entity(AIR)).toMatchObject({ pm25: { value: 0.1 } });
    expect(sink.state()).toMatchObject({ state: "up", errors: 0 });
  });

  test("notes on disk what the broker will never take, and goes on", async () => {
    const body = { type: "BadRequestData", title: "no such unit" };
    double.faults.push({ kind: "answer", status: 400, body });
    const sink = open({ manufacturer: undefined });
    const lone = delivery(1);
    const only = {
      ...lone,
      schema: { ...lone.schema, models: new Map([["AirQualityObserved", { pm25: "pm25" }]]) },
    };
    await sink.deliver(only);
    await sink.deliver(delivery(2));
    expect(entity(AIR)).toMatchObject({ pm25: { value: 0.2 } });
    expect(sink.state().errors).toBe(1);
    expect(sink.state().detail).toMatch(/1 refused, the last: 400 BadRequestData no such unit/);
    const kept = new RefusedLog(dataDir, "city");
    kept.open();
    expect(kept.entries).toMatchObject([{ position: 2, id: AIR }]);
    kept.remove(kept.of(2));
    await kept.save();
    expect(refusedOnDisk()).toBe(0);
  });

  test("notes what a gate refuses, and does not send it", async () => {
    const sink = open();
    const far = delivery(1);
    await sink.deliver({ ...far, node: { ...far.node, position: [200, 42.69] } });
    const { errors, detail } = sink.state();
    expect(errors).toBeGreaterThan(0);
    expect(detail).toMatch(/strict gate: \/location\/value\/coordinates/);
    expect(entity(AIR)).toBeUndefined();
  });

  test("sends once more what was refused, and nothing else of the entry", async () => {
    const sink = open();
    const far = delivery(1);
    await sink.deliver({ ...far, node: { ...far.node, position: [200, 42.69] } });
    const ids = sink.refusals.entries().map(({ id }) => id);
    // Of the reading no entity could be made at all.
    expect(new Set(ids)).toEqual(new Set(["oak-street-12", DEVICE]));
    await sink.deliver(delivery(2));
    const before = double.requests.length;
    await sink.refusals.retry(far);
    expect(sink.refusals.count()).toBe(0);
    expect(refusedOnDisk()).toBe(0);
    expect(entity(DEVICE)).toMatchObject({ serialNumber: { value: "a1-b2" } });
    // A newer reading is there by now, so it is history.
    expect(entity(AIR)).toMatchObject({ pm25: { value: 0.2 } });
    expect(double.store().history(AIR)?.pm25).toMatchObject([{ value: 0.1 }]);
    const sent = double.requests.slice(before).flatMap(({ body }) => body as { id: string }[]);
    expect(sent.map(({ id }) => id).sort()).toEqual([AIR, DEVICE, WEATHER].sort());
  });

  test("notes again what is refused again, and forgets what is not there any more", async () => {
    const sink = open();
    const far = delivery(1);
    const lost = { ...far, node: { ...far.node, position: [200, 42.69] as const } };
    await sink.deliver(lost);
    const { length } = sink.refusals.entries();
    await sink.refusals.retry(lost);
    expect(sink.refusals.entries().length).toBe(length);
    await sink.refusals.giveUp([far.position]);
    expect(refusedOnDisk()).toBe(0);
  });

  test("leaves in the spool what was under way when it was closed", async () => {
    double.faults.push({ kind: "reset" });
    const sink = open();
    let isDone = false;
    void sink.deliver(delivery(1)).then(() => {
      isDone = true;
    });
    await untilWaiting();
    await sink.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect([isDone, clock.waiting]).toEqual([false, 0]);
  });
});
