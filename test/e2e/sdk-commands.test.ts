import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { Bridge, type BridgeConfig } from "@bollard/bridge";
import { openVirtualPort } from "@bollard/firmware-sim";
import { readSchemaFile } from "@bollard/schema/file";
import {
  endAtHangUp,
  mqttTransport,
  Node,
  serialTransport,
  type Transport,
} from "@bollard/sdk/node";
import { connectAsync } from "mqtt";
import { SerialPort } from "serialport";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startMosquitto } from "./mosquitto.js";
import { needCommand } from "./need.js";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const air = readSchemaFile(`${examples}street-air/street-air.schema.yaml`);
const health = readSchemaFile(`${examples}schemas/node-health.schema.yaml`);
const id = "oak-street-12";

let folder: string;
const atEnd: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-commands-"));
});
afterEach(async () => {
  for (const task of atEnd.splice(0).reverse()) await task();
  rmSync(folder, { recursive: true });
});

/** A node that measures the air and tells how it is, and does what it is asked to but for reboots. */
class StreetNode {
  readonly asked: { schema: string; name: string; values: object }[] = [];
  readonly node: Node<[typeof air, typeof health]>;

  constructor(transport: Transport) {
    this.node = new Node({
      ...{ id, boot: 1, schemas: [air, health], transport },
      onCommand: (command) => {
        const { schema, name, values } = command;
        this.asked.push({ schema, name, values });
        if (name === "reboot") return false;
        if ((values.schema ?? air.id) !== air.id) throw new Error("there is no such schema here");
        this.report();
        return true;
      },
    });
    atEnd.push(() => this.node.close());
  }

  /** One reading of each of its schemas. */
  report(): void {
    this.node.report({ pm25: 7.3, temperature: 21.5 });
    const values = { resets: 3, lost_reports: 0, last_reset: "power", firmware: "1.4.0" };
    this.node.reportOf("node-health", values);
  }
}

async function startBridge(sources: NonNullable<BridgeConfig["sources"]>): Promise<Bridge> {
  const bridge = new Bridge({
    config: {
      ...{ dataDir: join(folder, "data"), sources, spool: { commitDelayMs: 20 } },
      ...{ nodes: { unknown: "accept" }, http: { port: 0 }, log: { level: "silent" } },
    },
    schemas: [air, health],
  });
  await bridge.start();
  atEnd.push(() => bridge.close());
  return bridge;
}

/** Messages that came from the node. */
const heard = (bridge: Bridge) => bridge.status().sources[0]?.messages ?? 0;

/** A line between two serial ports; the path of each end. */
async function crossedCable(): Promise<[string, string]> {
  const ends = await Promise.all(
    ["near", "far"].map((name) => openVirtualPort({ link: join(folder, name) })),
  );
  const [near, far] = ends;
  if (!near || !far) throw new Error("there are no two ends");
  near.onData((bytes) => far.write(bytes));
  far.onData((bytes) => near.write(bytes));
  for (const end of ends) atEnd.push(() => end.close());
  return [near.path, far.path];
}

function openSerial(path: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const options = { path, baudRate: 115_200, ...endAtHangUp(SerialPort.binding) };
    const port = new SerialPort(options, (error) => (error ? reject(error) : resolve(port)));
  });
}

describe("commands to a node on a serial line", () => {
  test("are done, refused or failed, and the bridge is told which; both its schemas' commands are known", async () => {
    const [ofNode, ofBridge] = await crossedCable();
    const bridge = await startBridge({ serial: [{ name: "cabinet", ports: [ofBridge] }] });
    const { asked, node } = new StreetNode(serialTransport({ open: () => openSerial(ofNode) }));
    node.report({ pm25: 7.3 });
    await node.flushed();
    const ask = async (number: number, command: string, schema: string, values = {}) => {
      const request = { id: `c${number}`, command, schema, values, withinMs: 10_000 };
      return (await bridge.command(id, request)).status;
    };
    expect(await ask(1, "set-report-interval", "street-air", { interval: 60 })).toBe("done");
    const ofSchema = { schema: air.id, interval: 60 };
    expect(await ask(2, "set-report-interval", "node-health", ofSchema)).toBe("done");
    const ofNone = { schema: 99, interval: 60 };
    expect(await ask(3, "set-report-interval", "node-health", ofNone)).toBe("failed");
    expect(await ask(4, "reboot", "node-health")).toBe("refused");
    // Asked for again it is not done again.
    expect(await ask(1, "set-report-interval", "street-air", { interval: 60 })).toBe("done");
    expect(asked).toEqual([
      { schema: "street-air", name: "set-report-interval", values: { interval: 60 } },
      { schema: "node-health", name: "set-report-interval", values: ofSchema },
      { schema: "node-health", name: "set-report-interval", values: ofNone },
      { schema: "node-health", name: "reboot", values: {} },
    ]);
    await node.flushed();
    expect(node.stats()).toMatchObject({ reported: 5, commands: 4, held: 0, dropped: 0 });
    await expect.poll(() => heard(bridge)).toBe(5);
    expect(bridge.status().alarms).toEqual([]);
  });
});

const describeMosquitto = needCommand("mosquitto", "apt install mosquitto");

describeMosquitto("commands to a node behind a broker", () => {
  test("reach it, also after the broker was killed, and what it does then comes back as readings", async () => {
    const broker = await startMosquitto();
    atEnd.push(() => broker.close());
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const topics = { topic: "bollard/{node}/up", down: "bollard/{node}/down" };
    const bridge = await startBridge({ mqtt: [{ name: "street", url, ...topics }] });
    const client = await connectAsync(url, { clientId: id, reconnectPeriod: 50 });
    atEnd.push(() => client.endAsync(true));
    const { asked, node } = new StreetNode(mqttTransport({ client }));
    node.report({ pm25: 7.3 });
    await expect.poll(() => heard(bridge), { timeout: 20_000 }).toBe(1);
    const ask = async (number: number, interval: number) => {
      const values = { schema: air.id, interval };
      const request = { id: `c${number}`, command: "set-report-interval", schema: "node-health" };
      return (await bridge.command(id, { ...request, values, withinMs: 10_000 })).status;
    };
    expect(await ask(1, 60)).toBe("sent");
    await expect.poll(() => heard(bridge), { timeout: 20_000 }).toBe(3);

    const areBoth = (state: boolean) => () =>
      client.connected === state && (bridge.status().sources[0]?.state === "up") === state;
    await broker.kill();
    await expect.poll(areBoth(false), { timeout: 20_000 }).toBe(true);
    await broker.restart();
    // A broker that was killed knows no subscription, and keeps nothing for who is not there.
    await expect.poll(areBoth(true), { timeout: 20_000 }).toBe(true);
    node.report({ pm25: 8 });
    await expect.poll(() => heard(bridge), { timeout: 20_000 }).toBe(4);
    expect(await ask(2, 300)).toBe("sent");
    await expect.poll(() => heard(bridge), { timeout: 20_000 }).toBe(6);
    expect(asked.map(({ values }) => values)).toEqual([
      { schema: air.id, interval: 60 },
      { schema: air.id, interval: 300 },
    ]);
    expect(node.stats()).toMatchObject({ reported: 6, commands: 2, dropped: 0 });
  });
});
