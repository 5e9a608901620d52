import {
  type ConnectOptions,
  connect,
  type MqttConnection,
  openConnection,
} from "@bollard/mqtt-engine";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Certificate, makeCertificate } from "./certificate.js";
import { type Mosquitto, startMosquitto } from "./mosquitto.js";
import { findCommand, needCommand } from "./need.js";

const describeTls = findCommand("mosquitto")
  ? needCommand("openssl", "apt install openssl")
  : needCommand("mosquitto", "apt install mosquitto");
const describeMosquitto = needCommand("mosquitto", "apt install mosquitto");

const host = "127.0.0.1";
/** mosquitto 2.0.11 takes a WebSocket listener only beside another one. */
const webSockets = ["listener @port2@", "socket_domain ipv4", "protocol websockets"];
const brokers: Mosquitto[] = [];
const open: MqttConnection[] = [];

afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
});

afterAll(async () => {
  for (const broker of brokers) await broker.close();
});

async function start(lines: string[], files: Record<string, string> = {}): Promise<Mosquitto> {
  const broker = await startMosquitto(lines, files);
  brokers.push(broker);
  return broker;
}

/** Its WebSocket stops for good, with any client, when messages of some kB go both ways. */
const SMALL = 1000;

/** Publishes 300 messages to itself and gets them back, whole and in order. */
async function echo(options: ConnectOptions, maxBytes = 60_000): Promise<void> {
  const sizes: number[] = [];
  let arrived = () => {};
  const all = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const connection = await connect({
    host,
    ...options,
    onMessage: ({ payload }, ack) => {
      ack();
      sizes.push(payload.every((byte) => byte === (payload.length & 255)) ? payload.length : -1);
      if (sizes.length === 300) arrived();
    },
  });
  open.push(connection);
  await connection.subscribe("echo", 1);
  const expected = Array.from({ length: 300 }, (_, index) => (index * 9973) % maxBytes);
  await Promise.all(
    expected.map((size) =>
      connection.publish("echo", new Uint8Array(size).fill(size & 255), { qos: 1 }),
    ),
  );
  await all;
  expect(sizes).toEqual(expected);
}

describeTls("over TLS", () => {
  let certificate: Certificate;
  let broker: Mosquitto;

  beforeAll(async () => {
    certificate = await makeCertificate();
    const { cert, key } = certificate;
    broker = await start(
      ["max_inflight_messages 0", "certfile @dir@/cert.pem", "keyfile @dir@/key.pem"],
      { "cert.pem": cert, "key.pem": key },
    );
  });

  test("messages go both ways", async () => {
    await echo({ port: broker.port, tls: { ca: certificate.cert } });
  });

  test("the next connection resumes the session of the one before", async () => {
    const resumed: boolean[] = [];
    let twice = () => {};
    const done = new Promise<void>((resolve) => {
      twice = resolve;
    });
    const connection = openConnection({
      host,
      port: broker.port,
      clientId: "resumes",
      tls: { ca: certificate.cert },
      reconnect: { minDelayMs: 10 },
      onConnected: ({ tlsResumed }) => {
        resumed.push(tlsResumed);
        if (resumed.length === 2) twice();
      },
    });
    open.push(connection);
    await connection.publish("t", "x", { qos: 1 });
    await connection.subscribe("t");
    const tls = { ca: certificate.cert };
    const thief = await connect({
      host,
      port: broker.port,
      clientId: "resumes",
      tls,
      reconnect: false,
    });
    await thief.close();
    await done;
    expect(resumed).toEqual([false, true]);
  });

  test("a certificate that nobody vouches for is refused", async () => {
    await expect(connect({ host, port: broker.port, tls: {} })).rejects.toMatchObject({
      code: "MQTT_NETWORK",
      message: expect.stringContaining("self-signed certificate"),
    });
  });

  test("a broker that asks for a client's certificate gets it", async () => {
    const { cert, key } = certificate;
    const strict = await start(
      [
        "certfile @dir@/cert.pem",
        "keyfile @dir@/key.pem",
        "cafile @dir@/cert.pem",
        "require_certificate true",
        "use_identity_as_username true",
        "allow_anonymous false",
      ],
      { "cert.pem": cert, "key.pem": key },
    );
    const known = await connect({ host, port: strict.port, tls: { ca: cert, cert, key } });
    await known.close();
    const unknown = connect({ host, port: strict.port, tls: { ca: cert } });
    await expect(unknown).rejects.toMatchObject({ code: "MQTT_NETWORK" });
  });

  test("a key that cannot be read is an error of the option", async () => {
    const broken = connect({
      host,
      port: broker.port,
      tls: { cert: certificate.cert, key: "x" },
    });
    await expect(broken).rejects.toMatchObject({ code: "MQTT_INVALID_ARGUMENT" });
  });

  test("WebSocket goes over it too", async () => {
    const { cert, key } = certificate;
    const secure = await start(
      [...webSockets, "certfile @dir@/cert.pem", "keyfile @dir@/key.pem"],
      { "cert.pem": cert, "key.pem": key },
    );
    await echo({ port: secure.port2, tls: { ca: cert }, webSocket: {} }, SMALL);
  });
});

describeMosquitto("over WebSocket", () => {
  test.each([4, 5] as const)("version %i: messages go both ways", async (protocolVersion) => {
    const broker = await start(webSockets);
    await echo({ port: broker.port2, protocolVersion, webSocket: { path: "/mqtt" } }, SMALL);
  });

  test("a port that speaks plain MQTT is an error, not a hang", async () => {
    const broker = await start([]);
    await expect(connect({ host, port: broker.port, webSocket: {} })).rejects.toMatchObject({
      code: "MQTT_NETWORK",
    });
  });
});

describeMosquitto("over the network", () => {
  test("a name and an address of our own work", async () => {
    const broker = await start([]);
    await echo({ host: "localhost", port: broker.port, localAddress: "127.0.0.2" });
  });
});
