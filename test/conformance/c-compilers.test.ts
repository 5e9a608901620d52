import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type GeneratedFile, generateC } from "@bollard/codegen";
import { readSchemaFile } from "@bollard/schema/file";
import { describe, test } from "vitest";
import { compile, inFolder, runJobs, strict, writeAll } from "./c/build-host.js";
import { isInstalled } from "./c/is-installed.js";

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
