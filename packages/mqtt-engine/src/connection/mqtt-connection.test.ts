import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { isMqttError, type MqttError } from "../error.js";
import { HandClock } from "../testing/hand-clock.js";
import { MemoryBroker, turn } from "../testing/memory-broker.js";
import { connect, openConnection } from "./connect.js";
import type { ConnectOptions, DisconnectedEvent, MqttMessage } from "./connect-options.js";
import type { MqttConnection } from "./mqtt-connection.js";

interface Street {
  readonly broker: MemoryBroker;
  readonly clock: HandClock;
  readonly connection: MqttConnection;
  readonly messages: MqttMessage[];
  readonly acks: (() => void)[];
  readonly disconnects: DisconnectedEvent[];
  readonly problems: MqttError[];
}

/** A connected client and its broker, with a clock that a test moves. */
async function street(options: ConnectOptions = {}, connack: object = {}): Promise<Street> {
  const broker = new MemoryBroker(options.protocolVersion);
  broker.connack = { sessionPresent: false, ...connack };
  const clock = new HandClock();
  const messages: MqttMessage[] = [];
  const acks: (() => void)[] = [];
  const disconnects: DisconnectedEvent[] = [];
  const problems: MqttError[] = [];
  const connection = await connect({
    clientId: "node-7",
    keepAliveS: 0,
    clock,
    random: () => 1,
    openTransport: broker.openTransport,
    onMessage: (message, ack) => {
      messages.push(message);
      acks.push(ack);
    },
    onDisconnected: (event) => disconnects.push(event),
    onProblem: (error) => problems.push(error),
    ...options,
  });
  broker.log();
  return { broker, clock, connection, messages, acks, disconnects, problems };
}

function publish(messageId: number, qos = 1): object {
  const payload = Buffer.of(messageId);
  return { cmd: "publish", topic: "t", payload, qos, messageId, retain: false, dup: false };
}

/** The broken connection comes back, with its session when `sessionPresent`. */
async function comeBack(way: Street, sessionPresent: boolean): Promise<void> {
  way.broker.connack = { ...way.broker.connack, sessionPresent };
  way.broker.drop();
  await turn();
  way.clock.advance(way.disconnects.at(-1)?.retryInMs ?? 0);
  await turn();
}

describe("connect", () => {
  test("asks for the password and the will anew before each attempt, and bears that there is none", async () => {
    let turnNumber = 0;
    const way = await street({
      username: "bridge",
      renew: () => {
        turnNumber++;
        if (turnNumber === 2) throw new Error("the token cannot be read");
        return { password: `token-${turnNumber}`, will: { topic: "gone", payload: "" } };
      },
    });
    way.broker.drop();
    await turn();
    way.clock.advance(way.disconnects.at(-1)?.retryInMs ?? 0);
    await turn();
    expect(way.disconnects.at(-1)?.error.message).toMatch("the token cannot be read");
    const asked = way.broker.next("connect");
    way.clock.advance(way.disconnects.at(-1)?.retryInMs ?? 0);
    expect(await asked).toMatchObject({
      username: "bridge",
      password: Buffer.from("token-3"),
      will: { topic: "gone" },
    });
  });

  test("sends CONNECT with what was asked", async () => {
    const broker = new MemoryBroker(5);
    const asked = broker.next("connect");
    await connect({
      openTransport: broker.openTransport,
      protocolVersion: 5,
      clientId: "bridge",
      cleanSession: false,
      keepAliveS: 20,
      username: "user",
      password: "secret",
      will: { topic: "gone", payload: "bridge", qos: 1, retain: true },
    });
    expect(await asked).toMatchObject({
      clientId: "bridge",
      clean: false,
      keepalive: 20,
      username: "user",
      password: Buffer.from("secret"),
      will: { topic: "gone", payload: Buffer.from("bridge"), qos: 1, retain: true },
      properties: {
        sessionExpiryInterval: 0xffff_ffff,
        receiveMaximum: 1000,
        maximumPacketSize: 1_048_576,
      },
    });
  });

  test.each<[4 | 5, number, string]>([
    [4, 4, "bad user name or password"],
    [4, 5, "not authorized"],
    [5, 135, "not authorized"],
    [5, 138, "banned"],
    [5, 1, "unacceptable protocol version"],
  ])("version %i refused with %i is told in words", async (protocolVersion, code, words) => {
    const broker = new MemoryBroker(protocolVersion);
    broker.connack = { sessionPresent: false, returnCode: code, reasonCode: code };
    const refused = connect({ openTransport: broker.openTransport, protocolVersion });
    await expect(refused).rejects.toMatchObject({
      code: "MQTT_CONNECT_REFUSED",
      reasonCode: code,
      message: `the broker refused: ${words} (MQTT_CONNECT_REFUSED)`,
    });
  });

  test("gives up on a broker that never answers", async () => {
    const broker = new MemoryBroker();
    broker.connack = undefined;
    const clock = new HandClock();
    const connecting = connect({ openTransport: broker.openTransport, clock });
    await turn();
    clock.advance(9_999);
    expect(broker.received.map(({ cmd }) => cmd)).toEqual(["connect"]);
    clock.advance(1);
    await expect(connecting).rejects.toMatchObject({ code: "MQTT_TIMEOUT" });
    expect(clock.pending).toBe(0);
  });

  test("tells a socket's error and a socket that only closes", async () => {
    for (const [error, words] of [
      [new Error("connect ECONNREFUSED"), "no connection to the broker: connect ECONNREFUSED"],
      [undefined, "no connection to the broker, closed by the broker"],
    ] as const) {
      const broker = new MemoryBroker();
      broker.connack = undefined;
      const connecting = connect({ openTransport: broker.openTransport });
      await turn();
      broker.drop(error);
      await expect(connecting).rejects.toMatchObject({
        code: "MQTT_NETWORK",
        message: `${words} (MQTT_NETWORK)`,
      });
    }
  });

  test.each<[string, ConnectOptions]>([
    ["port is 0", { port: 0 }],
    ["receiveMaximum is 0", { receiveMaximum: 0 }],
    ["keepAliveS is 1.5", { keepAliveS: 1.5 }],
    ["protocolVersion is 4", { protocolVersion: 3 as 4 }],
    ["takes a password only with a username", { password: "x" }],
    ["an empty clientId", { clientId: "", cleanSession: false }],
    ["are not allowed in a topic name", { will: { topic: "a/+", payload: "" } }],
  ])("says which option is wrong: %s", async (words, options) => {
    await expect(connect(options)).rejects.toThrow(words);
    await expect(connect(options)).rejects.toMatchObject({ code: "MQTT_INVALID_ARGUMENT" });
  });

  test("a CONNACK that is no CONNACK is an error with its offset", async () => {
    const broker = new MemoryBroker();
    broker.connack = undefined;
    const connecting = connect({ openTransport: broker.openTransport });
    await turn();
    broker.sendBytes(Buffer.of(0x20, 2, 9, 0));
    await expect(connecting).rejects.toMatchObject({ code: "MQTT_MALFORMED_PACKET", offset: 2 });
  });

  test("openConnection keeps trying, and what was asked meanwhile is done then", async () => {
    const broker = new MemoryBroker();
    broker.connack = undefined;
    const clock = new HandClock();
    const waits: (number | undefined)[] = [];
    const connection = openConnection({
      openTransport: broker.openTransport,
      clock,
      random: () => 1,
      onDisconnected: ({ retryInMs }) => waits.push(retryInMs),
    });
    const subscribed = connection.subscribe("a/#");
    const published = connection.publish("b", "x", { qos: 1 });
    for (let attempt = 0; attempt < 9; attempt++) {
      await turn();
      broker.drop(new Error("connect ECONNREFUSED"));
      await turn();
      clock.advance(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    broker.connack = { sessionPresent: false };
    await turn();
    expect(connection.connected).toBe(true);
    broker.send({ cmd: "suback", messageId: 1, granted: [1] });
    broker.send({ cmd: "puback", messageId: 2 });
    expect(await subscribed).toBe(1);
    await published;
  });
});

describe("publish", () => {
  test("QoS 0 is done once the socket has it, QoS 1 at PUBACK, QoS 2 at PUBCOMP", async () => {
    const { broker, connection } = await street();
    const done: string[] = [];
    const all = [0, 1, 2].map(async (qos) => {
      await connection.publish("t", `m${qos}`, { qos: qos as 0 | 1 | 2, retain: qos === 1 });
      done.push(`qos ${qos}`);
    });
    await turn();
    expect(broker.received).toMatchObject([
      { topic: "t", payload: Buffer.from("m0"), qos: 0, retain: false },
      { topic: "t", payload: Buffer.from("m1"), qos: 1, retain: true, messageId: 1 },
      { topic: "t", payload: Buffer.from("m2"), qos: 2, retain: false, messageId: 2 },
    ]);
    expect(done).toEqual(["qos 0"]);
    broker.log();
    broker.send({ cmd: "pubrec", messageId: 2 });
    expect(broker.log()).toEqual(["pubrel 2"]);
    broker.send({ cmd: "puback", messageId: 1 });
    await turn();
    expect(done).toEqual(["qos 0", "qos 1"]);
    broker.send({ cmd: "pubcomp", messageId: 2 });
    await Promise.all(all);
    expect(connection.stats()).toMatchObject({ sent: 3, acknowledged: 2, inFlight: 0 });
  });

  test("the callback form tells the end and the failure, never during the call", async () => {
    const { broker, connection } = await street();
    const ends: (string | undefined)[] = [];
    const done = (error?: MqttError) => ends.push(error?.code);
    connection.publish("t", "x", { qos: 1 }, done);
    connection.publish("t/#", "x", { qos: 1 }, done);
    expect(ends).toEqual([]);
    await turn();
    expect(ends).toEqual(["MQTT_INVALID_ARGUMENT"]);
    broker.send({ cmd: "puback", messageId: 1 });
    expect(ends).toEqual(["MQTT_INVALID_ARGUMENT", undefined]);
  });

  test("all that is published in one turn leaves in one write", async () => {
    const { broker, connection } = await street();
    for (let index = 0; index < 50; index++) void connection.publish("t", "x");
    expect(broker.received).toHaveLength(0);
    await turn();
    expect(broker.received).toHaveLength(50);
  });

  test("no more are in flight than the broker's receive maximum, and they go in order", async () => {
    const { broker, connection } = await street(
      { protocolVersion: 5 },
      { properties: { receiveMaximum: 2 } },
    );
    for (let index = 0; index < 5; index++) void connection.publish("t", `${index}`, { qos: 1 });
    await turn();
    expect(broker.log()).toEqual(["publish 1", "publish 2"]);
    expect(connection.stats()).toMatchObject({ inFlight: 2, waiting: 3 });
    broker.send({ cmd: "puback", messageId: 2 });
    broker.send({ cmd: "puback", messageId: 1 });
    expect(broker.log()).toEqual(["publish 3", "publish 4"]);
  });

  test("the queue is bounded by count and by bytes, and what was refused is counted", async () => {
    const { broker, connection } = await street({ maxQueued: 3, maxQueuedBytes: 10 });
    const full = { code: "MQTT_QUEUE_FULL" };
    void connection.publish("t", "12345", { qos: 1 });
    await expect(connection.publish("t", "123456", { qos: 1 })).rejects.toMatchObject(full);
    void connection.publish("t", "1", { qos: 1 });
    void connection.publish("t", "1", { qos: 2 });
    await expect(connection.publish("t", "1", { qos: 1 })).rejects.toMatchObject(full);
    broker.pendingBytes = 8;
    await expect(connection.publish("t", "123", { qos: 0 })).rejects.toMatchObject(full);
    expect(connection.stats()).toMatchObject({ refused: 3, inFlight: 3 });
  });

  test("QoS 0 waits while the socket is congested", async () => {
    const { broker, connection } = await street();
    broker.pendingBytes = 300_000;
    let done = false;
    const publishing = connection.publish("t", "x").then(() => {
      done = true;
    });
    await turn();
    expect(done).toBe(false);
    broker.drain();
    await publishing;
    expect(done).toBe(true);
  });

  test("a refusal by the broker is told with its reason", async () => {
    const { broker, connection } = await street({ protocolVersion: 5 });
    const one = connection.publish("t", "x", { qos: 1 });
    const two = connection.publish("t", "x", { qos: 2 });
    await turn();
    broker.send({ cmd: "puback", messageId: 1, reasonCode: 135 });
    broker.send({ cmd: "pubrec", messageId: 2, reasonCode: 151 });
    await expect(one).rejects.toMatchObject({ code: "MQTT_PUBLISH_REFUSED", reasonCode: 135 });
    await expect(two).rejects.toThrow("the broker refused the publish: quota exceeded");
    expect(connection.stats()).toMatchObject({ inFlight: 0 });
  });

  test("what the broker said it does not take is not sent", async () => {
    const { broker, connection } = await street(
      { protocolVersion: 5 },
      { properties: { maximumQoS: 1, retainAvailable: false, maximumPacketSize: 20 } },
    );
    await expect(connection.publish("t", "x", { qos: 2 })).rejects.toMatchObject({
      code: "MQTT_PUBLISH_REFUSED",
      reasonCode: 155,
    });
    await expect(connection.publish("t", "x", { retain: true })).rejects.toMatchObject({
      reasonCode: 154,
    });
    await expect(connection.publish("t", "x".repeat(20), { qos: 1 })).rejects.toMatchObject({
      code: "MQTT_PACKET_TOO_LARGE",
    });
    await turn();
    expect(broker.log()).toEqual([]);
    expect(connection.stats()).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  test("QoS 0 without a connection fails at once, QoS 1 waits", async () => {
    const way = await street();
    way.broker.drop();
    await turn();
    await expect(way.connection.publish("t", "x")).rejects.toMatchObject({
      code: "MQTT_NOT_CONNECTED",
    });
    const waiting = way.connection.publish("t", "x", { qos: 1 });
    await comeBack(way, false);
    way.broker.send({ cmd: "puback", messageId: 1 });
    await waiting;
  });

  test("a topic is sent once, then its alias alone", async () => {
    const { broker, connection } = await street(
      { protocolVersion: 5, maxTopicAliases: 10 },
      { properties: { topicAliasMaximum: 1 } },
    );
    for (const topic of ["a", "a", "b"]) await connection.publish(topic, "x");
    expect(broker.received.map((packet) => [packet.topic, packet.properties])).toEqual([
      ["a", { topicAlias: 1 }],
      ["", { topicAlias: 1 }],
      ["b", undefined],
    ]);
  });
});

describe("messages", () => {
  test("are handed on with a payload of their own", async () => {
    const { broker, messages } = await street({ protocolVersion: 5 });
    broker.send({ ...publish(9), retain: true, properties: { contentType: "x" } });
    expect(messages).toEqual([
      {
        topic: "t",
        payload: Uint8Array.of(9),
        qos: 1,
        retain: true,
        dup: false,
        packetId: 9,
        properties: { contentType: "x" },
      },
    ]);
  });

  test("PUBACK waits for ack(), in any order, and goes out in order of receipt", async () => {
    const { broker, connection, acks } = await street();
    for (const id of [10, 11, 12, 13]) broker.send(publish(id));
    await turn();
    expect(broker.log()).toEqual([]);
    acks[2]?.();
    acks[1]?.();
    await turn();
    expect(broker.log()).toEqual([]);
    acks[0]?.();
    acks[0]?.();
    await turn();
    expect(broker.log()).toEqual(["puback 10", "puback 11", "puback 12"]);
    expect(connection.stats()).toMatchObject({ received: 4, unacknowledged: 1, staleAcks: 0 });
  });

  test("an ack() after the connection broke is not sent, since the broker sends again", async () => {
    const way = await street({ cleanSession: false });
    way.broker.send(publish(10));
    await comeBack(way, true);
    way.broker.log();
    way.acks[0]?.();
    await turn();
    expect(way.broker.log()).toEqual([]);
    way.broker.send({ ...publish(10), dup: true });
    way.acks[1]?.();
    await turn();
    expect(way.broker.log()).toEqual(["puback 10"]);
    expect(way.messages.map(({ dup }) => dup)).toEqual([false, true]);
    expect(way.connection.stats()).toMatchObject({ staleAcks: 1, unacknowledged: 0 });
  });

  test("without onMessage they are acknowledged and dropped", async () => {
    const broker = new MemoryBroker();
    await connect({ openTransport: broker.openTransport });
    broker.log();
    broker.send(publish(3));
    await turn();
    expect(broker.log()).toEqual(["puback 3"]);
  });

  test("QoS 2 comes once, also when the broker sends it again after a break", async () => {
    const way = await street({ cleanSession: false });
    const { broker, acks, messages } = way;
    broker.send(publish(5, 2));
    broker.send(publish(6, 2));
    acks[0]?.();
    await turn();
    expect(broker.log()).toEqual(["pubrec 5"]);
    await comeBack(way, true);
    broker.log();
    broker.send({ ...publish(5, 2), dup: true });
    broker.send({ ...publish(6, 2), dup: true });
    await turn();
    expect(broker.log()).toEqual(["pubrec 5"]);
    acks[1]?.();
    await turn();
    expect(broker.log()).toEqual(["pubrec 6"]);
    broker.send({ cmd: "pubrel", messageId: 5 });
    broker.send({ cmd: "pubrel", messageId: 6 });
    expect(broker.log()).toEqual(["pubcomp 5", "pubcomp 6"]);
    broker.send(publish(5, 2));
    expect(messages.map(({ packetId }) => packetId)).toEqual([5, 6, 5]);
  });

  test("QoS 2 acknowledged while the connection is away is answered when it comes again", async () => {
    const way = await street({ cleanSession: false });
    way.broker.send(publish(5, 2));
    way.broker.drop();
    await turn();
    way.acks[0]?.();
    await comeBack(way, true);
    way.broker.log();
    way.broker.send({ ...publish(5, 2), dup: true });
    await turn();
    expect(way.broker.log()).toEqual(["pubrec 5"]);
    expect(way.messages).toHaveLength(1);
  });

  test("a 3.1.1 broker is not read while too many wait, and read again after", async () => {
    const { broker, acks } = await street({ receiveMaximum: 2, keepAliveS: 10 });
    broker.send(publish(1));
    expect(broker.paused).toBe(false);
    broker.send(publish(2));
    expect(broker.paused).toBe(true);
    acks[0]?.();
    expect(broker.paused).toBe(false);
  });

  test("while it is not read, a broker's silence is no error, and pings go on", async () => {
    const { broker, clock, disconnects } = await street({ receiveMaximum: 1, keepAliveS: 10 });
    broker.send(publish(1));
    for (let second = 0; second < 60; second++) clock.advance(1000);
    expect(broker.log().filter((cmd) => cmd === "pingreq").length).toBeGreaterThanOrEqual(5);
    expect(disconnects).toEqual([]);
  });

  test("an MQTT 5 broker that exceeds the receive maximum loses nothing, and is not read on", async () => {
    const { broker, acks, messages, disconnects } = await street({
      protocolVersion: 5,
      receiveMaximum: 2,
    });
    broker.send(publish(1));
    broker.send(publish(2));
    expect(broker.paused).toBe(false);
    broker.send(publish(3));
    expect(broker.paused).toBe(true);
    acks[0]?.();
    expect(broker.paused).toBe(false);
    expect(messages.map(({ packetId }) => packetId)).toEqual([1, 2, 3]);
    expect(disconnects).toEqual([]);
  });

  test("a broker's topic aliases are resolved, and an unknown one is an error", async () => {
    const { broker, messages, disconnects } = await street({
      protocolVersion: 5,
      maxTopicAliases: 3,
    });
    broker.send({ ...publish(1), properties: { topicAlias: 3 } });
    broker.send({ ...publish(2), topic: "", properties: { topicAlias: 3 } });
    expect(messages.map(({ topic }) => topic)).toEqual(["t", "t"]);
    broker.send({ ...publish(3), topic: "", properties: { topicAlias: 2 } });
    expect(disconnects).toMatchObject([{ error: { code: "MQTT_PROTOCOL_ERROR" } }]);
  });
});

describe("subscribe", () => {
  test("gives the QoS granted, or the refusal", async () => {
    const { broker, connection } = await street();
    const one = connection.subscribe("a/+", 2);
    const two = connection.subscribe("b/#");
    await turn();
    expect(broker.received).toMatchObject([
      { cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "a/+", qos: 2 }] },
      { cmd: "subscribe", messageId: 2, subscriptions: [{ topic: "b/#", qos: 1 }] },
    ]);
    broker.send({ cmd: "suback", messageId: 2, granted: [128] });
    broker.send({ cmd: "suback", messageId: 1, granted: [1] });
    expect(await one).toBe(1);
    await expect(two).rejects.toMatchObject({ code: "MQTT_SUBSCRIBE_REFUSED", reasonCode: 128 });
  });

  test.each(["", "a/b+", "a/#/b", "a#", "$share/g", "$share/+/a"])(
    "refuses the filter '%s'",
    async (filter) => {
      const { connection } = await street();
      await expect(connection.subscribe(filter)).rejects.toMatchObject({
        code: "MQTT_INVALID_ARGUMENT",
      });
    },
  );

  test("is renewed when the broker has forgotten the session, and not when it has not", async () => {
    const way = await street();
    for (const filter of ["a", "b", "c"]) {
      const subscribed = way.connection.subscribe(filter);
      await turn();
      way.broker.send({
        cmd: "suback",
        messageId: way.broker.received.at(-1)?.messageId,
        granted: [1],
      });
      await subscribed;
    }
    const ended = way.connection.unsubscribe("b");
    await turn();
    way.broker.send({ cmd: "unsuback", messageId: 4 });
    await ended;
    way.broker.log();
    await comeBack(way, false);
    expect(way.broker.received).toMatchObject([
      { cmd: "connect" },
      { cmd: "subscribe", subscriptions: [{ topic: "a" }] },
      { cmd: "subscribe", subscriptions: [{ topic: "c" }] },
    ]);
    const { messageId } = way.broker.received[1] ?? {};
    way.broker.send({ cmd: "suback", messageId, granted: [128] });
    expect(way.problems).toMatchObject([{ code: "MQTT_SUBSCRIBE_REFUSED" }]);
  });

  test("an unanswered one is asked again after a break", async () => {
    const way = await street();
    const subscribed = way.connection.subscribe("a");
    await turn();
    way.broker.log();
    await comeBack(way, false);
    expect(way.broker.log()).toEqual(["connect", "subscribe 2"]);
    way.broker.send({ cmd: "suback", messageId: 2, granted: [0] });
    expect(await subscribed).toBe(0);
  });
});

describe("after a break", () => {
  test("what was in flight goes out again first, with DUP, in its order", async () => {
    const way = await street({ cleanSession: false, maxInFlight: 3 });
    const { broker, connection } = way;
    const all = [1, 1, 2, 1, 1].map((qos, index) =>
      connection.publish("t", `${index}`, { qos: qos as 1 | 2 }),
    );
    await turn();
    broker.send({ cmd: "puback", messageId: 1 });
    broker.send({ cmd: "pubrec", messageId: 3 });
    expect(broker.log()).toEqual(["publish 1", "publish 2", "publish 3", "publish 4", "pubrel 3"]);
    await comeBack(way, true);
    expect(broker.log()).toEqual(["connect", "publish 2 dup", "pubrel 3", "publish 4 dup"]);
    broker.send({ cmd: "puback", messageId: 2 });
    expect(broker.log()).toEqual(["publish 5"]);
    for (const messageId of [4, 5]) broker.send({ cmd: "puback", messageId });
    broker.send({ cmd: "pubcomp", messageId: 3 });
    await Promise.all(all);
    expect(connection.stats()).toMatchObject({
      sent: 5,
      resent: 3,
      acknowledged: 5,
      unknownAcks: 0,
      connects: 2,
    });
  });

  test("a second break before everything was sent again loses nothing", async () => {
    const way = await street({ cleanSession: false, maxInFlight: 2 });
    for (let index = 0; index < 3; index++) void way.connection.publish("t", "x", { qos: 1 });
    await turn();
    way.broker.log();
    await comeBack(way, true);
    expect(way.broker.log()).toEqual(["connect", "publish 1 dup", "publish 2 dup"]);
    await comeBack(way, true);
    expect(way.broker.log()).toEqual(["connect", "publish 1 dup", "publish 2 dup"]);
    way.broker.send({ cmd: "puback", messageId: 1 });
    expect(way.broker.log()).toEqual(["publish 3"]);
  });

  test("a broker that has forgotten the session gets them as new ones", async () => {
    const way = await street({ maxInFlight: 3 });
    const released = way.connection.publish("t", "a", { qos: 2 });
    void way.connection.publish("t", "b", { qos: 1 });
    void way.connection.publish("t", "c", { qos: 2 });
    await turn();
    way.broker.send({ cmd: "pubrec", messageId: 1 });
    way.broker.log();
    await comeBack(way, false);
    expect(way.broker.log()).toEqual(["connect", "publish 4", "publish 5"]);
    // The broker had it: sent anew it would come twice.
    await released;
  });

  test("an acknowledgement nobody waits for is counted and does no harm", async () => {
    const { broker, connection } = await street();
    broker.send({ cmd: "puback", messageId: 77 });
    broker.send({ cmd: "pubcomp", messageId: 77 });
    broker.send({ cmd: "pubrec", messageId: 77 });
    broker.send({ cmd: "suback", messageId: 77, granted: [0] });
    expect(connection.stats()).toMatchObject({ unknownAcks: 4 });
    expect(connection.connected).toBe(true);
  });

  test("reconnect: false ends it, and fails what was not done", async () => {
    const { broker, clock, connection, disconnects } = await street({ reconnect: false });
    const waiting = connection.publish("t", "x", { qos: 1 });
    await turn();
    broker.drop(new Error("read ECONNRESET"));
    await expect(waiting).rejects.toMatchObject({ code: "MQTT_NETWORK" });
    expect(disconnects).toMatchObject([
      { error: { code: "MQTT_NETWORK" }, wasConnected: true, retryInMs: undefined },
    ]);
    await expect(connection.publish("t", "x", { qos: 1 })).rejects.toMatchObject({
      code: "MQTT_CLOSED",
    });
    expect(clock.pending).toBe(0);
  });

  test("a long connection makes the next wait short again", async () => {
    const way = await street();
    for (let turns = 0; turns < 4; turns++) {
      way.broker.drop();
      await turn();
      way.clock.advance(way.disconnects.at(-1)?.retryInMs ?? 0);
      await turn();
    }
    way.clock.advance(5000);
    way.broker.drop();
    await turn();
    expect(way.disconnects.map(({ retryInMs }) => retryInMs)).toEqual([250, 500, 1000, 2000, 250]);
  });

  test("a broker's DISCONNECT is told with its reason", async () => {
    const { broker, disconnects } = await street({ protocolVersion: 5 });
    broker.send({ cmd: "disconnect", reasonCode: 142 });
    expect(disconnects).toMatchObject([
      { error: { code: "MQTT_SERVER_DISCONNECTED", reasonCode: 142 }, wasConnected: true },
    ]);
    expect(disconnects[0]?.error.message).toContain("session taken over");
  });

  test("a malformed packet ends the connection, and it comes back", async () => {
    const way = await street({ protocolVersion: 5 });
    way.broker.sendBytes(Buffer.of(0x36, 5, 0, 1, 0x61, 0, 1));
    expect(way.broker.received).toMatchObject([{ cmd: "disconnect", reasonCode: 129 }]);
    expect(way.disconnects).toMatchObject([
      { error: { code: "MQTT_MALFORMED_PACKET", offset: 2 } },
    ]);
    await comeBack(way, false);
    expect(way.connection.connected).toBe(true);
  });
});

describe("keep-alive", () => {
  test("pings when nothing was sent or received, and ends a connection that is silent", async () => {
    const { broker, clock, disconnects } = await street({ keepAliveS: 30 });
    clock.advance(29_999);
    expect(broker.log()).toEqual([]);
    clock.advance(1);
    expect(broker.log()).toEqual(["pingreq"]);
    broker.send({ cmd: "pingresp" });
    clock.advance(30_000);
    expect(broker.log()).toEqual(["pingreq"]);
    clock.advance(9_999);
    expect(disconnects).toEqual([]);
    clock.advance(1);
    expect(disconnects).toMatchObject([{ error: { code: "MQTT_TIMEOUT" } }]);
  });

  test("an MQTT 5 broker's own interval counts", async () => {
    const { broker, clock } = await street(
      { protocolVersion: 5, keepAliveS: 300 },
      { properties: { serverKeepAlive: 5 } },
    );
    clock.advance(5000);
    expect(broker.log()).toEqual(["pingreq"]);
  });

  test("a publish that is never acknowledged makes the connection anew", async () => {
    const { broker, clock, connection, disconnects } = await street({
      cleanSession: false,
      ackTimeoutMs: 2000,
    });
    void connection.publish("t", "x", { qos: 1 });
    await turn();
    clock.advance(1999);
    expect(disconnects).toEqual([]);
    clock.advance(1);
    expect(disconnects).toMatchObject([{ error: { code: "MQTT_TIMEOUT" }, retryInMs: 250 }]);
    broker.connack = { sessionPresent: true };
    broker.log();
    clock.advance(250);
    await turn();
    expect(broker.log()).toEqual(["connect", "publish 1 dup"]);
  });
});

describe("close", () => {
  test("sends DISCONNECT and fails what is not done", async () => {
    const { broker, clock, connection, disconnects } = await street();
    const waiting = connection.publish("t", "x", { qos: 1 });
    const failed = expect(waiting).rejects.toMatchObject({ code: "MQTT_CLOSED" });
    await connection.close();
    await failed;
    expect(broker.log()).toEqual(["publish 1", "disconnect"]);
    expect(disconnects).toEqual([]);
    expect(clock.pending).toBe(0);
    await connection.close();
    await expect(connection.subscribe("a")).rejects.toMatchObject({ code: "MQTT_CLOSED" });
  });

  test("waits for acknowledgements as long as asked", async () => {
    const { broker, connection } = await street();
    const waiting = connection.publish("t", "x", { qos: 1 });
    await turn();
    const closed = connection.close({ drainMs: 5000 });
    broker.send({ cmd: "puback", messageId: 1 });
    await waiting;
    await closed;
    expect(broker.log()).toEqual(["publish 1", "disconnect"]);
  });

  test("stops trying to connect", async () => {
    const broker = new MemoryBroker();
    broker.connack = undefined;
    const clock = new HandClock();
    const connection = openConnection({ openTransport: broker.openTransport, clock });
    await turn();
    broker.drop();
    await turn();
    expect(clock.pending).toBe(1);
    await connection.close();
    expect(clock.pending).toBe(0);
  });

  test("an error of the application's own is not swallowed and breaks no packet", async () => {
    const thrown: unknown[] = [];
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.once("uncaughtException", (error) => thrown.push(error));
    const { broker, connection } = await street({
      onMessage: () => {
        throw new Error("the application's own");
      },
    });
    broker.send(publish(1));
    await turn();
    for (const listener of listeners) process.on("uncaughtException", listener);
    expect(thrown).toEqual([new Error("the application's own")]);
    expect(isMqttError(thrown[0])).toBe(false);
    expect(connection.connected).toBe(true);
  });
});
