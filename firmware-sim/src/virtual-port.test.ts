import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SerialPort } from "serialport";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CableFaults } from "./cable-faults.js";
import { openVirtualPort, type VirtualPort, type VirtualPortOptions } from "./virtual-port.js";

const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);

let folder: string;
const ports: VirtualPort[] = [];
const hosts: SerialPort[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "virtual-port-"));
});

afterEach(async () => {
  await Promise.all(hosts.splice(0).map(closeHost));
  await Promise.all(ports.splice(0).map((port) => port.close()));
  rmSync(folder, { recursive: true });
});

async function device(options?: VirtualPortOptions): Promise<VirtualPort> {
  const port = await openVirtualPort(options);
  ports.push(port);
  return port;
}

async function host(path: string): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate: 115_200, autoOpen: false });
  hosts.push(port);
  port.on("error", () => {});
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error ? reject(error) : resolve()));
  });
  return port;
}

function closeHost(port: SerialPort): Promise<void> {
  return new Promise((resolve) => {
    if (port.isOpen) port.close(() => resolve());
    else resolve();
  });
}

/** Resolves with the first `count` bytes that `listen` gives. */
function receive(
  count: number,
  listen: (listener: (bytes: Uint8Array) => void) => unknown,
): Promise<Uint8Array> {
  const got: number[] = [];
  return new Promise((resolve) => {
    listen((bytes) => {
      got.push(...bytes);
      if (got.length >= count) resolve(Uint8Array.from(got));
    });
  });
}

describe("openVirtualPort", () => {
  test("carries every byte value both ways, unchanged and without echo", async () => {
    const port = await device();
    const client = await host(port.path);
    const atHost = receive(256, (listener) => client.on("data", listener));
    const atDevice = receive(256, (listener) => port.onData(listener));
    expect(port.write(everyByte)).toBe(true);
    client.write(Buffer.from(everyByte));
    expect(await atHost).toEqual(everyByte);
    expect(await atDevice).toEqual(everyByte);
    expect(port.stats()).toEqual({
      toHost: { accepted: 256, refused: 0, waiting: 0, delivered: 256 },
      toDevice: { accepted: 256, refused: 0, waiting: 0, delivered: 256 },
    });
  });

  test("a host may close the port and open it again", async () => {
    const port = await device();
    for (let round = 0; round < 3; round++) {
      const client = await host(port.path);
      const got = receive(256, (listener) => client.on("data", listener));
      port.write(everyByte);
      expect(await got).toEqual(everyByte);
      await closeHost(client);
    }
  });

  test("takes the time the baud rate asks for, both ways", async () => {
    const port = await device({ baudRate: 57_600 }); // 5,760 bytes a second
    const client = await host(port.path);
    const bytes = new Uint8Array(1152).fill(0x55);
    const start = performance.now();
    const both = [
      receive(bytes.length, (listener) => client.on("data", listener)),
      receive(bytes.length, (listener) => port.onData(listener)),
    ];
    port.write(bytes);
    client.write(Buffer.from(bytes));
    await Promise.all(both);
    expect(performance.now() - start).toBeGreaterThanOrEqual(199);
  });

  test("refuses what does not fit, counts it, and makes the device wait for the host", async () => {
    const port = await device({ bufferBytes: 1000 });
    const client = await host(port.path);
    client.pause();
    const chunk = new Uint8Array(500).fill(0x55);
    let taken = 0;
    while (port.write(chunk)) taken += chunk.length;
    expect(port.room).toBeLessThan(500);
    expect(port.stats().toHost).toMatchObject({ accepted: taken, refused: 500 });
    const got = receive(taken, (listener) => client.on("data", listener));
    client.resume();
    expect((await got).length).toBe(taken);
    await port.flushed();
    expect(port.stats().toHost).toMatchObject({ waiting: 0, delivered: taken });
  });

  test("as a stream it carries more than it can hold", async () => {
    const port = await device({ bufferBytes: 1000 });
    const client = await host(port.path);
    const stream = port.stream();
    const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
    const atHost = receive(bytes.length, (listener) => client.on("data", listener));
    const atDevice = receive(bytes.length, (listener) => stream.on("data", listener));
    stream.write(bytes);
    client.write(Buffer.from(bytes));
    expect(Buffer.compare(await atHost, bytes)).toBe(0);
    expect(Buffer.compare(await atDevice, bytes)).toBe(0);
    const closed = new Promise((resolve) => stream.on("close", resolve));
    await port.close();
    await closed;
  });

  test("the cable's faults apply on the way", async () => {
    const toHost = new CableFaults();
    const port = await device({ toHost });
    const client = await host(port.path);
    port.cut();
    port.write(everyByte);
    await port.flushed();
    port.join();
    const got = receive(3, (listener) => client.on("data", listener));
    port.write(Uint8Array.of(1, 2, 3));
    expect(await got).toEqual(Uint8Array.of(1, 2, 3));
    expect(toHost.counts.cut).toBe(256);
  });

  test("closing hangs up: a read that waits at the host ends without data", async () => {
    const port = await device();
    const reader = await open(port.path, constants.O_RDWR | constants.O_NOCTTY);
    try {
      const reading = reader.read(new Uint8Array(10), 0, 10).then(
        ({ bytesRead }) => bytesRead,
        (error: NodeJS.ErrnoException) => error.code,
      );
      await port.close();
      expect([0, "EIO"]).toContain(await reading); // 0 when it was not yet waiting
      expect(port.isOpen).toBe(false);
      expect(port.write(everyByte)).toBe(false);
    } finally {
      await reader.close();
    }
  });

  test("keeps a symbolic link while it is open, also across a replug", async () => {
    const link = join(folder, "ttyTEST0");
    const first = await device({ link });
    expect(readlinkSync(link)).toBe(first.path);
    const second = await device({ link });
    expect(readlinkSync(link)).toBe(second.path);
    await first.close();
    expect(readlinkSync(link)).toBe(second.path);
    const client = await host(link);
    const got = receive(1, (listener) => client.on("data", listener));
    second.write(Uint8Array.of(9));
    expect(await got).toEqual(Uint8Array.of(9));
    await closeHost(client);
    await second.close();
    expect(lstatSync(link, { throwIfNoEntry: false })).toBeUndefined();
  });

  test("never puts its link in place of a file", async () => {
    const link = join(folder, "taken");
    writeFileSync(link, "mine");
    await expect(openVirtualPort({ link })).rejects.toMatchObject({
      code: "SIM_LINK_TAKEN",
      subject: link,
    });
    expect(existsSync(link)).toBe(true);
  });

  test("refuses a baud rate that is none", async () => {
    await expect(openVirtualPort({ baudRate: 0 })).rejects.toThrow(/SIM_BAD_OPTION: baudRate/);
  });

  test("leaves no descriptor and no exit listener behind", async () => {
    const count = (): number => readdirSync("/proc/self/fd").length;
    const before = [count(), process.listenerCount("exit")];
    for (let round = 0; round < 20; round++) {
      const port = await device({ link: join(folder, "ttyTEST1"), baudRate: 9600 });
      port.onData(() => {});
      const slave = openSync(port.path, constants.O_RDWR | constants.O_NOCTTY);
      port.write(everyByte);
      await port.close();
      closeSync(slave);
    }
    expect([count(), process.listenerCount("exit")]).toEqual(before);
  });
});
