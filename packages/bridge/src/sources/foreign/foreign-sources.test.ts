import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Alarms } from "../../alarms.js";
import { systemClock } from "../../clock.js";
import type { ForeignSourceConfig } from "../../config/config.js";
import { resolveConfig } from "../../config/resolve-config.js";
import { SchemaSet } from "../../schema-set.js";
import { FakePorts } from "../../testing/fake-ports.js";
import { ManualClock } from "../../testing/manual-clock.js";
import { silent } from "../../testing/street.js";
import { streetAir } from "../../testing/street-air.js";
import { TestBroker } from "../../testing/test-broker.js";
import type { SourceMessage } from "../source.js";
import { ForeignMapping } from "./foreign-mapping.js";
import { ForeignMqttSource } from "./foreign-mqtt-source.js";
import { ForeignSerialSource } from "./foreign-serial-source.js";

const clock = new ManualClock();
let taken: SourceMessage[];
let isFull: boolean;
let arrived: (() => void) | undefined;
let alarms: Alarms;

beforeEach(() => {
  taken = [];
  isFull = false;
  alarms = new Alarms(clock);
});

function parts(more: Partial<ForeignSourceConfig>) {
  const [config] = resolveConfig({
    sources: {
      foreign: [{ name: "old", schema: "street-air", fields: { pm25: { from: "pm" } }, ...more }],
    },
  }).sources.foreign;
  if (!config) throw new Error("no source");
  return {
    config,
    options: {
      name: config.name,
      mapping: new ForeignMapping(config),
      schemas: new SchemaSet([streetAir]),
      accept: (message: SourceMessage) => {
        if (isFull) return false;
        taken.push({ ...message, payload: Uint8Array.from(message.payload) });
        message.kept();
        arrived?.();
        return true;
      },
      alarms,
      clock,
      log: silent,
    },
  };
}

const textOf = ({ payload }: SourceMessage) => new TextDecoder().decode(payload);
const keyOf = ({ node, boot, sequence }: SourceMessage) => `${node} ${boot}-${sequence}`;

describe("ForeignMqttSource", () => {
  let broker: TestBroker;
  let source: ForeignMqttSource;

  beforeEach(async () => {
    broker = await TestBroker.open();
  });
  afterEach(async () => {
    await source.close();
    await broker.close();
  });

  async function open(more: Partial<ForeignSourceConfig> = {}): Promise<void> {
    const { config, options } = parts({
      mqtt: { url: broker.url, topic: "sensors/{node}/{kind}" },
      ...more,
    });
    if (!config.mqtt) throw new Error("no broker");
    source = new ForeignMqttSource({
      commit: async () => {},
      ...options,
      clock: { ...systemClock(), wallMs: () => clock.wallMs() },
      config: config.mqtt,
      bridgeName: "bollard",
    });
    const subscribed = new Promise((resolve) => broker.aedes.once("subscribe", resolve));
    await source.open();
    await subscribed;
  }

  async function untilTaken(count: number): Promise<void> {
    while (taken.length < count) {
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
  }

  test("keeps messages as they came, under a key of node, time and bytes", async () => {
    await open({ node: "{kind}-{node}", timeFrom: "at" });
    const node = await connectAsync(broker.url);
    const publish = (text: string) => node.publishAsync("sensors/7/air", text, { qos: 1 });
    await publish('{"pm":8.4,"at":1789000000}');
    await publish("no JSON");
    await publish('{"pm":8.4,"at":1789000060}');
    await publish('{"pm":"high","at":1789000120}');
    await publish('{"pm":8.4,"at":1789000000}');
    await untilTaken(4);
    await node.endAsync(true);
    expect(taken.map(textOf)).toEqual([
      '{"pm":8.4,"at":1789000000}',
      '{"pm":8.4,"at":1789000060}',
      '{"pm":"high","at":1789000120}',
      '{"pm":8.4,"at":1789000000}',
    ]);
    const keys = taken.map(keyOf);
    expect(keys[0]).toMatch(/^air-7 /);
    expect(keys[3]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(3);
    expect(taken[0]?.source).toEqual({ kind: "foreign", name: "old" });
    expect(source.status()[0]).toMatchObject({ state: "up", messages: 4, errors: 1 });
    expect(alarms.list().map(({ code, place, message }) => [code, place, message])).toEqual([
      [
        "FOREIGN_MESSAGE_UNFIT",
        "old",
        'A message does not fit the mapping "old": pm25 is "high"; it takes a number. It is held until the mapping is mended.',
      ],
      ["FOREIGN_MESSAGE_BAD", "old", expect.stringContaining("JSON")],
    ]);
  });

  test("passes over what the broker retained where nothing tells how old it is", async () => {
    const node = await connectAsync(broker.url);
    await node.publishAsync("sensors/7/air", '{"pm":1}', { qos: 1, retain: true });
    await open();
    await node.publishAsync("sensors/7/air", '{"pm":2}', { qos: 1 });
    await node.publishAsync("sensors/7/air", '{"pm":2}', { qos: 1 });
    await untilTaken(2);
    await node.endAsync(true);
    expect(taken.map(textOf)).toEqual(['{"pm":2}', '{"pm":2}']);
    expect(new Set(taken.map(keyOf)).size).toBe(2);
  });
});

describe("ForeignSerialSource", () => {
  test("takes a line for a message, tells what is none, and comes back with the port", async () => {
    const ports = new FakePorts();
    const { config, options } = parts({
      node: "roof-{port}",
      serial: { ports: [`${ports.folder}/*`], maxLineBytes: 20, pollMs: 1000 },
    });
    if (!config.serial) throw new Error("no port");
    let send: (bytes: Uint8Array) => void = () => {};
    const device = {
      receive: () => {
        throw new Error("nothing is written to a foreign sensor");
      },
      lineUp: (to: (bytes: Uint8Array) => void) => {
        send = to;
      },
      lineDown: () => {},
    };
    const source = new ForeignSerialSource({
      ...options,
      config: config.serial,
      openPort: ports.openPort,
    });
    const say = async (text: string) => {
      send(new TextEncoder().encode(text));
      await new Promise((resolve) => setImmediate(resolve));
    };
    const opened = async (count: number) => {
      while (ports.opened.length < count) {
        clock.pass(1000);
        await new Promise((resolve) => setImmediate(resolve));
      }
      while (source.status()[0]?.state === "down") await new Promise((r) => setImmediate(r));
    };
    ports.plug("ttyA", device);
    await source.open();
    await opened(1);
    await say('{"pm":1}\r\n{"pm"');
    await say(':2}\r\nBOOT v1.2\r\n{"pm":3,"too":"long, much"}\r\n');
    isFull = true;
    await say('{"pm":4}\r\n');
    isFull = false;
    expect(taken.map(textOf)).toEqual(['{"pm":1}', '{"pm":2}']);
    expect(taken[0]?.node).toBe("roof-ttyA");
    expect(source.status()).toMatchObject([
      { kind: "serial", state: "up", messages: 2, errors: 3 },
    ]);
    expect(alarms.list().map(({ code, count }) => [code, count])).toEqual([
      ["FOREIGN_LINE_LOST", 1],
      ["FOREIGN_MESSAGE_BAD", 2],
    ]);
    ports.unplug("ttyA");
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.status()[0]).toMatchObject({ state: "down", detail: "it was unplugged" });
    ports.plug("ttyA", device);
    await opened(2);
    await say('{"pm":5}\n');
    expect(taken.map(textOf).at(-1)).toBe('{"pm":5}');
    await source.close();
    ports.remove();
  });
});
