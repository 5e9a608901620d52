import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";
import { afterEach, describe, expect, test } from "vitest";
import { connect, openConnection } from "./connect.js";
import type { MqttMessage } from "./connect-options.js";

const cleanups: (() => Promise<unknown> | undefined)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface City {
  readonly broker: Aedes;
  readonly server: Server;
  readonly sockets: Set<Socket>;
  readonly host: string;
  readonly port: number;
}

async function openCity(port = 0): Promise<City> {
  const broker = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    broker.handle(socket);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await new Promise<void>((resolve) => broker.close(resolve));
    return undefined;
  });
  return {
    broker,
    server,
    sockets,
    host: "127.0.0.1",
    port: (server.address() as AddressInfo).port,
  };
}

/** A list that tells when it has reached a length. */
function tally<T>(): {
  readonly items: T[];
  add(item: T): void;
  reach(length: number): Promise<void>;
} {
  const items: T[] = [];
  let wanted = Number.POSITIVE_INFINITY;
  let reached: (() => void) | undefined;
  return {
    items,
    add(item) {
      items.push(item);
      if (items.length >= wanted) reached?.();
    },
    reach: (length) =>
      new Promise((resolve) => {
        wanted = length;
        reached = resolve;
        if (items.length >= length) resolve();
      }),
  };
}

const text = (message: MqttMessage) => new TextDecoder().decode(message.payload);

describe("with a 3.1.1 broker over TCP", () => {
  test("messages of every QoS arrive once and in order", async () => {
    const { host, port } = await openCity();
    const got = tally<string>();
    const receiver = await connect({
      host,
      port,
      onMessage: (message, ack) => {
        got.add(`${message.topic} ${text(message)} ${message.qos}`);
        ack();
      },
    });
    cleanups.push(() => receiver.close());
    expect(await receiver.subscribe("street/#", 2)).toBe(2);
    const sender = await connect({ host, port });
    cleanups.push(() => sender.close());
    for (const qos of [0, 1, 2] as const) {
      for (let index = 0; index < 20; index++) {
        await sender.publish(`street/${qos}`, `${index}`, { qos });
      }
    }
    await got.reach(60);
    const expected = [0, 1, 2].flatMap((qos) =>
      Array.from({ length: 20 }, (_, index) => `street/${qos} ${index} ${qos}`),
    );
    expect(got.items).toEqual(expected);
  });

  test("many messages wait for their ack() at once, and a broken connection brings them again", async () => {
    const { host, port, sockets } = await openCity();
    const messages = tally<MqttMessage>();
    const connects = tally<boolean>();
    const acks: (() => void)[] = [];
    const receiver = openConnection({
      host,
      port,
      clientId: "bridge",
      cleanSession: false,
      reconnect: { minDelayMs: 1 },
      onConnected: ({ sessionPresent }) => connects.add(sessionPresent),
      onMessage: (message, ack) => {
        acks.push(ack);
        messages.add(message);
      },
    });
    cleanups.push(() => receiver.close());
    await receiver.subscribe("up/+", 1);
    const sender = await connect({ host, port });
    cleanups.push(() => sender.close());
    for (let index = 0; index < 100; index++) await sender.publish("up/a", `${index}`, { qos: 1 });
    await messages.reach(100);
    expect(receiver.stats()).toMatchObject({ unacknowledged: 100 });
    for (const ack of acks.splice(0, 40)) ack();
    await sender.publish("up/b", "last", { qos: 1 });
    await messages.reach(101);
    for (const socket of [...sockets].slice(0, 1)) socket.destroy();
    await connects.reach(2);
    expect(connects.items).toEqual([false, true]);
    await messages.reach(162);
    const again = messages.items.slice(101);
    expect(again.map(text)).toEqual([
      ...Array.from({ length: 60 }, (_, index) => `${index + 40}`),
      "last",
    ]);
  });

  test("publishes made while the broker is away arrive when it is back", async () => {
    const first = await openCity();
    const lost = tally<boolean>();
    const sender = await connect({
      host: first.host,
      port: first.port,
      reconnect: { minDelayMs: 5, maxDelayMs: 20 },
      onDisconnected: ({ wasConnected }) => lost.add(wasConnected),
    });
    cleanups.push(() => sender.close());
    await cleanups.splice(0, 1)[0]?.();
    await lost.reach(2);
    const waiting = Array.from({ length: 50 }, (_, index) =>
      sender.publish("t", `${index}`, { qos: 1 }),
    );
    const second = await openCity(first.port);
    const got = tally<string>();
    second.broker.subscribe(
      "t",
      (packet, done) => {
        got.add(packet.payload.toString());
        done();
      },
      () => {},
    );
    await Promise.all(waiting);
    expect(new Set(got.items).size).toBe(50);
    expect(sender.stats()).toMatchObject({ acknowledged: 50, inFlight: 0, waiting: 0 });
  });

  test("the will is published for a client that goes without a word, and not after close()", async () => {
    const { host, port, sockets } = await openCity();
    const got = tally<string>();
    const receiver = await connect({
      host,
      port,
      onMessage: (message) => got.add(text(message)),
    });
    cleanups.push(() => receiver.close());
    await receiver.subscribe("gone", 0);
    const known = new Set(sockets);
    const will = { topic: "gone", payload: "torn" };
    const torn = await connect({ host, port, will, reconnect: false });
    for (const socket of sockets) if (!known.has(socket)) socket.destroy();
    await got.reach(1);
    const polite = await connect({ host, port, will: { topic: "gone", payload: "polite" } });
    await polite.close();
    await receiver.publish("gone", "end");
    await got.reach(2);
    expect(got.items).toEqual(["torn", "end"]);
    await torn.close();
  });

  test("a password that is wrong is refused in words", async () => {
    const { broker, host, port } = await openCity();
    broker.authenticate = (_client, username, password, done) => {
      done(null, username === "street" && password?.toString() === "secret");
    };
    const refused = connect({ host, port, username: "street", password: "guess" });
    await expect(refused).rejects.toMatchObject({ code: "MQTT_CONNECT_REFUSED" });
    const right = await connect({ host, port, username: "street", password: "secret" });
    await right.close();
  });
});

test("nothing listens: the error names the address", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  await expect(connect({ host: "127.0.0.1", port })).rejects.toMatchObject({
    code: "MQTT_NETWORK",
    message: `no connection to the broker: connect ECONNREFUSED 127.0.0.1:${port} (MQTT_NETWORK)`,
  });
});
