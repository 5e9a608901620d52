import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateC } from "@bollard/codegen";
import { type CModel, cModelOf } from "@bollard/codegen/testing";
import { readSchemaFile } from "@bollard/schema/file";
import { expect, test } from "vitest";
import { buildProgram, inFolder, writeAll } from "../conformance/c/build-host.js";

const isFull = process.env.BOLLARD_FULL === "1";
/** Inputs, or seconds where that is sooner. */
const bounds = isFull ? ["-runs=10000000"] : ["-runs=2000000", "-max_total_time=15"];
const corpus = fileURLToPath(new URL("./corpus/c-decoder", import.meta.url));

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const schemas = [
  readSchemaFile(join(examples, "street-air/street-air.schema.yaml")),
  ...readdirSync(join(examples, "schemas"))
    .filter((name) => name.endsWith(".schema.yaml"))
    .sort()
    .map((name) => readSchemaFile(join(examples, "schemas", name))),
];

/** Reads any bytes; what was read of a single reading gives the same bytes when it is written. */
function writeHarness({ name, macro, schema }: CModel): string {
  return `
#include <stdlib.h>
#include <string.h>
#include "${name}_decode.h"
#include "${name}.h"
${schema.commands.length > 0 ? `#include "${name}_commands.h"` : ""}

void fuzz_${name}(const uint8_t *bytes, size_t length);
void fuzz_${name}(const uint8_t *bytes, size_t length)
{
	${name}_decoder_t decoder;
	${name}_reading_t reading;
	${name}_reading_t first;
	uint8_t again[${macro}_READING_KEYED_SIZE];
	bollard_status_t status;
	size_t count = 0;

	${name}_decoder_start(&decoder, bytes, length, 1538352143UL);
	while ((status = ${name}_decoder_next(&decoder, &reading)) == BOLLARD_OK) {
		if (count++ == 0) first = reading;
	}
	if (count > 255 || decoder.base.reader.offset > length) abort();
	if (status == BOLLARD_END && decoder.base.header.form == 0 && length > 1) {
		size_t size = decoder.base.header.has_key
			? ${name}_reading_encode_keyed(&first, &decoder.base.header.key, again, sizeof(again))
			: ${name}_reading_encode(&first, again, sizeof(again));
		if (again[0] == bytes[0] && (size != length || memcmp(again, bytes, length) != 0)) abort();
	}
${
  schema.commands.length > 0
    ? `	{
		${name}_command_t command;

		${name}_command_decode(bytes, length, &command);
		if (command.offset > length) abort();
	}`
    : ""
}
}
`;
}

function writeEntry(models: readonly CModel[]): string {
  return `
#include <stddef.h>
#include <stdint.h>
${models.map(({ name }) => `void fuzz_${name}(const uint8_t *bytes, size_t length);`).join("\n")}
static void (*const targets[])(const uint8_t *bytes, size_t length) = {
${models.map(({ name }) => `\tfuzz_${name},`).join("\n")}
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	/* The first byte tells the schema. */
	if (length > 0) targets[bytes[0] % ${models.length}](bytes + 1, length - 1);
	return 0;
}
`;
}

function hasFuzzer(): boolean {
  const hasClang = (process.env.PATH ?? "")
    .split(delimiter)
    .some((folder) => existsSync(join(folder, "clang")));
  if (!hasClang) return false;
  const args = ["-fsanitize=fuzzer", "-x", "c", "-", "-o", "/dev/null"];
  const input =
    "int LLVMFuzzerTestOneInput(const char *a, unsigned long b) { return a == 0 && b; }";
  const compiler = "clang";
  return spawnSync(compiler, args, { input }).status === 0;
}

test.skipIf(!hasFuzzer())(
  "the C decoders bear any bytes",
  async () => {
    await inFolder(async (folder) => {
      const models = schemas.map((schema) => cModelOf(schema, schema.name.replaceAll("-", "_")));
      const files = [
        ...generateC(schemas, { decoder: true }),
        ...models.map((model) => ({ path: `fuzz_${model.name}.c`, text: writeHarness(model) })),
        { path: "fuzz.c", text: writeEntry(models) },
      ];
      writeAll(folder, files);
      const sources = files.map(({ path }) => path).filter((path) => path.endsWith(".c"));
      const flags = ["-std=c99", "-O2", "-g", "-fno-sanitize-recover=all"];
      const sanitizers = "-fsanitize=fuzzer,address,undefined";
      await buildProgram(folder, sources, [...flags, sanitizers], "fuzz");
      // New inputs go to a folder of their own; the corpus is kept as it is.
      mkdirSync(join(folder, "found"));
      const options = [...bounds, "-max_len=600", "-print_final_stats=1", "-seed=1"];
      const { status, stderr } = spawnSync(join(folder, "fuzz"), [...options, "found", corpus], {
        cwd: folder,
        encoding: "utf8",
        maxBuffer: 2 ** 28,
      });
      expect(stderr.slice(-3000)).toMatch(/stat::number_of_executed_units: +\d{4,}/);
      expect(status).toBe(0);
    });
  },
  isFull ? 3_600_000 : 120_000,
);
