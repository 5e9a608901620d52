import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CLayout, cLayouts, generateC } from "@bollard/codegen";
import { encodePayload } from "@bollard/payload";
import type { SensorSchema } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";
import { describe, expect, test } from "vitest";
import { compile, inFolder, strict, writeAll } from "./c/build-host.js";
import { isInstalled } from "./c/is-installed.js";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const air = readSchemaFile(join(examples, "street-air/street-air.schema.yaml"));
const schemas = [
  air,
  ...readdirSync(join(examples, "schemas"))
    .filter((name) => name.endsWith(".schema.yaml"))
    .map((name) => readSchemaFile(join(examples, "schemas", name))),
];

/** What a layout's build files say is to be compiled, and where headers are looked for. */
interface Build {
  readonly sources: readonly string[];
  readonly includes: readonly string[];
  /** Headers that a program of the user's includes. */
  readonly headers: readonly string[];
}

/** The words between the brackets of a CMake command. */
function wordsOf(command: string, text: string): string[] {
  const [, words = ""] = new RegExp(`^${command}\\(([^)]*)\\)`, "m").exec(text) ?? [];
  return words.split(/\s+/).flatMap((word) => (word === "" ? [] : [word.replaceAll('"', "")]));
}

/** All C files below a folder, as Arduino and PlatformIO compile a library's `src`. */
function sourcesBelow(folder: string, below: string): string[] {
  return readdirSync(join(folder, below), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".c"))
    .map((name) => join(below, name))
    .sort();
}

const headersOf = ["street_air.h", "node_health.h"];

/** Reads what each tool would read, and nothing else. */
const builds: Readonly<Record<CLayout, (folder: string) => Build>> = {
  plain: (folder) => ({
    sources: sourcesBelow(folder, "."),
    includes: ["."],
    headers: headersOf,
  }),
  arduino: (folder) => {
    const text = readFileSync(join(folder, "library.properties"), "utf8");
    const properties = new Map(
      text.split("\n").map((line) => line.split("=", 2) as [string, string]),
    );
    for (const key of ["name", "version", "author", "maintainer", "sentence", "paragraph"]) {
      expect(properties.get(key)).toBeTruthy();
    }
    expect(properties.get("architectures")).toBe("*");
    const headers = properties.get("includes")?.split(",") ?? [];
    return { sources: sourcesBelow(folder, "src"), includes: ["src"], headers };
  },
  platformio: (folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, "library.json"), "utf8"));
    expect(manifest).toMatchObject({ name: "street-air", frameworks: "*", platforms: "*" });
    // Without `build.srcFilter` it is all of `src`.
    expect(manifest).not.toHaveProperty("build");
    return { sources: sourcesBelow(folder, "src"), includes: ["src"], headers: manifest.headers };
  },
  zephyr: (folder) => {
    expect(readFileSync(join(folder, "zephyr/module.yml"), "utf8")).toContain("cmake: .");
    const text = readFileSync(join(folder, "CMakeLists.txt"), "utf8");
    return {
      sources: wordsOf("zephyr_library_sources", text),
      includes: wordsOf("zephyr_include_directories", text),
      headers: headersOf,
    };
  },
  "esp-idf": (folder) => {
    const text = readFileSync(join(folder, "CMakeLists.txt"), "utf8");
    const words = wordsOf("idf_component_register", text);
    const [sources, includes] = ["SRCS", "INCLUDE_DIRS"].map((key) => words.indexOf(key));
    expect(sources).toBe(0);
    return {
      sources: words.slice(1, includes),
      includes: words.slice((includes ?? 0) + 1),
      headers: headersOf,
    };
  },
};

const reading = { time: 1_538_352_143, values: { pm25: 1.3, pm10: 7.3, pressure: 102_240 } };

/** A program of the user's that needs each of a layout's sources. */
function writeProgram(headers: readonly string[], prints: boolean): string {
  return `
${prints ? "#include <stdio.h>" : ""}
${headers.map((header) => `#include <${header}>`).join("\n")}
#include <street_air_commands.h>
static street_air_batch_t batch;
static uint8_t out[512];
volatile size_t length;
int main(void)
{
	street_air_reading_t air = {
		.time_s = 1538352143UL,
		.pm25_deci_ug_m3 = 13,
		.pm10_deci_ug_m3 = 73,
		.pressure_deca_pa = 10224,
		.present = STREET_AIR_HAS_PM25 | STREET_AIR_HAS_PM10 | STREET_AIR_HAS_PRESSURE,
	};
	node_health_reading_t health = {.time_s = 1};
	street_air_command_t command;

	street_air_batch_start(&batch, out, sizeof(out));
	length = street_air_batch_append(&batch, &air);
	length = street_air_batch_finish(&batch);
	length = node_health_reading_encode(&health, out, sizeof(out));
	length = node_health_senml_encode(&health, NULL, out, sizeof(out));
	length = (size_t)street_air_command_decode(out, length, &command);
	length = street_air_reading_encode(&air, out, sizeof(out));
${prints ? '	for (size_t i = 0; i < length; i++) printf("%02x", out[i]);' : ""}
	return 0;
}
`;
}

const targets = [
  { command: "gcc", flags: ["-O0"], runs: true },
  { command: "avr-gcc", flags: ["-mmcu=atmega2560", "-Os"], runs: false },
  {
    command: "arm-none-eabi-gcc",
    flags: [
      "-mcpu=cortex-m0plus",
      "-mthumb",
      "-Os",
      "--specs=nano.specs",
      "-nostartfiles",
      "-Wl,-e,main",
    ],
    runs: false,
  },
];

describe.each(targets)("what the build files of a layout list links, by $command", (target) => {
  const { command, flags, runs } = target;

  test.skipIf(!isInstalled(command)).each(cLayouts)("%s", async (layout) => {
    await inFolder(async (folder) => {
      const health = schemas.filter(({ name }) => name === "node-health");
      writeAll(folder, generateC([air, ...health], { senml: true, layout }));
      const { sources, includes, headers } = builds[layout](folder);
      expect(headers).toEqual(headersOf);
      expect(sources.filter((path) => !existsSync(join(folder, path)))).toEqual([]);
      writeAll(folder, [{ path: "app/main.c", text: writeProgram(headers, runs) }]);
      const search = includes.map((path) => `-I${path}`);
      const inputs = [...sources, "app/main.c", "-o", "app/program"];
      await compile(command, [...flags, ...strict, ...search, ...inputs], folder);
      if (!runs) return;
      const printed = execFileSync(join(folder, "app/program"), { encoding: "utf8" });
      expect(printed).toBe(Buffer.from(encodePayload(air, reading)).toString("hex"));
    });
  });
});

/** What of Arduino's core a sketch of ours calls. */
const arduinoHeader = `
#include <stddef.h>
#include <stdint.h>
enum { HEX = 16 };
struct SerialPort {
  void begin(long baud);
  void print(char text);
  void print(int number, int base);
  void println();
};
extern SerialPort Serial;
unsigned long millis();
void delay(unsigned long ms);
`;

describe("layouts", () => {
  test.skipIf(!isInstalled("avr-g++"))("Arduino sketches of all schemas are right", async () => {
    for (const schema of schemas) await compileSketch(schema);
  });

  test("each has its build file beside the same sources", () => {
    const sources = generateC(schemas).map(({ path }) => path);
    const others = cLayouts.map((layout) => {
      const paths = generateC(schemas, { layout }).map(({ path }) => path);
      if (layout === "plain") return paths.filter((path) => !sources.includes(path));
      expect(paths).toEqual(expect.arrayContaining(sources.map((path) => `src/${path}`)));
      return paths.filter((path) => !path.startsWith("src/"));
    });
    expect(others).toEqual([
      [],
      ["library.properties", "examples/StreetAir/StreetAir.ino"],
      ["library.json"],
      ["zephyr/module.yml", "CMakeLists.txt"],
      ["CMakeLists.txt", "idf_component.yml"],
    ]);
  });
});

async function compileSketch(schema: SensorSchema): Promise<void> {
  await inFolder(async (folder) => {
    const files = generateC([schema], { layout: "arduino" });
    writeAll(folder, [...files, { path: "core/Arduino.h", text: arduinoHeader }]);
    const sketch = files.find(({ path }) => path.endsWith(".ino"))?.path ?? "";
    expect(readFileSync(join(folder, sketch), "utf8")).toContain(`"${schema.name}"`);
    // As the Arduino builder does: C++ with the core's header before the sketch.
    const flags = ["-mmcu=atmega328p", "-Os", "-std=gnu++11", "-Wall", "-Wextra", "-Werror"];
    const input = ["-x", "c++", "-include", "core/Arduino.h", "-Isrc", "-c", sketch];
    await compile("avr-g++", [...flags, ...input, "-o", "sketch.o"], folder);
  });
}
