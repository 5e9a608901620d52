import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BridgeConfig, BridgeStatus } from "@bollard/bridge";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { CityReader, CutBroker, keysTo, lampSchema, MqttLamp } from "./bridge-parts.js";
import { askUntil, Daemon, type DaemonOptions } from "./daemon.js";

const isRoot = process.getuid?.() === 0;
/** Anybody but root, whom the disk refuses nothing. */
const NOBODY = 65_534;

let folder: string;
let dataDir: string;
let street: CutBroker;
let city: CutBroker;
let reader: CityReader;
let closing: (() => Promise<unknown>)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bollard-disk-"));
  chmodSync(folder, 0o755);
  dataDir = join(folder, "data");
  mkdirSync(dataDir);
  street = await CutBroker.open();
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

async function start(options: DaemonOptions = {}): Promise<Daemon> {
  const file = join(folder, "bridge.yaml");
  const schema = join(folder, "lamp.schema.json");
  writeFileSync(schema, JSON.stringify(lampSchema));
  const config: BridgeConfig = {
    dataDir,
    schemas: [schema],
    sources: { mqtt: [{ name: "street", url: street.url }] },
    sinks: { mqtt: [{ name: "city", url: city.url, prefix: "city", formats: ["senml"] }] },
    nodes: { unknown: "accept" },
    spool: { commitDelayMs: 20, maxBytes: 1_048_576, historyBytes: 1_048_576 },
    http: { port: 0 },
  };
  writeFileSync(file, stringify(config));
  const daemon = new Daemon(file, options);
  closing.push(() => daemon.stop());
  return daemon;
}

/** Reports until the bridge says that it cannot keep more; each report waits for its PUBACK. */
async function reportUntilRefused(lamp: MqttLamp, url: string): Promise<BridgeStatus> {
  let isRefused = false;
  const reporting = (async () => {
    while (!isRefused) await Promise.all(Array.from({ length: 50 }, () => lamp.report()));
  })();
  const status = await askUntil<BridgeStatus>(
    `${url}/api/v1/status`,
    ({ health }) => health === "failing",
  );
  const health = await fetch(`${url}/health`);
  expect([health.status, await health.json()]).toMatchObject([503, { health: "failing" }]);
  expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^bollard_healthy 0$/m);
  isRefused = true;
  await reporting;
  return status;
}

async function expectAllArrive(lamp: MqttLamp, url: string): Promise<void> {
  await reader.until("lamp-a", lamp.reported);
  const number = (key: string) => Number(key.split("-")[1]);
  const keys = reader.keys("lamp-a").sort((one, other) => number(one) - number(other));
  expect(keys).toEqual(keysTo(1, lamp.reported));
  await askUntil<BridgeStatus>(`${url}/api/v1/status`, ({ health }) => health === "well");
  expect((await fetch(`${url}/health`)).status).toBe(200);
}

async function openLamp(): Promise<MqttLamp> {
  const lamp = await MqttLamp.open("lamp-a", street.url);
  closing.push(() => lamp.close());
  return lamp;
}

describe.skipIf(!isRoot)("a bridge whose disk refuses", () => {
  test("because it is full: says so, keeps running, and loses nothing of what it acknowledged", async () => {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=600k", "none", dataDir]);
    closing.unshift(async () => execFileSync("umount", ["-l", dataDir]));
    const daemon = await start();
    const url = await daemon.url();
    const lamp = await openLamp();
    for (const bytes of [4096, 1]) {
      try {
        for (;;) appendFileSync(join(dataDir, "other"), Buffer.alloc(bytes));
      } catch {
        // Full.
      }
    }
    const status = await reportUntilRefused(lamp, url);
    expect(status.summary).toContain("The disk refuses");
    expect(status.alarms?.map(({ code }) => code)).toContain("SPOOL_FAILING");
    rmSync(join(dataDir, "other"));
    await expectAllArrive(lamp, url);
  });

  test("from the start: does not run, and says where", async () => {
    chmodSync(dataDir, 0o500);
    const daemon = await start({ uid: NOBODY });
    expect(await daemon.ended()).toBe(1);
    expect(daemon.said).toContain(`EACCES`);
    expect(daemon.said).toContain(`BRIDGE_DATA_DIR at ${dataDir}`);
  });
});
