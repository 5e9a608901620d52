import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bridge, type BridgeStatus } from "@bollard/bridge";
import { connectAsync } from "mqtt";
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
      sinks: { mqtt: [{ name: "city", url: city.url, prefix: "city", commands: {} }] },
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

describe("a command from the city's broker", () => {
  /** Asks on the command topic, and waits for what comes on the result topic. */
  async function openDesk() {
    const client = await connectAsync(city.url);
    await client.subscribeAsync("city/+/result", { qos: 1 });
    const results: { readonly topic: string; readonly status: string; readonly id: string }[] = [];
    let wake = () => {};
    client.on("message", (topic, text) => {
      const { status, id } = JSON.parse(text.toString());
      results.push({ topic, status, id });
      wake();
    });
    return async (node: string, request: object) => {
      const known = results.length;
      await client.publishAsync(`city/${node}/command`, JSON.stringify(request), { qos: 1 });
      while (results.length === known) await new Promise<void>((resolve) => (wake = resolve));
      return results.at(-1);
    };
  }

  test("gets to the node on its port and is done once, and what came of it gets back", async () => {
    const lamp = await plug("lamp-a", "by-id/usb-Lamp_1");
    lamp.report();
    await reader.until("lamp-a", 1);
    const ask = await openDesk();
    const slower = { command: "set-interval", values: { seconds: 120 } };
    const topic = "city/lamp-a/result";
    expect(await ask("lamp-a", { id: "a", ...slower })).toEqual({ topic, id: "a", status: "done" });
    // Asked once more, it is answered from memory.
    expect(await ask("lamp-a", { id: "a", ...slower })).toEqual({ topic, id: "a", status: "done" });
    lamp.answer = (name) => (name === "reboot" ? "refused" : undefined);
    expect(await ask("lamp-a", { id: "b", command: "reboot" })).toMatchObject({
      status: "refused",
    });
    expect(lamp.commands).toEqual([
      { name: "set-interval", values: { seconds: 120 } },
      { name: "reboot", values: {} },
    ]);
    const silent = { ...slower, withinMs: 500 };
    expect(await ask("lamp-a", { id: "c", ...silent })).toMatchObject({ status: "expired" });
    const wrong = { ...slower, values: { minutes: 2 } };
    expect(await ask("lamp-a", { id: "d", ...wrong })).toMatchObject({ status: "invalid" });
    await lamp.unplug();
    await until(({ sources }) => sources.every(({ state }) => state === "down"));
    expect(await ask("lamp-a", { id: "e", ...slower })).toMatchObject({ status: "unreachable" });
    expect(lamp.commands).toHaveLength(3);
  });

  test("follows the node to another port, before it has sent a reading there", async () => {
    const lamp = await plug("lamp-a", "by-id/usb-Lamp_1");
    lamp.report();
    await reader.until("lamp-a", 1);
    await lamp.unplug();
    await until(({ sources }) => sources.every(({ state }) => state === "down"));
    await lamp.plug(join(folder, "ttyACM7"));
    await until(({ sources }) => sources.some(({ state }) => state === "up"));
    const ask = await openDesk();
    expect(await ask("lamp-a", { id: "f", command: "reboot" })).toMatchObject({ status: "done" });
    expect(lamp.commands).toEqual([{ name: "reboot", values: {} }]);
  });
});
