import { describe, expect, test } from "vitest";
import type { ProtocolVersion } from "../packet/packet-type.js";
import { MemoryBroker, turn } from "../testing/memory-broker.js";
import { Swarm } from "./swarm.js";
import type { SwarmConnection } from "./swarm-connection.js";
import type { SwarmOptions } from "./swarm-options.js";
import { encodeTopic, type WritePayload } from "./swarm-writer.js";

const topic = encodeTopic("street/lamp-1/up");
const text = new TextEncoder().encode("hello, street");

/** A swarm of one, its broker, and what it tells. */
function open(version: ProtocolVersion = 4, options: Partial<SwarmOptions> = {}) {
  const broker = new MemoryBroker(version);
  const told: unknown[] = [];
  let nowMs = 0;
  const swarm = new Swarm({
    protocolVersion: version,
    openTransport: () => broker.openTransport,
    now: () => nowMs,
    ...options,
    events: {
      connected: ({ index }, sessionPresent) => told.push(["connected", index, sessionPresent]),
      disconnected: ({ index }, error) => told.push(["disconnected", index, error?.code]),
      acknowledged: (_, tag, dueMs, sentMs, reason) =>
        told.push(["acknowledged", tag, dueMs, sentMs, reason]),
      unacknowledged: (_, tag) => told.push(["unacknowledged", tag]),
      message: (_, { buffer, topicStart, topicEnd, payloadStart, payloadEnd, qos }) => {
        const part = (start: number, end: number) =>
          Buffer.from(buffer.slice(start, end)).toString();
        told.push(["message", part(topicStart, topicEnd), part(payloadStart, payloadEnd), qos]);
      },
      subscribed: (_, reason) => told.push(["subscribed", reason]),
      ready: () => told.push(["ready"]),
    },
  });
  const connection = swarm.open(0, { clientId: "lamp-1" });
  const publish = (qos: 0 | 1 | 2, tag = 7, most = text.length, writeProperties?: WritePayload) => {
    const kind = { qos, retain: false, payloadBytes: most, write: writeText };
    const properties = writeProperties && { propertyBytes: 20, writeProperties };
    return swarm.publish(connection, topic, { ...kind, ...properties }, tag, 100, 105);
  };
  const pass = (ms: number) => {
    nowMs += ms;
    swarm.sweep();
  };
  return { broker, told, swarm, connection, publish, pass };
}

function writeText(buffer: Uint8Array, at: number): number {
  buffer.set(text, at);
  return text.length;
}

async function openUp(version: ProtocolVersion = 4, options: Partial<SwarmOptions> = {}) {
  const opened = open(version, options);
  await turn();
  expect(opened.told.splice(0)).toEqual([["connected", 0, false]]);
  opened.broker.received.length = 0;
  return opened;
}

describe.each([4, 5] as const)("a swarm that speaks MQTT %i", (version) => {
  test("publishes what another implementation reads, several in one write", async () => {
    const { broker, publish, swarm, connection } = await openUp(version);
    expect([publish(0), publish(1), publish(2)]).toEqual(["written", "written", "written"]);
    expect(broker.received).toEqual([]);
    swarm.flush();
    expect(swarm.stats().writes).toBe(2); // CONNECT and these three
    expect(broker.received).toMatchObject(
      [0, 1, 2].map((qos) => ({
        cmd: "publish",
        topic: "street/lamp-1/up",
        qos,
        payload: Buffer.from(text),
      })),
    );
    expect(connection.inFlightCount).toBe(2);
  });

  test("writes the shortest length for a payload that is shorter than announced", async () => {
    const { broker, publish, swarm } = await openUp(version);
    publish(1, 1, 20_000);
    publish(1, 2);
    swarm.flush();
    expect(broker.received).toMatchObject([
      { cmd: "publish", payload: Buffer.from(text), messageId: 1 },
      { cmd: "publish", payload: Buffer.from(text), messageId: 2 },
    ]);
  });

  test("tells of acknowledgements what was said at the publish", async () => {
    const { broker, publish, swarm, told, connection } = await openUp(version);
    publish(1, 11);
    publish(2, 22);
    swarm.flush();
    broker.send({ cmd: "puback", messageId: 1 });
    broker.send({ cmd: "pubrec", messageId: 2 });
    expect(broker.log().at(-1)).toBe("pubrel 2");
    broker.send({ cmd: "pubcomp", messageId: 2 });
    broker.send({ cmd: "puback", messageId: 999 });
    expect(told).toEqual([
      ["acknowledged", 11, 100, 105, 0],
      ["acknowledged", 22, 100, 105, 0],
    ]);
    expect([connection.inFlightCount, swarm.stats().unknownAcks]).toEqual([0, 1]);
  });

  test("hands on and acknowledges what comes in", async () => {
    const { broker, swarm, told, connection } = await openUp(version);
    swarm.subscribe(connection, "street/+/up", 2);
    broker.send({ cmd: "suback", messageId: 1, granted: [2] });
    for (const qos of [0, 1, 2]) {
      const payload = `m${qos}`;
      broker.send({ cmd: "publish", topic: "street/a/up", payload, qos, messageId: 40 + qos });
    }
    broker.send({ cmd: "pubrel", messageId: 42 });
    expect(told).toEqual([
      ["subscribed", 2],
      ["message", "street/a/up", "m0", 0],
      ["message", "street/a/up", "m1", 1],
      ["message", "street/a/up", "m2", 2],
    ]);
    expect(broker.log()).toEqual(["subscribe 1", "puback 41", "pubrec 42", "pubcomp 42"]);
  });
});

describe("a swarm that speaks MQTT 5 only", () => {
  const correlation: WritePayload = (buffer, at) => {
    buffer.set([9, 0, 3, 7, 8, 9], at);
    return 6;
  };

  test("writes properties, and a topic by its number after its first use", async () => {
    const opened = open(5, { topicAliases: true });
    opened.broker.connack = { properties: { topicAliasMaximum: 1 } };
    await turn();
    opened.publish(1, 7, 20_000, correlation);
    opened.publish(0);
    const other = encodeTopic("another");
    const kind = { qos: 0, retain: false, payloadBytes: text.length, write: writeText } as const;
    opened.swarm.publish(opened.connection, other, kind, 0, 0, 0);
    opened.swarm.flush();
    expect(opened.broker.received.slice(1)).toMatchObject([
      {
        topic: "street/lamp-1/up",
        properties: { topicAlias: 1, correlationData: Buffer.of(7, 8, 9) },
        payload: Buffer.from(text),
      },
      { topic: "", properties: { topicAlias: 1 }, payload: Buffer.from(text) },
      { topic: "another", payload: Buffer.from(text) },
    ]);
    expect(opened.broker.received.at(-1)?.properties).toBeUndefined();
  });

  test("makes topics known anew on a new connection", async () => {
    const opened = open(5, { topicAliases: true });
    opened.broker.connack = { properties: { topicAliasMaximum: 5 } };
    await turn();
    opened.publish(0);
    opened.swarm.flush();
    opened.broker.drop();
    await turn();
    opened.swarm.reopen(opened.connection);
    await turn();
    opened.publish(0);
    opened.swarm.flush();
    expect(opened.broker.received.at(-1)).toMatchObject({ topic: "street/lamp-1/up" });
    expect(opened.told).toEqual([
      ["connected", 0, false],
      ["disconnected", 0, "MQTT_NETWORK"],
      ["connected", 0, false],
    ]);
  });

  test("hands on properties unread, and refuses a length of them beyond the packet", async () => {
    const { broker, told } = await openUp(5);
    broker.send({
      cmd: "publish",
      topic: "a",
      payload: "b",
      qos: 1,
      messageId: 3,
      properties: { correlationData: Buffer.alloc(200) },
    });
    broker.sendBytes(Uint8Array.of(0x30, 5, 0, 1, 0x61, 9, 0));
    expect(told).toEqual([
      ["message", "a", "b", 1],
      ["disconnected", 0, "MQTT_MALFORMED_PACKET"],
    ]);
  });
});

describe("Swarm", () => {
  test("is busy at its bound of unacknowledged publishes, and says when it is not", async () => {
    const { broker, publish, swarm, told } = await openUp(4, { maxInFlight: 2 });
    expect([publish(1, 1), publish(1, 2), publish(1, 3)]).toEqual(["written", "written", "busy"]);
    expect(publish(0)).toBe("written");
    swarm.flush();
    broker.send({ cmd: "puback", messageId: 1 });
    expect(told).toEqual([["acknowledged", 1, 100, 105, 0], ["ready"]]);
    expect(publish(1, 3)).toBe("written");
  });

  test("takes the broker's smaller bound", async () => {
    const opened = open(5);
    opened.broker.connack = { properties: { receiveMaximum: 1 } };
    await turn();
    expect([opened.publish(1), opened.publish(1)]).toEqual(["written", "busy"]);
  });

  test("tells what was in flight when the connection breaks, and then takes no more", async () => {
    const { broker, publish, swarm, told } = await openUp();
    publish(1, 5);
    publish(2, 6);
    swarm.flush();
    broker.drop();
    await turn();
    expect(told).toEqual([
      ["unacknowledged", 5],
      ["unacknowledged", 6],
      ["disconnected", 0, "MQTT_NETWORK"],
    ]);
    expect(publish(0)).toBe("down");
  });

  test("ends in time where the broker never answers", async () => {
    const { broker, pass, told } = open(4, { connectTimeoutMs: 3000 });
    broker.connack = undefined;
    await turn();
    pass(2999);
    expect(told).toEqual([]);
    pass(1);
    expect(told).toEqual([["disconnected", 0, "MQTT_TIMEOUT"]]);
  });

  test("pings when it has been idle, and gives up on a broker that does not answer", async () => {
    const { broker, pass, told } = await openUp(4, { keepAliveS: 30 });
    pass(29_000);
    expect(broker.log()).toEqual(["pingreq"]);
    broker.send({ cmd: "pingresp" });
    pass(29_000);
    expect(broker.log()).toEqual(["pingreq"]);
    pass(10_000);
    expect(told).toEqual([["disconnected", 0, "MQTT_TIMEOUT"]]);
  });

  test("a connection that does not read keeps itself alive, and waits for no answer", async () => {
    const { broker, pass, told, swarm, connection } = await openUp(4, { keepAliveS: 30 });
    swarm.setReading(connection, false);
    expect(broker.paused).toBe(true);
    pass(29_000);
    pass(20_000);
    pass(9_000);
    expect(broker.log()).toEqual(["pingreq", "pingreq"]);
    swarm.setReading(connection, true);
    pass(1000);
    expect([broker.paused, told]).toEqual([false, []]);
  });

  test.each([
    ["refuses", { cmd: "connack", returnCode: 5, sessionPresent: false }, "MQTT_CONNECT_REFUSED"],
    ["speaks too early", { cmd: "pingresp" }, "MQTT_PROTOCOL_ERROR"],
  ])("ends with the reason where the broker %s", async (_, packet, code) => {
    const { broker, told } = open();
    broker.connack = undefined;
    await turn();
    broker.send(packet);
    expect(told).toEqual([["disconnected", 0, code]]);
  });

  test("ends at bytes that are no MQTT, whatever they are", async () => {
    const { broker, told } = await openUp();
    broker.sendBytes(Uint8Array.of(0x30, 3, 0, 9, 0x61));
    expect(told).toEqual([["disconnected", 0, "MQTT_MALFORMED_PACKET"]]);
  });

  test("connects no more at a time than it may", async () => {
    const brokers: MemoryBroker[] = [];
    const { swarm } = open(4, {
      maxConnecting: 2,
      openTransport: () => {
        const broker = new MemoryBroker();
        broker.connack = undefined;
        brokers.push(broker);
        return broker.openTransport;
      },
    });
    for (let index = 1; index < 5; index++) swarm.open(index, { clientId: `lamp-${index}` });
    await turn();
    expect(swarm.stats()).toMatchObject({ connecting: 2, waiting: 3, up: 0 });
    brokers[0]?.send({ cmd: "connack", returnCode: 0, sessionPresent: false });
    brokers[1]?.drop();
    await turn();
    expect(swarm.stats()).toMatchObject({ connecting: 2, waiting: 1, up: 1 });
  });

  test("closes in order, and says so without an error", async () => {
    const { broker, swarm, told } = await openUp();
    await swarm.closeAll();
    expect(broker.log()).toEqual(["disconnect"]);
    expect(told).toEqual([["disconnected", 0, undefined]]);
  });

  test("uses no identifier twice at a time, also after 65,535 of them", async () => {
    const { broker, publish, swarm, connection } = await openUp(4, { maxInFlight: 10 });
    publish(1, 0);
    const used: number[] = [];
    for (let count = 0; count < 65_540; count++) {
      publish(1, count);
      swarm.flush();
      const id = Number(broker.received.at(-1)?.messageId);
      used.push(id);
      broker.received.length = 0;
      broker.send({ cmd: "puback", messageId: id });
    }
    expect(used.includes(1)).toBe(false);
    expect(used.slice(65_533, 65_536)).toEqual([65_535, 2, 3]);
    expect((connection as SwarmConnection).inFlightCount).toBe(1);
  });
});
