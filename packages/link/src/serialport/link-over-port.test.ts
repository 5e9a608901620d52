import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CableFaults, openVirtualPort, type VirtualPort } from "@bollard/firmware-sim";
import { SerialPort } from "serialport";
import { expect, test } from "vitest";
import { LinkHost } from "../host/link-host.js";
import { LinkSessions } from "../host/link-sessions.js";
import { keepPolling } from "../keep-polling.js";
import { LinkNode } from "../node/link-node.js";
import { endAtHangUp } from "./end-at-hang-up.js";

const COUNT = 300;
const clock = { now: () => performance.now() };

test("a link over a bad serial port loses nothing, also across a pulled plug", async () => {
  const folder = mkdtempSync(join(tmpdir(), "link-over-port-"));
  const link = join(folder, "ttyNODE");
  const delivered: string[] = [];
  let half: () => void = () => {};
  const halfDelivered = new Promise<void>((resolve) => {
    half = resolve;
  });

  // The node, on the device's end of the port.
  let device: VirtualPort | undefined;
  let allDurable: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    allDurable = resolve;
  });
  const node = new LinkNode({
    nodeId: "street-7",
    boot: 3,
    life: 99,
    ...clock,
    send: (frame) => device?.write(frame),
    onEvent: () => {
      if (node.stats().durable === COUNT) allDurable();
    },
  });
  const stopNode = keepPolling(node, clock);
  const plug = async (seed: number): Promise<void> => {
    const rates = { flip: 5e-4, drop: 5e-4 };
    const port = await openVirtualPort({
      link,
      baudRate: 460_800,
      toHost: new CableFaults({ ...rates, seed }),
      toDevice: new CableFaults({ ...rates, seed: seed + 1 }),
    });
    device = port;
    port.onData((bytes) => node.receive(bytes));
    node.lineUp();
  };

  // The host, on a SerialPort.
  const sessions = new LinkSessions({ allocateSession: () => 1 });
  let port: SerialPort | undefined;
  const host = new LinkHost({
    sessions,
    ...clock,
    send: (frame) => port?.isOpen && port.write(frame),
    onEvent: (event) => {
      if (event.kind !== "data") return;
      delivered.push(`${event.nodeId} ${event.boot} ${event.sequence} ${event.payload.join(",")}`);
      setTimeout(() => event.session.durable(event.sequence), 5);
      if (delivered.length === COUNT / 2) half();
    },
  });
  const stopHost = keepPolling(host, clock);
  const open = async (): Promise<{ closed: Promise<void> }> => {
    const opened = new SerialPort({
      path: link,
      baudRate: 115_200,
      ...endAtHangUp(SerialPort.binding),
    });
    opened.on("error", () => {});
    opened.on("data", (bytes: Uint8Array) => host.receive(bytes));
    await new Promise<void>((resolve) => opened.on("open", () => resolve()));
    port = opened;
    host.lineUp();
    const closed = new Promise<void>((resolve) => {
      opened.on("close", () => {
        host.lineDown();
        resolve();
      });
    });
    return { closed };
  };

  for (let i = 0; i < COUNT; i++) node.offer(Uint8Array.of(i & 0xff, 0, i >> 8));
  await plug(1);
  const first = await open();
  await halfDelivered;
  node.lineDown();
  await device?.close();
  await first.closed;
  await plug(5);
  const second = await open();
  await done;

  expect(delivered).toEqual(
    Array.from({ length: COUNT }, (_, i) => `street-7 3 ${i} ${i & 0xff},0,${i >> 8}`),
  );
  expect(node.stats()).toMatchObject({ held: 0, durable: COUNT, dropped: 0 });
  port?.close();
  await second.closed;
  await device?.close();
  stopNode();
  stopHost();
  rmSync(folder, { recursive: true });
}, 30_000);
