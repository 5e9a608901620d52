import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePayload } from "@bollard/payload";
import { defineSchema } from "@bollard/schema";
import { connectAsync, type MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../clock.js";
import type { MqttSourceConfig } from "../config/config.js";
import { resolveConfig } from "../config/resolve-config.js";
import { SessionNumbers } from "../session-numbers.js";
import { silent } from "../testing/street.js";
import { START_S, streetAir, streetPayload } from "../testing/street-air.js";
import { TestBroker } from "../testing/test-broker.js";
import { MqttSource } from "./mqtt-source.js";
import type { SourceMessage } from "./source.js";

let broker: TestBroker;
let source: MqttSource | undefined;
let node: MqttClient;
let dataDir: string;
let taken: SourceMessage[];
let arrived: (() => void) | undefined;
let isFull: boolean;

beforeEach(async () => {
  broker = await TestBroker.open();
  dataDir = mkdtempSync(join(tmpdir(), "bollard-mqtt-source-"));
  node = await connectAsync(broker.url, { clientId: "node" });
  taken = [];
  isFull = false;
});
afterEach(async () => {
  await source?.close();
  await node.endAsync(true);
  await broker.close();
  rmSync(dataDir, { recursive: true });
});

async function open(config: Partial<MqttSourceConfig> = {}): Promise<MqttSource> {
  const [resolved] = resolveConfig({
    sources: { mqtt: [{ name: "street", url: broker.url, ...config }] },
  }).sources.mqtt;
  if (!resolved) throw new Error("no source");
  source = new MqttSource({
    config: resolved,
    bridgeName: "bollard",
    accept: (message) => {
      if (isFull) return false;
      taken.push(message);
      arrived?.();
      return true;
    },
    sessions: new SessionNumbers({ dataDir }),
    clock: systemClock(),
    log: silent,
  });
  const subscribed = new Promise<void>((resolve) =>
    broker.aedes.once("subscribe", () => resolve()),
  );
  await source.open();
  await subscribed;
  return source;
}

async function untilTaken(count: number): Promise<void> {
  while (taken.length < count) {
    await new Promise<void>((resolve) => {
      arrived = resolve;
    });
  }
}

const publish = (topic: string, payload: Uint8Array) =>
  node.publishAsync(topic, Buffer.from(payload), { qos: 1 });

describe("MqttSource", () => {
  test("takes a payload under its node and key, and acknowledges once it is kept", async () => {
    const acknowledged: string[] = [];
    const street = await open();
    broker.aedes.on("ack", (packet) => {
      if (packet && "topic" in packet) acknowledged.push(String(packet.topic));
    });
    await publish("bollard/lamp-12/up", streetPayload(7, 3));
    await untilTaken(1);
    const [message] = taken;
    expect(message).toMatchObject({
      source: { kind: "mqtt", name: "street" },
      node: "lamp-12",
      boot: 3,
      sequence: 7,
      payload: streetPayload(7, 3),
    });
    expect(acknowledged).toEqual([]);
    const ack = new Promise((resolve) => broker.aedes.once("ack", resolve));
    message?.kept();
    await ack;
    expect(acknowledged).toEqual(["bollard/lamp-12/up"]);
    expect(street.status()).toEqual([
      {
        name: "street",
        kind: "mqtt",
        state: "up",
        detail: `${broker.url} bollard/+/up`,
        messages: 1,
        errors: 0,
      },
    ]);
  });

  test("gets again what it has not acknowledged, and what came while it was away", async () => {
    const first = await open();
    await publish("bollard/lamp-12/up", streetPayload(1));
    await untilTaken(1);
    await first.close();
    await publish("bollard/lamp-12/up", streetPayload(2));
    taken = [];
    const second = new MqttSource({
      config: resolveConfig({ sources: { mqtt: [{ name: "street", url: broker.url }] } }).sources
        .mqtt[0] as never,
      bridgeName: "bollard",
      accept: (message) => {
        taken.push(message);
        message.kept();
        arrived?.();
        return true;
      },
      sessions: new SessionNumbers({ dataDir }),
      clock: systemClock(),
      log: silent,
    });
    source = second;
    await second.open();
    await untilTaken(2);
    expect(taken.map(({ sequence }) => sequence).sort()).toEqual([1, 2]);
  });

  test("leaves the broker alone while nothing can be kept, and comes back", async () => {
    isFull = true;
    await open();
    const gone = new Promise((resolve) => broker.aedes.once("clientDisconnect", resolve));
    await publish("bollard/lamp-12/up", streetPayload(1));
    await gone;
    expect(source?.status()[0]?.state).toBe("down");
    isFull = false;
    await untilTaken(1);
    expect(taken.map(({ sequence }) => sequence)).toEqual([1]);
  });

  test("leaves out and acknowledges what is no payload", async () => {
    await open({ topic: "air/+/raw" });
    await publish("air/lamp-12/raw", Uint8Array.of(0xff));
    await publish("air/lamp-12/raw", new Uint8Array(70_000));
    await publish("air/lamp-12/raw", streetPayload(1));
    await untilTaken(1);
    expect(source?.status()[0]).toMatchObject({ messages: 1, errors: 2 });
  });

  test("gives a key to a payload that carries none", async () => {
    await open();
    const timed = encodePayload(streetAir, { time: START_S, values: { pm25: 1 } } as never);
    const door = defineSchema({
      name: "door",
      id: 19,
      time: "none",
      fields: [{ kind: "boolean", name: "open" }],
    });
    const timeless = encodePayload(door, { values: { open: true } });
    for (const payload of [timed, timed, timeless, timeless]) {
      await publish("bollard/lamp-12/up", payload);
    }
    await untilTaken(4);
    const keys = taken.map(({ boot, sequence }) => `${boot}-${sequence}`);
    expect(keys[0]).toBe(keys[1]);
    expect(keys.slice(2)).toEqual(["32768-0", "32768-1"]);
  });
});
