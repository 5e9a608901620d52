import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Bme280, sds011Message, type Weather } from "@bollard/firmware-sim";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needCommand } from "../e2e/need.js";

const { resolve } = createRequire(import.meta.url);
const firmware = dirname(resolve("@bollard-examples/firmware/street-air/main.c"));

/** Reads registers of a BME280 from standard input, and prints what its firmware makes of them. */
const WEATHER = `
#include <stdio.h>
#include <string.h>
#include "bme280.h"
static uint8_t registers[256];
bool bme280_read(uint8_t first, uint8_t *to, uint8_t count) { memcpy(to, registers + first, count); return true; }
bool bme280_write(uint8_t reg, uint8_t value) { (void)reg; (void)value; return true; }
void bme280_wait(void) {}
int main(void) {
	while (fread(registers, 1, sizeof(registers), stdin) == sizeof(registers)) {
		bme280_weather_t weather;
		if (!bme280_begin() || !bme280_measure(&weather)) return 1;
		printf("%d %u %lu\\n", weather.temperature_centi_cel, weather.humidity_centi_percent, (unsigned long)weather.pressure_pa);
	}
	return 0;
}`;

/** Hands standard input to the counter's parser, and prints each message that it takes. */
const COUNTER = `
#include <stdio.h>
#include "sds011.h"
int main(void) {
	sds011_t sensor = {0};
	for (int byte; (byte = getchar()) != EOF;) {
		sds011_receive(&sensor, (uint8_t)byte);
		if (sensor.is_new) printf("%u %u\\n", sensor.pm25_deci_ug_m3, sensor.pm10_deci_ug_m3);
		sensor.is_new = false;
	}
	return 0;
}`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-sensors-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Compiles one of the firmware's sources for this computer, and runs it on some bytes. */
function run(name: string, main: string, input: Uint8Array): number[][] {
  const source = join(folder, `${name}-main.c`);
  const program = join(folder, name);
  writeFileSync(source, main);
  const flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-O1", "-fsanitize=undefined", "-g"];
  // Shifts of negative numbers are as every compiler of these parts has them.
  const checks = ["-fno-sanitize-recover=all", "-fno-sanitize=shift"];
  const all = [...flags, ...checks, `-I${firmware}`, "-o", program, source];
  execFileSync("gcc", [...all, join(firmware, `${name}.c`)], { stdio: "pipe" });
  const printed = execFileSync(program, { input, stdio: ["pipe", "pipe", "inherit"] }).toString();
  const lines = printed.trim().split("\n");
  return lines.filter((line) => line !== "").map((line) => line.split(" ").map(Number));
}

/** All registers of a sensor in some weather, as a program reads them. */
function registersOf(weather: Weather): Uint8Array {
  const sensor = new Bme280(() => weather);
  const set = (register: number, value: number) => {
    sensor.begin(true);
    sensor.write(register);
    sensor.write(value);
  };
  set(0xf2, 1);
  set(0xf4, 0x25);
  sensor.begin(true);
  sensor.write(0);
  sensor.begin(false);
  return Uint8Array.from({ length: 256 }, () => sensor.read());
}

needCommand("gcc", "apt install gcc libc6-dev")("the firmware's sensors", () => {
  test("a BME280's weather comes out within a hundredth of a degree and a few pascals, all over its range", () => {
    const weathers: Weather[] = [];
    for (let temperature = -40; temperature <= 85; temperature += 12.5) {
      for (let humidity = 0; humidity <= 100; humidity += 12.5) {
        for (let pressure = 30_000; pressure <= 110_000; pressure += 10_000) {
          weathers.push({ temperature, humidity, pressure });
        }
      }
    }
    const read = run("bme280", WEATHER, Buffer.concat(weathers.map(registersOf)));
    expect(read).toHaveLength(weathers.length);
    const off = { temperature: 0, humidity: 0, pressure: 0 };
    weathers.forEach(({ temperature, humidity, pressure }, index) => {
      const [t = 0, h = 0, p = 0] = read[index] ?? [];
      off.temperature = Math.max(off.temperature, Math.abs(t / 100 - temperature));
      off.humidity = Math.max(off.humidity, Math.abs(h / 100 - humidity));
      off.pressure = Math.max(off.pressure, Math.abs(p - pressure));
    });
    expect(off.temperature).toBeLessThanOrEqual(0.011);
    expect(off.humidity).toBeLessThanOrEqual(0.06);
    expect(off.pressure).toBeLessThanOrEqual(6);
  });

  describe("a particle counter's messages", () => {
    test("are taken out of noise, and damaged ones passed over", () => {
      const good = sds011Message(12.3, 45.6);
      const bad = Uint8Array.from(good, (byte, index) => (index === 3 ? byte ^ 1 : byte));
      const bytes = [good, [0xaa, 0xaa], good, bad, [0x00, 0xc0, 0xab], good];
      expect(
        run("sds011", COUNTER, Buffer.concat(bytes.map((part) => Uint8Array.from(part)))),
      ).toEqual([123, 123, 123].map((value) => [value, 456]));
    });
  });
});
