import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Bridge, readConfigFile } from "@bollard/bridge";
import { runCli } from "@bollard/cli";
import { openSerialUno } from "@bollard/firmware-sim";
import { afterEach, beforeEach, expect, test } from "vitest";
import { needCommand } from "./need.js";

const run = promisify(execFile);
const arduino = "/usr/share/arduino/hardware/arduino/avr";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-init-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function bollard(words: readonly string[], interrupted: Promise<void>): Promise<number> {
  return runCli(words, {
    stdout: { write: () => true },
    stderr: { write: () => true },
    interrupted,
  });
}

async function init(name: string, ...more: string[]): Promise<string> {
  const project = join(folder, name);
  const code = await bollard(["init", project, "--yes", ...more], new Promise(() => {}));
  expect(code).toBe(0);
  return project;
}

/** Runs the project's bridge until it has an entity, and gives that. */
async function firstEntity(project: string, type: string): Promise<Record<string, unknown>> {
  const config = readConfigFile(join(project, "bridge.yaml"));
  const bridge = new Bridge({
    config: { ...config, http: { ...config.http, port: 0 }, log: { level: "silent" } },
  });
  const { url } = await bridge.start();
  try {
    for (;;) {
      const answer = await fetch(`${url}/v1/entities?type=${type}`);
      const [entity] = (await answer.json()) as Record<string, unknown>[];
      if (entity) return entity;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    await bridge.close();
  }
}

test("from init to a decoded reading in three commands: init, bridge run, sim node", async () => {
  const project = await init("weather");
  let end: () => void = () => {};
  const interrupted = new Promise<void>((resolve) => {
    end = resolve;
  });
  const schema = join(project, "weather.schema.yaml");
  const link = ["--link", join(project, "ttyNODE0")];
  const node = bollard(
    ["sim", "node", schema, "--id", "weather-1", "--every", "0.2", ...link],
    interrupted,
  );
  const entity = await firstEntity(project, "WeatherObserved");
  end();
  expect(await node).toBe(0);
  expect(entity).toMatchObject({
    id: "urn:ngsi-ld:WeatherObserved:weather-1",
    location: { value: { coordinates: [10.2039, 56.1629] } },
    temperature: { unitCode: "CEL" },
  });
});

needCommand(`${arduino}/cores/arduino/Arduino.h`, "apt install arduino-core-avr")(
  "the sketch that init writes",
  () => {
    test("compiles with Arduino's own core, and reports from an Uno what its pins measure", async () => {
      const project = await init("air", "--measure", "pm25,temperature", "--every", "1");
      const hex = await compileSketch(join(project, "firmware/air"), "air");
      const uno = await openSerialUno({
        program: hex,
        link: join(project, "ttyNODE0"),
        // A0 is PM2.5, 0 to 1000 by 0.1; A1 temperature, -40 to 85 by 0.1. In volts.
        analog: (channel) => (channel === 0 ? 1 : 2.5),
      });
      try {
        const entity = await firstEntity(project, "AirQualityObserved");
        const { value } = entity.pm25 as { value: number };
        expect(value).toBeGreaterThan(190);
        expect(value).toBeLessThan(210);
      } finally {
        await uno.close();
      }
    });
  },
);

/** As the Arduino IDE does: the sketch is C++ with Arduino.h before it, and the core beside it. */
async function compileSketch(sketch: string, name: string): Promise<string> {
  const core = `${arduino}/cores/arduino`;
  const part = [
    ...["-mmcu=atmega328p", "-DF_CPU=16000000L", "-DARDUINO=10819", "-DARDUINO_ARCH_AVR"],
    // Debian's avr-libc has it for C only.
    "-DDECIMAL_DIG=9",
    ...["-Os", "-w", "-ffunction-sections", "-fdata-sections"],
    ...[`-I${core}`, `-I${arduino}/variants/standard`, `-I${sketch}`],
  ];
  const objects: string[] = [];
  const compile = async (command: string, source: string, ...more: string[]) => {
    const object = join(sketch, `${objects.length}.o`);
    objects.push(object);
    await run(command, [...part, ...more, "-c", "-o", object, source]);
  };
  const plus = ["-std=gnu++11", "-fno-exceptions", "-fno-threadsafe-statics"];
  const ino = ["-x", "c++", "-include", "Arduino.h"];
  await compile("avr-g++", join(sketch, `${name}.ino`), ...plus, ...ino);
  for (const file of readdirSync(join(sketch, "src")).filter((one) => one.endsWith(".c"))) {
    await compile("avr-gcc", join(sketch, "src", file), "-std=c99");
  }
  for (const file of readdirSync(core)) {
    if (file.endsWith(".c")) await compile("avr-gcc", join(core, file), "-std=gnu11");
    if (file.endsWith(".cpp")) await compile("avr-g++", join(core, file), ...plus);
  }
  const elf = join(sketch, `${name}.elf`);
  const hex = join(sketch, `${name}.hex`);
  await run("avr-g++", ["-mmcu=atmega328p", "-Os", "-Wl,--gc-sections", "-o", elf, ...objects]);
  await run("avr-objcopy", ["-O", "ihex", "-R", ".eeprom", elf, hex]);
  return readFileSync(hex, "utf8");
}
