import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cLayouts, type GeneratedFile, generateC } from "@bollard/codegen";
import type { SensorSchema } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";
import { describe, expect, test } from "vitest";
import { compile, inFolder, runJobs, strict, writeAll } from "./c/build-host.js";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const schemas = [
  readSchemaFile(join(examples, "street-air/street-air.schema.yaml")),
  ...readdirSync(join(examples, "schemas"))
    .filter((name) => name.endsWith(".schema.yaml"))
    .map((name) => readSchemaFile(join(examples, "schemas", name))),
];

const compilers = [
  { command: "gcc", flags: ["-O2"] },
  { command: "clang", flags: ["-O2"] },
  { command: "avr-gcc", flags: ["-mmcu=atmega328p", "-Os"] },
  { command: "arm-none-eabi-gcc", flags: ["-mcpu=cortex-m0plus", "-mthumb", "-Os"] },
];

function isInstalled(command: string): boolean {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .some((folder) => existsSync(join(folder, command)));
}

/** Everything there is, and what most nodes take. */
const variants: readonly (readonly [string, readonly GeneratedFile[]])[] = [
  ["all", generateC(schemas, { senml: true, decoder: true })],
  ["on LoRaWAN, without batches", generateC(schemas, { schemaId: false, batch: false })],
];

describe.each(compilers)("generated C, every example schema, by $command", ({ command, flags }) => {
  test.skipIf(!isInstalled(command)).each(variants)(
    "compiles without a warning: %s",
    async (_, files) => {
      await inFolder(async (folder) => {
        writeAll(folder, files);
        const sources = files.map(({ path }) => path).filter((path) => path.endsWith(".c"));
        await runJobs(
          sources.map(
            (source) => () =>
              compile(command, [...flags, ...strict, "-c", source, "-o", `${source}.o`], folder),
          ),
        );
      });
    },
  );
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
