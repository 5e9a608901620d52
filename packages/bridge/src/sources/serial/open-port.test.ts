import { execFileSync } from "node:child_process";
import { openVirtualPort, type VirtualPort } from "@bollard/firmware-sim";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSerialPort, type SerialStream } from "./open-port.js";

let device: VirtualPort;
let stream: SerialStream | undefined;
beforeEach(async () => {
  device = await openVirtualPort();
});
afterEach(async () => {
  await stream?.close();
  await device.close();
});

const settings = () => execFileSync("stty", ["-F", device.path, "-a"]).toString();

describe("openSerialPort", () => {
  test.each([
    [true, " -hupcl"],
    [false, " hupcl"],
  ])("with keepDtr %s the port is left with%s", async (keepDtr, expected) => {
    stream = await openSerialPort(device.path, { baudRate: 115_200, keepDtr });
    await stream.close();
    expect(settings()).toContain(expected);
  });

  test("carries bytes both ways, and tells the end when the plug is pulled in mid-write", async () => {
    stream = await openSerialPort(device.path, { baudRate: 115_200, keepDtr: true });
    const heard = new Promise<string>((resolve) => {
      stream?.onData((chunk) => resolve(Buffer.from(chunk).toString()));
    });
    device.write(Buffer.from("hello"));
    expect(await heard).toBe("hello");
    const ended = new Promise<void>((resolve) => stream?.onClose(() => resolve()));
    // Nobody reads: the system's buffer fills, and the write is under way when the plug is pulled.
    const outcomes: boolean[] = [];
    for (let i = 0; i < 50; i++)
      stream.write(new Uint8Array(4096), (error) => outcomes.push(!error));
    await device.close();
    await ended;
    await new Promise<void>((resolve) => stream?.write(Uint8Array.of(1), () => resolve()));
    expect(outcomes.filter(Boolean).length).toBeLessThan(50);
  });

  test("says why a port cannot be opened", async () => {
    await expect(
      openSerialPort("/dev/no-such-port", { baudRate: 115_200, keepDtr: true }),
    ).rejects.toThrow(/no-such-port/);
  });
});
