import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sht31 } from "@bollard/firmware-sim";
import { decodePayload } from "@bollard/sdk";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { countTips } from "./count-tips.js";
import { reportWeather } from "./main.js";
import { type I2cBus, readSht31 } from "./read-sht31.js";
import { weather } from "./weather-schema.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-weather-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** The kernel's half of an I²C bus with one simulated sensor on it. */
class SimulatedBus implements I2cBus {
  isBroken = false;
  isDamaged = false;
  readonly #sensor = new Sht31(() => ({ temperature: -3.7, humidity: 91.5 }));

  async i2cWrite(address: number, _length: number, bytes: Buffer): Promise<void> {
    if (this.isBroken || address !== this.#sensor.address) throw new Error("EREMOTEIO");
    this.#sensor.begin(true);
    for (const byte of bytes) this.#sensor.write(byte);
  }
  async i2cRead(_address: number, length: number, bytes: Buffer): Promise<void> {
    this.#sensor.begin(false);
    for (let i = 0; i < length; i++) bytes[i] = this.#sensor.read();
    if (this.isDamaged) bytes[4] = 0x55;
  }
}

/** A `gpiomon` of version 2 that sees these edges, in seconds, and then waits. */
function gpiomon(edges: readonly string[]): string {
  const path = join(folder, "gpiomon");
  const lines = edges.map((edge) => `echo ${edge}`).join("\n");
  writeFileSync(
    path,
    `#!/bin/sh\n[ "$1" = --version ] && echo "gpiomon (libgpiod) v2.2" && exit\n${lines}\nexec sleep 60\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

test("temperature, humidity and rain arrive, and what fails is missing", async () => {
  const told = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const messages: Uint8Array[] = [];
  const client = { publishAsync: async (_: string, message: Uint8Array) => messages.push(message) };
  const bus = new SimulatedBus();
  // The second is the contact's chatter.
  const rain = countTips(17, gpiomon(["10.000000001", "10.004000000", "42.5", "43.5"]));
  const tips = [0];
  await vi.waitFor(() => {
    tips.push(rain.take());
    expect(tips.reduce((sum, tip) => sum + tip)).toBe(3);
  });
  const counted = { take: () => 3, stop: () => rain.stop() };
  const { stop } = await reportWeather({
    ...{ id: "pi-2", client, bus, folder, everyMs: 50 },
    rain: counted,
  });
  await vi.waitFor(() => expect(messages.length).toBeGreaterThan(1), 10_000);
  bus.isBroken = true;
  const before = messages.length;
  await vi.waitFor(() => expect(messages.length).toBeGreaterThan(before + 2), 10_000);
  await stop();
  const readings = messages.flatMap((message) => decodePayload(weather, message).readings);
  expect(readings[0]?.values).toEqual({ temperature: -3.7, humidity: 91.5, rain: 0.8 });
  expect(readings.at(-1)?.values).toEqual({ temperature: null, humidity: null, rain: 0.8 });
  expect(told.mock.calls.flat().join("")).toContain("EREMOTEIO");
}, 20_000);

test("a damaged answer is no measurement", async () => {
  const bus = new SimulatedBus();
  bus.isDamaged = true;
  await expect(readSht31(bus)).rejects.toThrow("SHT31: the checksum at byte 5 is wrong");
});
