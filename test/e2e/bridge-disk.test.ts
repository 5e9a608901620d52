import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BridgeConfig, BridgeStatus } from "@bollard/bridge";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { type CityReader, type CutBroker, keysTo, lampSchema, MqttLamp } from "./bridge-parts.js";
import { askUntil, Daemon, type DaemonOptions } from "./daemon.js";
import { LoopDisk, needDisk } from "./loop-disk.js";
import { useStreet } from "./use-street.js";

const isRoot = process.getuid?.() === 0;
/** Anybody but root, whom the disk refuses nothing. */
const NOBODY = 65_534;

let folder: string;
let dataDir: string;
let street: CutBroker;
let city: CutBroker;
let reader: CityReader;
let closing: (() => Promise<unknown>)[];

useStreet((own) => {
  ({ folder, street, city, reader, closing } = own);
  chmodSync(folder, 0o755);
  dataDir = join(folder, "data");
  mkdirSync(dataDir);
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

/** The page's address, once what is published in the street comes to the bridge. */
async function untilConnected(daemon: Daemon): Promise<string> {
  const url = await daemon.url();
  const isUp = ({ sources }: BridgeStatus) => sources.every(({ state }) => state === "up");
  await askUntil<BridgeStatus>(`${url}/api/v1/status`, isUp);
  return url;
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
    const url = await untilConnected(await start());
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

  test("because its folders take nothing from it any more: says so, and goes on once they do", async () => {
    execFileSync("chown", [`${NOBODY}:${NOBODY}`, dataDir]);
    const url = await untilConnected(await start({ uid: NOBODY }));
    const lamp = await openLamp();
    await lamp.report();
    await reader.until("lamp-a", 1);
    const spool = join(dataDir, "spool");
    // What is open stays open: it is refused once it needs another file.
    chmodSync(spool, 0o500);
    chmodSync(dataDir, 0o500);
    const status = await reportUntilRefused(lamp, url);
    expect(status.summary).toContain("EACCES");
    expect(status.alarms?.map(({ code }) => code)).toContain("SPOOL_FAILING");
    chmodSync(dataDir, 0o700);
    chmodSync(spool, 0o700);
    await expectAllArrive(lamp, url);
  });

  needDisk(
    "because it became read-only: says so, and after a repair has all that it acknowledged",
    async () => {
      const disk = new LoopDisk(join(folder, "disk.img"), dataDir);
      closing.push(async () => disk.unmount());
      disk.mount();
      const first = await start();
      const url = await untilConnected(first);
      const lamp = await openLamp();
      await lamp.report();
      await reader.until("lamp-a", 1);
      disk.turnReadOnly();
      const status = await reportUntilRefused(lamp, url);
      // A sync that was under way when the journal was given up ends with EIO, a later write with EROFS.
      expect(status.summary).toMatch(/The disk refuses: .*(EROFS|EIO)/);
      expect(await first.stop()).toBe(0);
      disk.unmount();
      disk.repair();
      disk.mount();
      const second = await start();
      await expectAllArrive(lamp, await second.url());
    },
  );

  test("from the start: does not run, and says where", async () => {
    chmodSync(dataDir, 0o500);
    const daemon = await start({ uid: NOBODY });
    expect(await daemon.ended()).toBe(1);
    expect(daemon.said).toContain(`EACCES`);
    expect(daemon.said).toContain(`BRIDGE_DATA_DIR at ${dataDir}`);
  });
});
