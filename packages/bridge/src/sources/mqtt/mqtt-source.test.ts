import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePayload } from "@bollard/payload";
import { defineSchema } from "@bollard/schema";
import { connectAsync, type MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Alarms } from "../../alarms.js";
import { systemClock } from "../../clock.js";
import type { MqttSourceConfig } from "../../config/config.js";
import { resolveConfig } from "../../config/resolve-config.js";
import { SessionNumbers } from "../../session-numbers.js";
import { silent } from "../../testing/street.js";
import { START_S, streetAir, streetPayload } from "../../testing/street-air.js";
import { TestBroker } from "../../testing/test-broker.js";
import type { LastKey, SourceMessage } from "../source.js";
import { MqttSource } from "./mqtt-source.js";

let broker: TestBroker;
let source: MqttSource | undefined;
let node: MqttClient;
let dataDir: string;
let taken: SourceMessage[];
let arrived: (() => void) | undefined;
let isFull: boolean;
let commits: number;
let keepsAll: boolean;
let alarms: Alarms;

beforeEach(async () => {
  broker = await TestBroker.open();
  dataDir = mkdtempSync(join(tmpdir(), "bollard-mqtt-source-"));
  node = await connectAsync(broker.url, { clientId: "node" });
  taken = [];
  isFull = false;
  keepsAll = false;
  commits = 0;
});
afterEach(async () => {
  await source?.close();
  await node.endAsync(true);
  await broker.close();
  rmSync(dataDir, { recursive: true });
});

async function open(
  config: Partial<MqttSourceConfig> = {},
  lastKeys: readonly LastKey[] = [],
): Promise<MqttSource> {
  alarms = new Alarms(systemClock());
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
      if (keepsAll) message.kept();
      arrived?.();
      return true;
    },
    commit: async () => {
      commits++;
      for (const { kept } of taken.splice(0)) kept();
    },
    sessions: new SessionNumbers({ dataDir }),
    lastKeys,
    alarms,
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

  test("has what waits brought to the disk once the broker may send no more before that", async () => {
    await open({ receiveMaximum: 3 });
    for (let number = 1; number <= 7; number++) {
      await publish("bollard/lamp-12/up", streetPayload(number));
    }
    while (commits < 2 || taken.length < 1) {
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
    expect(commits).toBe(2);
    expect(taken).toHaveLength(1);
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
      commit: async () => {},
      sessions: new SessionNumbers({ dataDir }),
      lastKeys: [],
      alarms: new Alarms(systemClock()),
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
    const message = "nothing can be kept now; the broker holds the messages";
    expect(source?.status()[0]).toMatchObject({ state: "down", lastError: { message } });
    expect(source?.status()[0]?.retryInMs).toBeLessThanOrEqual(2000);
    isFull = false;
    await untilTaken(1);
    expect(taken.map(({ sequence }) => sequence)).toEqual([1]);
    expect(source?.status()[0]).toMatchObject({ state: "up", lastError: { message } });
    expect(source?.status()[0]).not.toHaveProperty("retryInMs");
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

  test("takes the schema from the topic where the payload names none", async () => {
    await open({ topic: "street/{node}/{schema}/#" });
    const payload = encodePayload(streetAir, { time: START_S, values: { pm25: 1 } } as never, {
      schemaId: false,
    });
    await publish("street/lamp-12/street-air", payload);
    await publish(`street/lamp-12/${"x".repeat(65)}`, payload);
    await publish("street/lamp-12/street-air/v2", payload);
    await untilTaken(2);
    expect(taken.map(({ node, binding }) => [node, binding])).toEqual([
      ["lamp-12", "street-air"],
      ["lamp-12", "street-air"],
    ]);
    expect(source?.status()[0]).toMatchObject({ messages: 2, errors: 1 });
  });

  test("takes only its own nodes where several bridges split a city", async () => {
    const nodes = Array.from({ length: 40 }, (_, number) => `lamp-${number}`);
    const parts: string[][] = [];
    keepsAll = true;
    for (const part of [1, 2, 3]) {
      taken = [];
      await open({ topic: "city/+/up", split: { part, of: 3 }, clientId: `part-${part}` });
      let acks = 0;
      const allCame = new Promise<void>((resolve) =>
        broker.aedes.on("ack", () => {
          acks++;
          if (acks === nodes.length) resolve();
        }),
      );
      for (const node of nodes) await publish(`city/${node}/up`, streetPayload(1));
      await allCame;
      parts.push(taken.map(({ node }) => node));
      await source?.close();
    }
    expect(parts.flat().sort()).toEqual([...nodes].sort());
    for (const part of parts) expect(part.length).toBeGreaterThan(5);
  });

  test("tells how many messages never came, also those missing since before the start", async () => {
    const mine = { kind: "mqtt", name: "street" } as const;
    await open({}, [
      { source: mine, node: "lamp-12", boot: 1, sequence: 3 },
      { source: { kind: "mqtt", name: "other" }, node: "lamp-13", boot: 1, sequence: 3 },
    ]);
    await publish("bollard/lamp-12/up", streetPayload(6));
    await publish("bollard/lamp-13/up", streetPayload(6));
    await publish("bollard/lamp-12/up", streetPayload(5));
    await untilTaken(3);
    expect(source?.status()[0]?.detail).toMatch(/; 1 lost upstream$/);
    expect(alarms.list()).toMatchObject([{ code: "LOST_UPSTREAM", place: "lamp-12", count: 1 }]);
  });

  test("publishes commands for nodes that it has heard", async () => {
    const street = await open({ down: "bollard/{node}/down" });
    expect(street.command("lamp-12", Uint8Array.of(7))).toBeUndefined();
    await publish("bollard/lamp-12/up", streetPayload(1));
    await untilTaken(1);
    const down = new Promise<{ topic: string; payload: Buffer | string }>((resolve) =>
      broker.aedes.on("publish", (packet) => {
        if (packet.topic.endsWith("/down")) resolve(packet);
      }),
    );
    expect(await street.command("lamp-12", Uint8Array.of(7))).toEqual({ status: "sent" });
    expect(await down).toMatchObject({ topic: "bollard/lamp-12/down", payload: Buffer.of(7) });
  });

  test("shares the messages with other bridges", async () => {
    const filters: string[] = [];
    broker.aedes.on("subscribe", (subscriptions) => {
      for (const { topic } of subscriptions) filters.push(topic);
    });
    await open({ share: "bridges" });
    expect(filters).toEqual(["$share/bridges/bollard/+/up"]);
  });
});
