import { join } from "node:path";
import { Bridge, type BridgeConfig, type BridgeStatus } from "@bollard/bridge";
import { describe, expect, test } from "vitest";
import {
  type CityReader,
  type CutBroker,
  keysTo,
  lampSchema,
  MqttLamp,
  SerialLamp,
} from "./bridge-parts.js";
import { useStreet } from "./use-street.js";

let folder: string;
let street: CutBroker;
let city: CutBroker;
let reader: CityReader;
let closing: (() => Promise<unknown>)[];

useStreet((own) => {
  ({ folder, street, city, reader, closing } = own);
});

function config(): BridgeConfig {
  return {
    dataDir: join(folder, "data"),
    sources: {
      serial: [{ name: "cabinet", ports: [join(folder, "tty*")], pollMs: 500 }],
      mqtt: [{ name: "street", url: street.url }],
    },
    sinks: { mqtt: [{ name: "city", url: city.url, prefix: "city" }] },
    nodes: {
      unknown: "accept",
      list: {
        "lamp-a": { position: [23.32, 42.69] },
        "lamp-b": { position: [23.33, 42.7] },
      },
    },
    spool: { commitDelayMs: 100 },
    http: { port: 0 },
    log: { level: "silent" },
  };
}

async function startHere(): Promise<Bridge> {
  const bridge = new Bridge({ config: config(), schemas: [lampSchema] });
  closing.push(() => bridge.close());
  await bridge.start();
  return bridge;
}

async function plugLamp(nodeId: string, port: string): Promise<SerialLamp> {
  const lamp = new SerialLamp(nodeId, join(folder, port));
  closing.push(() => lamp.close());
  await lamp.plug();
  return lamp;
}

async function openMqttLamp(nodeId: string): Promise<MqttLamp> {
  const lamp = await MqttLamp.open(nodeId, street.url);
  closing.push(() => lamp.close());
  return lamp;
}

/**
 * Every reading is there, in order, and what came twice was the same. A broker in this process sends
 * what it held for the bridge and what is new in no order, so there only the readings count.
 */
function expectAll(name: string, count: number, isOrdered = true): void {
  const keys = reader.keys(name);
  const number = (key: string) => Number(key.split("-")[1]);
  if (!isOrdered) keys.sort((a, b) => number(a) - number(b));
  expect(keys).toEqual(keysTo(1, count));
  expect(reader.contradictions(name)).toEqual([]);
}

/** Looks at the status until it is as wanted. */
async function until(
  bridge: Bridge,
  condition: (status: BridgeStatus) => boolean,
): Promise<BridgeStatus> {
  for (;;) {
    const status = bridge.status();
    if (condition(status)) return status;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const isHeld = (lamp: SerialLamp) => lamp.node.stats().held;

describe("a bridge on a street", () => {
  test("brings readings of a serial port and of a broker to the city, as SenML and as entities", async () => {
    const entities: Record<string, unknown>[] = [];
    city.aedes.on("publish", (packet) => {
      if (packet.topic.includes("/ngsi-ld/")) entities.push(JSON.parse(packet.payload.toString()));
    });
    const bridge = await startHere();
    const serial = await plugLamp("lamp-a", "tty0");
    const mqtt = await openMqttLamp("lamp-b");
    for (let i = 0; i < 20; i++) serial.report();
    for (let i = 0; i < 20; i++) await mqtt.report();
    await reader.until("lamp-a", 20);
    await reader.until("lamp-b", 20);
    expectAll("lamp-a", 20);
    expectAll("lamp-b", 20);
    expect(entities[0]).toMatchObject({ type: "WeatherObserved" });
    const status = await until(bridge, ({ spool }) => spool.backlog === 0);
    expect(status.health).toBe("well");
    expect(status.sources.map(({ kind, state }) => [kind, state])).toEqual([
      ["serial", "up"],
      ["mqtt", "up"],
    ]);
    expect(status.sinks[0]).toMatchObject({ errors: 0, dropped: 0 });
    await until(bridge, () => isHeld(serial) === 0);
  });

  test("loses nothing when a cable is pulled again and again", async () => {
    const bridge = await startHere();
    const lamp = await plugLamp("lamp-a", "tty0");
    for (let pull = 0; pull < 4; pull++) {
      for (let i = 0; i < 50; i++) lamp.report();
      await reader.until("lamp-a", pull * 100 + 25);
      await lamp.unplug();
      for (let i = 0; i < 50; i++) lamp.report();
      await until(bridge, ({ sources }) => sources[0]?.state === "down");
      await lamp.plug();
    }
    await reader.until("lamp-a", 400);
    expectAll("lamp-a", 400);
    await until(bridge, () => isHeld(lamp) === 0);
  });

  test("holds what comes while the city broker is away, and then delivers it in order", async () => {
    const bridge = await startHere();
    const serial = await plugLamp("lamp-a", "tty0");
    const mqtt = await openMqttLamp("lamp-b");
    serial.report();
    await mqtt.report();
    await reader.until("lamp-a", 1);
    await city.cut();
    for (let i = 1; i < 300; i++) serial.report();
    for (let i = 1; i < 300; i++) await mqtt.report();
    const held = await until(bridge, ({ spool }) => spool.backlog >= 598);
    expect(held.health).toBe("holding");
    expect(held.summary).toMatch(/^The city broker is away; \d+ messages are held\.$/);
    // The nodes have nothing left to hold: it is on the bridge's disk.
    await until(bridge, () => isHeld(serial) === 0);
    await city.join();
    await reader.until("lamp-a", 300);
    await reader.until("lamp-b", 300);
    expectAll("lamp-a", 300);
    expectAll("lamp-b", 300);
    await until(bridge, ({ health, spool }) => health === "well" && spool.backlog === 0);
  });
});
