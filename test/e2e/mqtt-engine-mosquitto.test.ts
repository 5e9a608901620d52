import {
  connect,
  type MqttConnection,
  type MqttMessage,
  openConnection,
} from "@bollard/mqtt-engine";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Mosquitto, startMosquitto } from "./mosquitto.js";
import { needCommand } from "./need.js";

const describeMosquitto = needCommand("mosquitto", "apt install mosquitto");

const host = "127.0.0.1";
const open: MqttConnection[] = [];

afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
});

/** Closes it after the test. */
function keep(connection: MqttConnection): MqttConnection {
  open.push(connection);
  return connection;
}

/** A list that tells when it has reached a length. */
class Tally<T> {
  readonly items: T[] = [];
  #wanted = Number.POSITIVE_INFINITY;
  #reached: () => void = () => {};

  add(item: T): void {
    this.items.push(item);
    if (this.items.length >= this.#wanted) this.#reached();
  }

  reach(length: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wanted = length;
      this.#reached = resolve;
      if (this.items.length >= length) resolve();
    });
  }
}

const text = (message: MqttMessage) => new TextDecoder().decode(message.payload);
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `${from + i}`);

describeMosquitto("with mosquitto", () => {
  let broker: Mosquitto;

  beforeAll(async () => {
    broker = await startMosquitto([
      "max_inflight_messages 0",
      "max_queued_messages 0",
      "max_topic_alias 10",
    ]);
  });

  afterAll(() => broker?.close());

  test.each([4, 5] as const)(
    "version %i: messages of every QoS arrive once and in order",
    async (protocolVersion) => {
      const got = new Tally<string>();
      const receiver = keep(
        await connect({
          host,
          port: broker.port,
          protocolVersion,
          onMessage: (message, ack) => {
            got.add(`${message.topic} ${text(message)} ${message.qos}`);
            ack();
          },
        }),
      );
      await receiver.subscribe(`v${protocolVersion}/#`, 2);
      const sender = keep(await connect({ host, port: broker.port, protocolVersion }));
      const sent: string[] = [];
      for (const qos of [0, 1, 2] as const) {
        const topic = `v${protocolVersion}/${qos}`;
        const all = numbers(200).map((payload) => {
          sent.push(`${topic} ${payload} ${qos}`);
          return sender.publish(topic, payload, { qos });
        });
        await Promise.all(all);
      }
      await got.reach(600);
      expect(got.items).toEqual(sent);
      expect(sender.stats()).toMatchObject({ sent: 600, acknowledged: 400, unknownAcks: 0 });
    },
  );

  test.each([4, 5] as const)(
    "version %i: a thousand messages wait for their ack(), in any order, over a broken connection",
    async (protocolVersion) => {
      const messages = new Tally<MqttMessage>();
      const connects = new Tally<boolean>();
      let acks: (() => void)[] = [];
      const topic = `many/${protocolVersion}`;
      const receiver = keep(
        openConnection({
          host,
          port: broker.port,
          protocolVersion,
          clientId: `bridge-${protocolVersion}`,
          cleanSession: false,
          receiveMaximum: 2000,
          reconnect: { minDelayMs: 10 },
          onConnected: ({ sessionPresent }) => connects.add(sessionPresent),
          onMessage: (message, ack) => {
            acks.push(ack);
            messages.add(message);
          },
        }),
      );
      await receiver.subscribe(topic, 1);
      const sender = keep(await connect({ host, port: broker.port }));
      await Promise.all(numbers(1000).map((payload) => sender.publish(topic, payload, { qos: 1 })));
      await messages.reach(1000);
      expect(receiver.stats().unacknowledged).toBe(1000);
      for (const ack of acks.slice(0, 300).reverse()) ack();
      // On one connection the broker takes packets in order: answered, it has all acknowledgements.
      await receiver.publish("nowhere", "", { qos: 1 });
      // Another client with the same identifier takes the connection away.
      const thief = await connect({
        host,
        port: broker.port,
        protocolVersion,
        clientId: `bridge-${protocolVersion}`,
        cleanSession: false,
        reconnect: false,
        receiveMaximum: 1,
        onMessage: () => {},
      });
      acks = [];
      await thief.close();
      await connects.reach(2);
      expect(connects.items).toEqual([false, true]);
      await messages.reach(1700);
      const again = messages.items.slice(1000);
      expect(again.map(text)).toEqual(numbers(700, 300));
      expect(again.every(({ dup }) => dup)).toBe(true);
      for (const ack of acks) ack();
      await sender.publish(topic, "last", { qos: 1 });
      await messages.reach(1701);
      expect(text(messages.items[1700] as MqttMessage)).toBe("last");
    },
  );

  test.each([4, 5] as const)(
    "takes in everything in order from a broker that sends more than the receive maximum (%i)",
    async (protocolVersion) => {
      const messages = new Tally<MqttMessage>();
      const acks: (() => void)[] = [];
      const topic = `too-many/${protocolVersion}`;
      const receiver = keep(
        await connect({
          ...{ host, port: broker.port, protocolVersion, receiveMaximum: 100 },
          onMessage: (message, ack) => {
            acks.push(ack);
            messages.add(message);
            // As a bridge does, which acknowledges when its disk has them.
            if (acks.length === 1)
              setImmediate(() => acks.splice(0).forEach((each) => void each()));
          },
        }),
      );
      await receiver.subscribe(topic, 1);
      const sender = keep(await connect({ host, port: broker.port }));
      const all = numbers(5000);
      await Promise.all(all.map((payload) => sender.publish(topic, payload, { qos: 1 })));
      await messages.reach(5000);
      expect(messages.items.map(text)).toEqual(all);
      expect(receiver.stats().connects).toBe(1);
    },
  );

  test("a broker that is killed and comes back loses no QoS 1 publish", async () => {
    const own = await startMosquitto();
    try {
      const sender = keep(
        await connect({
          host,
          port: own.port,
          maxInFlight: 20,
          reconnect: { minDelayMs: 20, maxDelayMs: 100 },
        }),
      );
      const first = numbers(500).map((payload) => sender.publish("t", payload, { qos: 1 }));
      await first[100];
      await own.kill();
      const second = numbers(500, 500).map((payload) => sender.publish("t", payload, { qos: 1 }));
      await own.restart();
      await Promise.all([...first, ...second]);
      expect(sender.stats()).toMatchObject({ acknowledged: 1000, inFlight: 0, waiting: 0 });
    } finally {
      await own.close();
    }
  });

  test("MQTT 5: properties, topic aliases, shared subscriptions and the reason of a refusal", async () => {
    const shares = [new Tally<MqttMessage>(), new Tally<MqttMessage>()];
    const both = new Tally<MqttMessage>();
    for (const share of shares) {
      const member = keep(
        await connect({
          host,
          port: broker.port,
          protocolVersion: 5,
          maxTopicAliases: 10,
          onMessage: (message, ack) => {
            share.add(message);
            both.add(message);
            ack();
          },
        }),
      );
      await member.subscribe("$share/bridges/shared/#", 1);
    }
    const sender = keep(
      await connect({ host, port: broker.port, protocolVersion: 5, maxTopicAliases: 10 }),
    );
    const properties = {
      contentType: "application/senml+json",
      messageExpiryInterval: 100,
      userProperties: [
        ["node", "7"],
        ["node", "8"],
      ],
    } as const;
    for (const payload of numbers(100)) {
      await sender.publish("shared/straße", payload, { qos: 1, properties });
    }
    await both.reach(100);
    expect(shares[0]?.items.length).toBeGreaterThan(20);
    expect(shares[1]?.items.length).toBeGreaterThan(20);
    expect(new Set(both.items.map(({ topic }) => topic))).toEqual(new Set(["shared/straße"]));
    expect(both.items[99]?.properties).toMatchObject({
      contentType: "application/senml+json",
      userProperties: properties.userProperties,
    });
    await expect(sender.publish("t", "x".repeat(10), { qos: 1 })).resolves.toBeUndefined();
  });

  test("what is kept for later is kept: retained messages, and a session without its client", async () => {
    const sender = keep(await connect({ host, port: broker.port }));
    await sender.publish("kept", "yes", { qos: 1, retain: true });
    const got = new Tally<MqttMessage>();
    const receiver = keep(
      await connect({ host, port: broker.port, onMessage: (message) => got.add(message) }),
    );
    await receiver.subscribe("kept", 0);
    await got.reach(1);
    expect(got.items).toMatchObject([{ topic: "kept", retain: true, qos: 0 }]);
    const expect5 = { host, port: broker.port, protocolVersion: 5, clientId: "later" } as const;
    const before = await connect({ ...expect5, cleanSession: false, sessionExpiryS: 60 });
    await before.subscribe("later", 1);
    await before.close();
    await sender.publish("later", "held", { qos: 1 });
    const held = new Tally<MqttMessage>();
    keep(
      await connect({
        ...expect5,
        cleanSession: false,
        onMessage: (message, ack) => {
          held.add(message);
          ack();
        },
      }),
    );
    await held.reach(1);
    expect(held.items.map(text)).toEqual(["held"]);
  });

  test("a broker that stands still is noticed, and nothing is lost once it goes on", async () => {
    const own = await startMosquitto();
    try {
      const lost = new Tally<string>();
      const sender = keep(
        await connect({
          host,
          port: own.port,
          keepAliveS: 1,
          pingTimeoutMs: 300,
          connectTimeoutMs: 300,
          reconnect: { minDelayMs: 50, maxDelayMs: 100 },
          onDisconnected: ({ error }) => lost.add(error.code),
        }),
      );
      own.process.kill("SIGSTOP");
      const waiting = sender.publish("t", "x", { qos: 1 });
      await lost.reach(2);
      expect(lost.items.slice(0, 2)).toEqual(["MQTT_TIMEOUT", "MQTT_TIMEOUT"]);
      own.process.kill("SIGCONT");
      await waiting;
    } finally {
      await own.close();
    }
  });
});
