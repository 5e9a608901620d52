import { decodeSparkplug, encodeSparkplug } from "@bollard/platforms/sparkplug";
import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Alarms } from "../../alarms.js";
import { type BridgeClock, systemClock } from "../../clock.js";
import type { CommandDesk } from "../../commands/command-desk.js";
import type { SparkplugSinkConfig } from "../../config/config.js";
import { resolveConfig } from "../../config/resolve-config.js";
import { silent, testStreet } from "../../testing/street.js";
import { TestBroker } from "../../testing/test-broker.js";
import { makeSparkplugSink } from "./make-sparkplug-sink.js";
import type { SparkplugSink } from "./sparkplug-sink.js";

const { delivery } = testStreet();
let broker: TestBroker;
let sinks: SparkplugSink[];
let asked: unknown[];
let clock: BridgeClock;

beforeEach(async () => {
  broker = await TestBroker.open();
  sinks = [];
  asked = [];
  clock = systemClock();
});
afterEach(async () => {
  for (const sink of sinks) await sink.close();
  await broker.close();
});

const commands = {
  ask: async (node: string, request: unknown) => {
    asked.push([node, request]);
    return { id: "1", node, status: "done", at: "" };
  },
} as unknown as CommandDesk;

function open(more: Partial<SparkplugSinkConfig> = {}): SparkplugSink {
  const given = { name: "scada", url: broker.url, group: "city", edge: "street", ...more };
  const [config] = resolveConfig({ sinks: { sparkplug: [given] } }).sinks.sparkplug;
  if (!config) throw new Error("the configuration has no broker");
  const parts = { bridgeName: "b", alarms: new Alarms(clock), clock, log: silent, commands };
  const sink = makeSparkplugSink(config, parts);
  sinks.push(sink);
  sink.open();
  return sink;
}

/** What a host sees: verb and device, with the content. */
function seen() {
  return broker.taken
    .filter(({ topic }) => topic.startsWith("spBv1.0/city/"))
    .map(({ topic, payload, retain }) => {
      const [, , verb = "", , device] = topic.split("/");
      return { verb, device, retain, ...decodeSparkplug(payload) };
    });
}

describe("SparkplugSink", () => {
  test("is born, then its devices, then their data, each with the next number", async () => {
    const sink = open();
    await sink.deliver(delivery(1));
    await sink.deliver(delivery(2));
    const all = seen();
    expect(all.map(({ verb, device, seq }) => [verb, device, seq])).toEqual([
      ["NBIRTH", undefined, 0],
      ["DBIRTH", "oak-street-12", 1],
      ["DDATA", "oak-street-12", 2],
      ["DDATA", "oak-street-12", 3],
    ]);
    expect(all.every(({ retain }) => !retain)).toBe(true);
    expect(all[0]?.metrics?.map(({ name }) => name)).toEqual(["bdSeq", "Node Control/Rebirth"]);
    expect(all[1]?.metrics).toMatchObject([
      { name: "street-air/pm25", type: "Double", value: 0.1 },
      { name: "street-air/temperature", type: "Double", value: 20 },
    ]);
    expect(all[3]?.metrics).toMatchObject([
      { name: "street-air/pm25", value: 0.2, timestamp: 1_789_000_120_000 },
      { name: "street-air/temperature", value: 20 },
    ]);
    expect(sink.state()).toMatchObject({ state: "up", messages: 2, errors: 0 });
  });

  test("after a cut all is born anew, and what nobody acknowledged is told again as history", async () => {
    const sink = open();
    await sink.deliver(delivery(1));
    await broker.cut();
    const done = Promise.all([sink.deliver(delivery(2)), sink.deliver(delivery(3))]);
    const before = seen().length;
    await broker.join();
    await done;
    const after = seen()
      .slice(before)
      .filter(({ verb }) => verb !== "NDEATH");
    expect(after.map(({ verb }) => verb).slice(0, 2)).toEqual(["NBIRTH", "DBIRTH"]);
    expect(after[0]?.seq).toBe(0);
    const data = after.filter(({ verb }) => verb === "DDATA");
    const values = data.flatMap(({ metrics }) =>
      (metrics ?? []).filter(({ name }) => name.endsWith("pm25")).map(({ value }) => value),
    );
    expect([...new Set(values)]).toEqual([0.2, 0.3]);
    expect(data.flatMap(({ metrics }) => metrics).every((one) => one?.isHistorical)).toBe(true);
    const sequence = after.map(({ seq }) => seq);
    expect(sequence).toEqual(sequence.map((_, index) => index));
  }, 30_000);

  test("the broker tells its death by the number of its birth", async () => {
    const sink = open();
    await sink.deliver(delivery(1));
    const wills: Buffer[] = [];
    broker.aedes.on("publish", ({ topic, payload }) => {
      if (topic === "spBv1.0/city/NDEATH/street") wills.push(Buffer.from(payload));
    });
    await broker.cut();
    while (wills.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const bdSeq = (metrics: readonly { name: string; value: unknown }[] = []) =>
      metrics.find(({ name }) => name === "bdSeq")?.value;
    const death = decodeSparkplug(wills[0] as Buffer);
    expect(death?.seq).toBeUndefined();
    expect(bdSeq(death?.metrics)).toBe(bdSeq(seen()[0]?.metrics));
  });

  test("a good-bye tells its own death", async () => {
    const sink = open();
    await sink.deliver(delivery(1));
    await sink.close();
    await broker.until(() => seen().at(-1)?.verb === "NDEATH");
  });

  test("a host may ask for all births anew", async () => {
    const sink = open();
    await sink.deliver(delivery(1));
    const host = await connectAsync(broker.url);
    const metrics = [{ name: "Node Control/Rebirth", type: "Boolean" as const, value: true }];
    const payload = Buffer.from(encodeSparkplug({ metrics }));
    await host.publishAsync("spBv1.0/city/NCMD/street", payload);
    await broker.until(() => seen().filter(({ verb }) => verb === "DBIRTH").length === 2);
    await host.endAsync();
    expect(
      seen()
        .slice(-2)
        .map(({ verb, seq }) => [verb, seq]),
    ).toEqual([
      ["NBIRTH", 0],
      ["DBIRTH", 1],
    ]);
  });

  test("commands reach the node, where they are taken", async () => {
    const host = await connectAsync(broker.url);
    const metrics = [
      { name: "lamp/Command/dim", type: "String" as const, value: '{"level":0.5}' },
      { name: "lamp/Command/reboot", type: "Boolean" as const, value: true },
      { name: "lamp/power", type: "Double" as const, value: 1 },
    ];
    const payload = Buffer.from(encodeSparkplug({ timestamp: 1_789_000_000_000, metrics }));
    const sink = open({ commands: true });
    await sink.deliver(delivery(1));
    await host.publishAsync("spBv1.0/city/DCMD/street/lamp-7", payload, { qos: 1 });
    while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await host.endAsync();
    expect(asked).toMatchObject([
      ["lamp-7", { schema: "lamp", command: "dim", values: { level: 0.5 } }],
      ["lamp-7", { schema: "lamp", command: "reboot", values: {} }],
    ]);
  });

  test("with a primary host, readings wait until it is there", async () => {
    const sink = open({ primaryHost: "scada" });
    const done = sink.deliver(delivery(1));
    const host = await connectAsync(broker.url);
    const state = (online: boolean, timestamp: number) =>
      host.publishAsync("spBv1.0/STATE/scada", JSON.stringify({ online, timestamp }), {
        qos: 1,
        retain: true,
      });
    await state(false, 1);
    await broker.until(() => seen().some(({ verb }) => verb === "NBIRTH"));
    expect(seen().some(({ verb }) => verb === "DDATA")).toBe(false);
    await state(true, 2);
    await done;
    expect(seen().some(({ verb }) => verb === "DDATA")).toBe(true);
    await host.endAsync();
  });
});
