import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bridge, type BridgeStatus } from "@bollard/bridge";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CityReader, CutBroker, keysTo, lampSchema, SerialLamp } from "./bridge-parts.js";

let folder: string;
let city: CutBroker;
let reader: CityReader;
let bridge: Bridge;
let lamps: SerialLamp[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bollard-serial-"));
  mkdirSync(join(folder, "by-id"));
  city = await CutBroker.open();
  reader = new CityReader(city);
  lamps = [];
  bridge = new Bridge({
    config: {
      dataDir: join(folder, "data"),
      sources: {
        serial: [{ name: "cabinet", ports: [join(folder, "by-id/*"), join(folder, "tty?*")] }],
      },
      sinks: { mqtt: [{ name: "city", url: city.url, prefix: "city" }] },
      nodes: { unknown: "accept" },
      spool: { commitDelayMs: 100 },
      http: { port: 0 },
      log: { level: "silent" },
    },
    schemas: [lampSchema],
  });
  await bridge.start();
});
afterEach(async () => {
  for (const lamp of lamps) await lamp.close();
  await bridge.close();
  await city.close();
  rmSync(folder, { recursive: true });
});

async function plug(nodeId: string, port: string, life?: number): Promise<SerialLamp> {
  const lamp = new SerialLamp(nodeId, join(folder, port), life);
  lamps.push(lamp);
  await lamp.plug();
  return lamp;
}

async function until(condition: (status: BridgeStatus) => boolean): Promise<BridgeStatus> {
  for (;;) {
    const status = bridge.status();
    if (condition(status)) return status;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("many serial ports", () => {
  test("fifty at once, pulled while they send and put back elsewhere: nothing is lost or out of order", async () => {
    const PORTS = 50;
    const READINGS = 30;
    const all = await Promise.all(
      Array.from({ length: PORTS }, (_, i) => plug(`lamp-${i}`, `by-id/usb-Lamp_${i}`)),
    );
    for (const lamp of all) for (let i = 0; i < READINGS; i++) lamp.report();
    await Promise.all(all.map((_, i) => reader.until(`lamp-${i}`, 1)));
    // Every plug is pulled with readings, acknowledgements and writes under way.
    await Promise.all(all.map((lamp) => lamp.unplug()));
    for (const lamp of all) for (let i = 0; i < READINGS; i++) lamp.report();
    await until(({ sources }) => sources.every(({ state }) => state === "down"));
    // Each comes back at its neighbour's place, half of them under another kind of path.
    await Promise.all(
      all.map((lamp, i) => {
        const place = (i + 1) % PORTS;
        return lamp.plug(join(folder, i % 2 ? `by-id/usb-Lamp_${place}` : `ttyACM${place}`));
      }),
    );
    await Promise.all(all.map((_, i) => reader.until(`lamp-${i}`, 2 * READINGS)));
    await until(() => all.every(({ node }) => node.stats().held === 0));
    all.forEach((_, i) => {
      expect(reader.keys(`lamp-${i}`)).toEqual(keysTo(1, 2 * READINGS));
      expect(reader.contradictions(`lamp-${i}`)).toEqual([]);
    });
    const { alarms } = bridge.status();
    expect((alarms ?? []).map(({ code }) => code)).not.toContain("NODE_ID_TWICE");
  });

  test("two devices with one id raise an alarm that names it, and what each sends is kept", async () => {
    const first = await plug("lamp-a", "ttyACM0", 7);
    for (let i = 0; i < 10; i++) first.report();
    await reader.until("lamp-a", 10);
    const second = await plug("lamp-a", "ttyACM1", 8);
    for (let i = 0; i < 10; i++) {
      first.report();
      second.report();
    }
    await reader.until("lamp-a", 30);
    const { alarms } = await until(({ alarms }) => (alarms?.length ?? 0) > 0);
    expect(alarms).toMatchObject([{ code: "NODE_ID_TWICE", place: "lamp-a" }]);
    await until(() => lamps.every(({ node }) => node.stats().held === 0));
    expect(second.node.boot).not.toBe(1);
    const keys = reader.keys("lamp-a");
    const ofBoot = (boot: number) => keys.filter((key) => key.startsWith(`${boot}-`));
    expect(ofBoot(1)).toEqual(keysTo(1, 20));
    expect(ofBoot(second.node.boot)).toEqual(keysTo(second.node.boot, 10));
    expect(reader.contradictions("lamp-a")).toEqual([]);
  });
});
