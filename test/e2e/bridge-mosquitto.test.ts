import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Bridge, type BridgeConfig } from "@bollard/bridge";
import { connect, type MqttConnection } from "@bollard/mqtt-engine";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lampPayload, lampSchema } from "./bridge-parts.js";
import { makeCertificate } from "./certificate.js";
import { CityWatcher } from "./city-watcher.js";
import { Gate } from "./gate.js";
import { type Mosquitto, startMosquitto } from "./mosquitto.js";
import { findCommand, needCommand } from "./need.js";

const describeMosquitto = needCommand("mosquitto", "apt install mosquitto");

/** What a broker needs so that it drops nothing of its own. */
const UNBOUNDED = ["max_queued_messages 0", "max_inflight_messages 0"];

let folder: string;
let closing: (() => Promise<unknown>)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-mosquitto-"));
  closing = [];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(folder, { recursive: true });
});

async function broker(lines: readonly string[] = UNBOUNDED, files = {}): Promise<Mosquitto> {
  const mosquitto = await startMosquitto(lines, files);
  closing.push(() => mosquitto.close());
  return mosquitto;
}

async function watch(port: number): Promise<CityWatcher> {
  const watcher = await CityWatcher.open(port);
  closing.push(() => watcher.close());
  return watcher;
}

async function gateTo(port: number): Promise<Gate> {
  const gate = await Gate.open(port);
  closing.push(() => gate.cut());
  return gate;
}

/** Somebody who publishes for as many nodes as there are. */
async function publisher(port: number): Promise<MqttConnection> {
  const connection = await connect({ host: "127.0.0.1", port, maxQueued: 100_000 });
  closing.push(() => connection.close());
  return connection;
}

/** Publishes reading number `number` of a node; resolves once the broker has it. */
const report = (nodes: MqttConnection, node: string, number: number) =>
  nodes.publish(`bollard/${node}/up`, lampPayload(number, { boot: 1, sequence: number }), {
    qos: 1,
  });

type Sink = NonNullable<NonNullable<BridgeConfig["sinks"]>["mqtt"]>[number];

async function start(
  street: Mosquitto,
  sink: Partial<Sink> & { readonly url: string },
  more: BridgeConfig = {},
): Promise<Bridge> {
  const bridge = new Bridge({
    config: {
      dataDir: join(folder, "data"),
      sources: { mqtt: [{ name: "street", url: `mqtt://127.0.0.1:${street.port}` }] },
      sinks: { mqtt: [{ name: "city", prefix: "city", formats: ["senml"], ...sink }] },
      nodes: { unknown: "accept" },
      spool: { commitDelayMs: 50 },
      http: { port: 0 },
      log: { level: "silent" },
      ...more,
    },
    schemas: [lampSchema],
  });
  closing.push(() => bridge.close());
  await bridge.start();
  return bridge;
}

/** Looks again whenever something may have happened. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

const alarmCodes = (bridge: Bridge) => bridge.status().alarms?.map(({ code }) => code) ?? [];
const sinkOf = (bridge: Bridge) => bridge.status().sinks[0];
const upTo = (count: number) => Array.from({ length: count }, (_, number) => number);

describeMosquitto("a bridge between two mosquittos", () => {
  test("loses and reorders nothing when the city's broker is killed and started again under load", async () => {
    const street = await broker();
    const city = await broker();
    const gate = await gateTo(city.port);
    const watcher = await watch(city.port);
    const bridge = await start(street, { url: gate.url });
    const nodes = await publisher(street.port);
    const COUNT = 500;
    const all = (async () => {
      for (const number of upTo(COUNT)) {
        await Promise.all(upTo(10).map((node) => report(nodes, `lamp-${node}`, number)));
      }
    })();
    for (const count of process.env.BOLLARD_FULL === "1"
      ? [500, 1000, 1500, 2000, 3000]
      : [500, 2000]) {
      await watcher.until(() => watcher.count >= count);
      await city.kill();
      // The watcher has to be there before the bridge is, since nobody keeps messages for it.
      await gate.cut();
      await city.restart();
      await watcher.connect(city.port);
      await gate.join();
    }
    await all;
    await watcher.until(() => watcher.count >= 10 * COUNT);
    expect(watcher.count).toBe(10 * COUNT);
    expect(watcher.reordered).toEqual([]);
    await until(() => bridge.status().spool.backlog === 0);
    expect(bridge.status()).toMatchObject({ health: "well", spool: { dropped: 0 } });
    // A broker that was killed has the latest of every node again.
    const latest = await CityWatcher.open(city.port, "none");
    await latest.close();
    const retained = new Set<string>();
    const reader = await connect({
      host: "127.0.0.1",
      port: city.port,
      onMessage: ({ topic, retain }) => retain && retained.add(topic),
    });
    closing.push(() => reader.close());
    await reader.subscribe("city/+/lamp/senml", 0);
    await until(() => retained.size === 10);
  });

  test("goes on when the street's broker is started again and has forgotten everything", async () => {
    const street = await broker();
    const city = await broker();
    const watcher = await watch(city.port);
    const bridge = await start(street, { url: `mqtt://127.0.0.1:${city.port}` });
    const nodes = await publisher(street.port);
    await until(() => bridge.status().sources[0]?.state === "up");
    await report(nodes, "lamp-1", 1);
    await watcher.until(() => watcher.count === 1);
    await street.kill();
    await until(() => bridge.status().sources[0]?.state === "down");
    await street.restart();
    await until(() => bridge.status().sources[0]?.state === "up");
    // Its subscription is there again once a message comes through.
    let number = 2;
    while (watcher.count < 2) {
      await report(nodes, "lamp-1", number++);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(watcher.reordered).toEqual([]);
  });

  test("shows what a broker with a full queue has dropped as lost upstream", async () => {
    const street = await broker(["max_queued_messages 20", "max_inflight_messages 5"]);
    const city = await broker();
    const watcher = await watch(city.port);
    const sink = { url: `mqtt://127.0.0.1:${city.port}` };
    const first = await start(street, sink);
    const nodes = await publisher(street.port);
    await until(() => first.status().sources[0]?.state === "up");
    await report(nodes, "lamp-1", 0);
    await watcher.until(() => watcher.count === 1);
    await until(() => first.status().spool.backlog === 0);
    await first.close();
    for (const number of upTo(100)) await report(nodes, "lamp-1", number + 1);
    const second = await start(street, sink);
    await until(() => second.status().sources[0]?.state === "up");
    await watcher.until(() => watcher.count >= 21);
    await report(nodes, "lamp-1", 101);
    await watcher.until(() => watcher.nodes.get("lamp-1")?.at(-1) === 101);
    const [, lost] = /; (\d+) lost upstream/.exec(second.status().sources[0]?.detail ?? "") ?? [];
    expect(Number(lost)).toBe(102 - watcher.count);
    expect(alarmCodes(second)).toContain("LOST_UPSTREAM");
  });

  test("a slow broker gets everything in order, and holds nothing but its own", async () => {
    const street = await broker();
    const [city, other] = [await broker(), await broker()];
    const gate = await gateTo(city.port);
    const watcher = await watch(city.port);
    const fast = await watch(other.port);
    const bridge = await start(
      street,
      { url: gate.url },
      {
        sinks: {
          mqtt: [
            { name: "city", prefix: "city", formats: ["senml"], url: gate.url },
            {
              ...{ name: "other", prefix: "city", formats: ["senml"] },
              url: `mqtt://127.0.0.1:${other.port}`,
            },
          ],
        },
      },
    );
    const nodes = await publisher(street.port);
    await until(() => bridge.status().sources[0]?.state === "up");
    gate.slow(16);
    const COUNT = 2000;
    await Promise.all(upTo(COUNT).map((number) => report(nodes, "lamp-1", number)));
    await fast.until(() => fast.count === COUNT);
    const behind = sinkOf(bridge)?.backlog ?? 0;
    expect(behind).toBeGreaterThan(0);
    gate.slow(Number.POSITIVE_INFINITY);
    await watcher.until(() => watcher.count === COUNT);
    expect([...watcher.reordered, ...fast.reordered]).toEqual([]);
    expect(watcher.messages).toBe(COUNT);
  });

  test("tells of another client with its id, and delivers once that one is gone", async () => {
    for (const version of ["3.1.1", "5"] as const) {
      const street = await broker();
      const city = await broker();
      const watcher = await watch(city.port);
      const bridge = await start(
        street,
        { url: `mqtt://127.0.0.1:${city.port}`, clientId: "taken", version },
        { dataDir: join(folder, version) },
      );
      await until(() => sinkOf(bridge)?.state === "up");
      const rival = await connect({
        ...{ host: "127.0.0.1", port: city.port, clientId: "taken" },
        reconnect: { minDelayMs: 10, maxDelayMs: 50 },
      });
      await until(() => alarmCodes(bridge).includes("BROKER_CLIENT_ID_TWICE"));
      const nodes = await publisher(street.port);
      await report(nodes, "lamp-1", 1);
      await rival.close();
      await watcher.until(() => watcher.count === 1);
      await bridge.close();
    }
  });

  test("says that a broker of QoS 0 guarantees nothing before the arrival", async () => {
    const street = await broker(["max_qos 0"]);
    const city = await broker();
    const bridge = await start(street, { url: `mqtt://127.0.0.1:${city.port}` });
    await until(() => bridge.status().sources[0]?.detail.endsWith(", QoS 0") === true);
    expect(bridge.status().sources[0]?.state).toBe("up");
  });
});

const describeTls = needCommand("openssl", "apt install openssl");

describeTls("a bridge to a mosquitto with TLS", () => {
  const tlsLines = (more: readonly string[] = []) => [
    ...UNBOUNDED,
    "listener @port2@ 127.0.0.1",
    "certfile @dir@/cert.pem",
    "keyfile @dir@/key.pem",
    ...more,
  ];

  test("holds everything while the certificate is wrong, says so, and sends once it is right", async () => {
    const street = await broker();
    const [right, wrong] = [await makeCertificate(), await makeCertificate()];
    const files = { "cert.pem": right.cert, "key.pem": right.key };
    const city = await broker(tlsLines(), files);
    const watcher = await watch(city.port);
    const caFile = join(folder, "ca.pem");
    writeFileSync(caFile, wrong.cert);
    const url = `mqtts://127.0.0.1:${city.port2}`;
    const bridge = await start(street, { url, tls: { caFile } });
    const nodes = await publisher(street.port);
    await until(() => alarmCodes(bridge).includes("BROKER_CERTIFICATE"));
    for (const number of upTo(50)) await report(nodes, "lamp-1", number);
    await until(() => sinkOf(bridge)?.backlog === 50);
    expect(sinkOf(bridge)).toMatchObject({ state: "down", messages: 0 });
    expect(bridge.status().health).toBe("holding");
    const [alarm] = bridge.status().alarms ?? [];
    expect(alarm?.message).toMatch(/self.signed certificate.*DEPTH_ZERO_SELF_SIGNED_CERT/);
    // The file is read again before each connection.
    writeFileSync(caFile, right.cert);
    await watcher.until(() => watcher.count === 50);
    expect(watcher.nodes.get("lamp-1")).toEqual(upTo(50));
    expect(alarmCodes(bridge)).toEqual([]);
  });

  test("shows its own certificate where the broker asks for one", async () => {
    const street = await broker();
    const [server, client] = [await makeCertificate(), await makeCertificate()];
    const lines = tlsLines(["cafile @dir@/clients.pem", "require_certificate true"]);
    const city = await broker(lines, {
      ...{ "cert.pem": server.cert, "key.pem": server.key, "clients.pem": client.cert },
    });
    const watcher = await watch(city.port);
    const paths = ["ca.pem", "cert.pem", "key.pem"].map((name) => join(folder, name));
    const [caFile = "", certFile = "", keyFile = ""] = paths;
    writeFileSync(caFile, server.cert);
    writeFileSync(certFile, client.cert);
    writeFileSync(keyFile, client.key);
    const url = `mqtts://127.0.0.1:${city.port2}`;
    const nodes = await publisher(street.port);
    const without = await start(street, { url, tls: { caFile } });
    await until(() => without.status().sources[0]?.state === "up");
    await report(nodes, "lamp-1", 0);
    await until(() => alarmCodes(without).includes("BROKER_CERTIFICATE"));
    await without.close();
    await start(street, { url, tls: { caFile, certFile, keyFile } });
    await watcher.until(() => watcher.count === 1);
  });
});

const describePassword = needCommand("mosquitto_passwd", "apt install mosquitto");

describePassword("a bridge to a mosquitto with passwords", () => {
  test("takes a new password from its file when the broker refuses the old one", async () => {
    const street = await broker();
    const hashes = join(folder, "hashes");
    const command = findCommand("mosquitto_passwd") ?? "";
    await promisify(execFile)(command, ["-c", "-b", hashes, "bridge", "secret"]);
    const lines = [...UNBOUNDED, "password_file @dir@/hashes"];
    const city = await broker(lines, { hashes: readFileSync(hashes, "utf8") });
    const watcher = await watch(city.port);
    const passwordFile = join(folder, "password");
    writeFileSync(passwordFile, "old\n");
    const url = `mqtt://127.0.0.1:${city.port}`;
    const bridge = await start(street, { url, username: "bridge", passwordFile });
    const nodes = await publisher(street.port);
    await until(() => alarmCodes(bridge).includes("BROKER_REFUSES"));
    await report(nodes, "lamp-1", 0);
    writeFileSync(passwordFile, "secret\n");
    await watcher.until(() => watcher.count === 1);
    expect(alarmCodes(bridge)).toEqual([]);
  });
});
