import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BridgeConfig } from "@bollard/bridge";
import { afterEach, beforeEach, expect, test } from "vitest";
import { stringify } from "yaml";
import {
  BridgeProcess,
  CityReader,
  CutBroker,
  keysTo,
  lampSchema,
  lampValue,
  MqttLamp,
  SerialLamp,
} from "./bridge-parts.js";
import { type Mosquitto, startMosquitto } from "./mosquitto.js";
import { needCommand } from "./need.js";

const KILLS = process.env.BOLLARD_FULL === "1" ? 100 : 6;
/** A bridge is let live so long at most, from the start of its process: it may not even be up by then. */
const MAX_LIFE_MS = 3000;
const NODES = 2;

let folder: string;
let street: Mosquitto;
let city: CutBroker;
let reader: CityReader;
let closing: (() => Promise<unknown>)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bollard-kill-"));
  street = await startMosquitto(["max_queued_messages 0"]);
  city = await CutBroker.open();
  reader = new CityReader(city);
  closing = [];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  await street.close();
  await city.close();
  rmSync(folder, { recursive: true });
});

function writeConfig(): string {
  const schema = join(folder, "lamp.schema.json");
  writeFileSync(schema, JSON.stringify(lampSchema));
  const config: BridgeConfig = {
    dataDir: join(folder, "data"),
    schemas: [schema],
    sources: {
      serial: [{ name: "cabinet", ports: [join(folder, "tty*")], pollMs: 100 }],
      mqtt: [{ name: "street", url: `mqtt://127.0.0.1:${street.port}` }],
    },
    sinks: { mqtt: [{ name: "city", url: city.url, prefix: "city", formats: ["senml"] }] },
    nodes: { unknown: "accept" },
    spool: { commitDelayMs: 200 },
    http: { enabled: false },
    log: { level: "silent" },
  };
  const file = join(folder, "bridge.yaml");
  writeFileSync(file, stringify(config));
  return file;
}

/** Reports of every node, again and again until told to end. */
async function report(
  serial: readonly SerialLamp[],
  mqtt: readonly MqttLamp[],
  isDone: () => boolean,
): Promise<void> {
  while (!isDone()) {
    for (const lamp of serial) lamp.report();
    await Promise.all(mqtt.map((lamp) => lamp.report()));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** All of it came, nothing else did, and each reading for the first time in its order. */
function expectAll(name: string, count: number): void {
  expect(reader.keys(name)).toEqual(keysTo(1, count));
  for (const { key, value } of reader.arrivals.get(name) ?? []) {
    expect(value).toBeCloseTo(lampValue(Number(key.split("-")[1])), 6);
  }
}

needCommand("mosquitto", "apt install mosquitto")(
  "a bridge that is killed at random moments",
  () => {
    test(`loses, invents and reorders nothing, ${KILLS} times over`, async () => {
      const bridge = new BridgeProcess(writeConfig());
      closing.push(() => bridge.kill());
      // Once in good order, so that the broker knows the session before anything is published.
      await bridge.start();
      const serial: SerialLamp[] = [];
      const mqtt: MqttLamp[] = [];
      for (let i = 0; i < NODES; i++) {
        const wired = new SerialLamp(`wired-${i}`, join(folder, `tty${i}`));
        closing.push(() => wired.close());
        await wired.plug();
        serial.push(wired);
        const radio = await MqttLamp.open(`radio-${i}`, `mqtt://127.0.0.1:${street.port}`);
        closing.push(() => radio.close());
        mqtt.push(radio);
      }
      let isDone = false;
      const reporting = report(serial, mqtt, () => isDone);
      await reader.until("wired-0", 1);
      await reader.until("radio-0", 1);
      for (let kill = 0; kill < KILLS; kill++) {
        await bridge.kill();
        if (kill % 3 === 1) await city.cut();
        const starting = bridge.start().catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, Math.random() * MAX_LIFE_MS));
        if (kill % 3 === 1) await city.join();
        if (kill < KILLS - 1) await bridge.kill();
        await starting;
      }
      isDone = true;
      await reporting;
      for (let i = 0; i < NODES; i++) {
        const [wired, radio] = [serial[i]?.offered ?? 0, mqtt[i]?.reported ?? 0];
        await reader.until(`wired-${i}`, wired);
        await reader.until(`radio-${i}`, radio);
        expectAll(`wired-${i}`, wired);
        expectAll(`radio-${i}`, radio);
      }
      expect(reader.arrivals.size).toBe(2 * NODES);
      await bridge.stop();
    }, 600_000);
  },
);
